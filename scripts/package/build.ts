/**
 * `npm run package`: makes `dist/`, the package that front-end projects install. Everything but MSW is bundled into it, code and
 * types, so that nothing of Workers or of Node 24 comes along. Its manifest is made here, because the one at the root is the
 * Worker's own: it has the Worker's dependencies, which a front end must not install, and stays private.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { rolldown, type Plugin, type RolldownOptions } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { buildElements } from '../lib/elements.ts';

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');
const at = (...path: string[]): string => join(ROOT, ...path);

/** Name under `exports` → file. */
const ENTRIES = {
  mocks: at('mocks/index.ts'),
  'mocks/node': at('mocks/node.ts'),
  'mocks/browser': at('mocks/browser.ts'),
  'mocks/native': at('mocks/native.ts'),
  client: at('src/client.ts'),
  contract: at('src/cli/contract/index.ts'),
  session: at('src/session/index.ts'),
};
/** The lowest Node that has all that is used, such as reading an own handler file in TypeScript. */
const NODE = '>=22.18';
const EXTERNAL = [/^msw(\/|$)/, /^node:/];
/** Read by the panel from beside its own file. */
const FILES = ['mocks/panel/panel.js', 'src/reference/reference.js'];

const fileOf = (name: string): string => name.replace('/', '-');

async function bundle(options: RolldownOptions, types: boolean): Promise<void> {
  const made = await rolldown({
    external: EXTERNAL,
    logLevel: 'warn',
    checks: { bundlerTimings: false },
    ...options,
  });
  const { output } = await made.write({
    dir: DIST,
    format: 'esm',
    minify: !types,
    entryFileNames: '[name].js',
    chunkFileNames: types ? '[name].js' : '[name]-[hash].js',
  });
  await made.close();
  const imports = output.flatMap((one) =>
    one.type === 'chunk' ? [...one.imports, ...one.dynamicImports] : [],
  );
  const own = new Set([...output.map(({ fileName }) => fileName), './mocks.js']);
  const foreign = imports.filter(
    (one) => !own.has(one) && !EXTERNAL.some((kind) => kind.test(one)),
  );
  if (foreign.length > 0) throw new Error(`not bundled: ${[...new Set(foreign)].join(', ')}`);
}

/** The mock itself, for the one bundle that is made apart from the others. */
const ownEntry: Plugin = {
  name: 'own-entry',
  resolveId: (id, importer) =>
    id === './index.ts' && importer?.startsWith(at('mocks/'))
      ? { id: './mocks.js', external: true }
      : null,
};

/**
 * zod states the variance of some types under a comment that silences the compiler for the next line. The bundler puts both on one
 * line, where the comment does nothing.
 */
function restoreComments(): void {
  for (const name of readdirSync(DIST).filter((one) => one.endsWith('.d.ts'))) {
    const file = join(DIST, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/\s*(\/\*\* @ts-ignore [^*]+\*\/)\s*/g, '\n$1\n'));
  }
}

const named = Object.fromEntries(
  Object.entries(ENTRIES).map(([name, file]) => [fileOf(name), file]),
);

function manifest(): object {
  // Of this project, whose manifest a test holds.
  const own = JSON.parse(readFileSync(at('package.json'), 'utf8')) as Record<string, unknown> & {
    devDependencies: Record<string, string>;
  };
  const major = own.devDependencies['msw']?.split('.')[0];
  const condition = (name: string) => ({
    types: `./${fileOf(name)}.d.ts`,
    default: `./${fileOf(name)}.js`,
  });
  return {
    name: own['name'],
    version: own['version'],
    description: own['description'],
    license: own['license'],
    type: 'module',
    // Loading it defines the elements.
    sideEffects: ['./elements.js'],
    customElements: './custom-elements.json',
    engines: { node: NODE },
    bin: { vestibule: './bin.js' },
    exports: {
      ...Object.fromEntries(Object.keys(ENTRIES).map((name) => [`./${name}`, condition(name)])),
      './elements': condition('elements'),
      './custom-elements.json': './custom-elements.json',
      './package.json': './package.json',
    },
    peerDependencies: { msw: `^${major}.0.0` },
  };
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST, { recursive: true });
const { 'mocks-native': native, session, ...others } = named;
const code: RolldownOptions = {
  platform: 'neutral',
  resolve: { mainFields: ['module', 'main'] },
};
await bundle(
  {
    ...code,
    // A file of its own, so that it is loaded before anything that an old Node cannot read.
    input: {
      ...others,
      'need-node': at('mocks/need-node.ts'),
      vestibule: at('src/cli/vestibule.ts'),
    },
    resolve: { ...code.resolve, conditionNames: ['import', 'node', 'default'] },
  },
  false,
);
// MSW's interceptors have other files for what is not Node.
await bundle(
  {
    ...code,
    input: { 'mocks-native': native ?? '' },
    plugins: [ownEntry],
    resolve: { ...code.resolve, conditionNames: ['react-native', 'browser', 'import', 'default'] },
  },
  false,
);
// For Workers, Node and pages: it shares no file with what is for Node alone.
await bundle(
  {
    ...code,
    input: { session: session ?? '' },
    resolve: { ...code.resolve, conditionNames: ['import', 'default'] },
  },
  false,
);
// The compiler writes a declaration beside each module, and the bundler makes one of those that belong together.
const TYPES = at('out/types');
rmSync(TYPES, { recursive: true, force: true });
const tsc = at('node_modules/typescript/bin/tsc');
const project = join(import.meta.dirname, 'tsconfig.json');
execFileSync(process.execPath, [tsc, '-p', project, '--rootDir', ROOT, '--outDir', TYPES], {
  stdio: 'inherit',
});
const declarations = Object.fromEntries(
  Object.entries(named).map(([name, file]) => [
    name,
    join(TYPES, relative(ROOT, file)).replace(/\.ts$/, '.d.ts'),
  ]),
);
await bundle(
  {
    input: declarations,
    resolve: { conditionNames: ['types', 'import', 'default'] },
    plugins: [dts({ dtsInput: true, tsconfig: project, resolver: 'oxc' })],
    // zod has its messages in fifty languages, of which no type is used.
    onLog: (level, log, handle) => {
      if (!log.message.includes('CommonJS dts syntax')) handle(level, log);
    },
  },
  true,
);
restoreComments();
for (const file of FILES) copyFileSync(at(file), join(DIST, basename(file)));
// One file for pages without a build; its types are written by hand, since they are all that lit is not.
writeFileSync(join(DIST, 'elements.js'), (await buildElements()).code);
// Of the mock's hosted pages, beside the elements.
for (const name of ['hosted-pages.js', 'hosted-pages.css']) {
  copyFileSync(at('scripts', name), join(DIST, name));
}
copyFileSync(at('src/elements/public.d.ts'), join(DIST, 'elements.d.ts'));
copyFileSync(at('src/elements/custom-elements.json'), join(DIST, 'custom-elements.json'));
copyFileSync(at('src/cli/bin.js'), join(DIST, 'bin.js'));
chmodSync(join(DIST, 'bin.js'), 0o755);
copyFileSync(at('LICENSE'), join(DIST, 'LICENSE'));
copyFileSync(at('docs/MOCK.md'), join(DIST, 'README.md'));
writeFileSync(join(DIST, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`);
