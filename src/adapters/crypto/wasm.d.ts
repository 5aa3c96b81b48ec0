/** wrangler imports wasm as a compiled module, since Workers refuse to compile at run time. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
