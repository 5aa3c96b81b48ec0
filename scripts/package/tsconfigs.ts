/** Compiler options of the projects that install the package. */
const VITE = {
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  module: 'ESNext',
  moduleResolution: 'bundler',
  verbatimModuleSyntax: true,
};
const NEXT = {
  target: 'ES2017',
  lib: ['dom', 'dom.iterable', 'esnext'],
  module: 'esnext',
  moduleResolution: 'bundler',
  esModuleInterop: true,
  isolatedModules: true,
};
const COMMON = { strict: true, noEmit: true, skipLibCheck: true, types: [] };

/** What each is called, and its `compilerOptions`. */
export const TSCONFIGS: readonly [name: string, compilerOptions: object][] = [
  ['of Vite', { ...COMMON, ...VITE }],
  ['of Next', { ...COMMON, ...NEXT }],
  ['nodenext', { ...COMMON, module: 'nodenext', target: 'ES2022', lib: ['ES2022', 'DOM'] }],
  // Then our own declarations are looked into as well.
  [
    'bundler, libraries checked',
    {
      ...COMMON,
      ...VITE,
      lib: ['ES2024', 'ESNext', 'DOM', 'DOM.Iterable'],
      skipLibCheck: false,
    },
  ],
];
