/** What wrangler makes of a wasm import: a module that is compiled already, since Workers refuse to compile at run time. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
