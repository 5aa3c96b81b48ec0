/**
 * `npm run test:package`: installs the tarball with npm in a folder of its own, as a front-end project does, and runs the starts
 * of docs/MOCK.md there with the tools that people use. It needs a registry and some minutes; what is quick is in the gate too.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readArgs } from '../../src/cli/args.ts';
import { bad, good } from '../../src/cli/terminal.ts';
import { pack } from './pack.ts';

const USAGE = `
npm run test:package -- [--only NAME]     tries the package in projects of its own

  --only NAME   one of vitest, jest, lowest-node
`;
const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const { tarball } = pack();
const { only } = readArgs(USAGE, { only: { type: 'string' } });

/** The code block of docs/MOCK.md whose first line names the file. */
function block(file: string): string {
  const page = readFileSync(join(ROOT, 'docs/MOCK.md'), 'utf8');
  const blocks = page.split('```').map((text) => text.replace(/^\w+\n/, ''));
  const found = blocks.find((text) => text.startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`docs/MOCK.md has no block for ${file}`);
  return found;
}

interface Trial {
  /** Beside the package and msw. */
  packages: string[];
  files: Record<string, string>;
  /** Command lines, one after the other; the first that fails ends the trial. */
  commands: string[][];
}

/** Jest has globals of its own in the place of Vitest's imports, and compiles to CommonJS. */
const asJest = (text: string): string =>
  text.replace(/import .* from 'vitest';\n/, '').replace('// login.test.js', '// jest');

const TRIALS: Record<string, Trial> = {
  vitest: {
    packages: ['vitest@5', 'jsdom', 'happy-dom'],
    files: {
      'login.test.js': block('login.test.js'),
      // Of happy-dom alone: it sends preflights that no handler sees.
      'vitest.config.js':
        'export default { test: { environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } } } };',
    },
    commands: ['node', 'jsdom', 'happy-dom'].map((environment) => [
      'vitest',
      'run',
      '--environment',
      environment,
    ]),
  },
  jest: {
    packages: ['jest@30', '@swc/jest', '@swc/core', 'jest-fixed-jsdom'],
    files: {
      'jest.config.js': block('jest.config.js'),
      'login.test.js': asJest(block('login.test.js')),
    },
    commands: [
      ['jest', '--env', 'node'],
      ['jest', '--env', 'jest-fixed-jsdom'],
    ],
  },
  'lowest-node': {
    // As an npm package, for this one platform.
    packages: ['node@22.18.0', 'vitest@5'],
    files: { 'login.test.js': block('login.test.js'), 'plain.js': block('plain.js') },
    commands: [
      ['node', 'plain.js'],
      ['vitest', 'run'],
      ['vestibule', 'mock', '--help'],
    ],
  },
};

async function attempt(name: string, { packages, files, commands }: Trial): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), `vestibule-try-${name}-`));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const words = ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, 'msw@3'];
    await run('npm', [...words, ...packages], { cwd: folder });
    for (const command of commands) {
      await run('npx', ['--no-install', ...command], { cwd: folder, timeout: 120_000 });
      console.log(`${good('works')}  ${name}: ${command.join(' ')}`);
    }
    return true;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    console.log(`${bad('fails')}  ${name}: ${String(error)}\n${stdout}${stderr}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let failed = 0;
for (const [name, trial] of Object.entries(TRIALS)) {
  if (only !== undefined && only !== name) continue;
  if (!(await attempt(name, trial))) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
