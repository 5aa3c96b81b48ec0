/** The package as a front-end project has it: its tarball, in a folder of its own, with nothing of this project beside it. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack } from '../../scripts/package/pack.ts';
import { TSCONFIGS } from '../../scripts/package/tsconfigs.ts';
import { EXAMPLE_KEY, EXAMPLE_SESSION_TOKEN } from '../../src/schemas/session-token.ts';
import { eventually } from '../support/eventually.ts';
import { readmeBlock } from '../support/readme-block.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const tool = (name: string): string => join(ROOT, 'node_modules', name);
/** What the project has beside the package; everything else must be inside of it. */
const BESIDE = ['msw', 'vitest', 'vite', 'typescript', '@types'];

let shop: string;
const write = (name: string, text: string): void => writeFileSync(join(shop, name), text);
const node = async (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, args, {
    cwd: shop,
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
  });

beforeAll(async () => {
  await run(process.execPath, [join(ROOT, 'scripts/package/build.ts')]);
  const { tarball } = pack();
  shop = mkdtempSync(join(tmpdir(), 'vestibule-shop-'));
  mkdirSync(join(shop, 'node_modules/vestibule'), { recursive: true });
  const into = join(shop, 'node_modules/vestibule');
  execFileSync('tar', ['-xzf', tarball, '-C', into, '--strip-components=1']);
  for (const name of BESIDE) symlinkSync(tool(name), join(shop, 'node_modules', name));
  write('package.json', '{"type":"module","private":true}');
});
afterAll(() => rmSync(shop, { recursive: true, force: true }));

test('publint and are-the-types-wrong find nothing, and it is small', async () => {
  const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/package/check.ts')]);
  expect(stdout).toMatch(/, 0 faults/);
});

test('Vitest: the test of the page passes as it stands', async () => {
  write('login.test.js', readmeBlock('login.test.js'));
  const { stdout } = await node([tool('vitest/vitest.mjs'), 'run', '--root', shop]);
  expect(stdout).toMatch(/Tests +\d+ passed/);
  expect(stdout).not.toMatch(/failed/);
});

test('a scenario, an override, a client and one answer’s breaches, in plain Node', async () => {
  write('plain.js', readmeBlock('plain.js'));
  const { stdout } = await node(['plain.js']);
  expect(JSON.parse(stdout)).toEqual({
    first: 503,
    signedIn: 'Asha',
    breaches: ['body.logout Invalid input: expected boolean, received string'],
  });
});

test('a session token is verified in plain Node, by what is one file', async () => {
  const text = readFileSync(join(shop, 'node_modules/vestibule/session.js'), 'utf8');
  expect(text).not.toMatch(/\bfrom ?["']|\bimport ?\(/);
  const example = { token: EXAMPLE_SESSION_TOKEN, keys: { keys: [EXAMPLE_KEY] } };
  write(
    'session.js',
    `import { verifySessionToken } from 'vestibule/session';
const { token, keys } = ${JSON.stringify(example)};
const { userId } = await verifySessionToken(token, { keys, application: '000000000000000000000001' });
const { reason } = await verifySessionToken(token, { keys, application: 'x' }).catch((error) => error);
console.log(userId, reason);`,
  );
  const { stdout } = await node(['session.js']);
  expect(stdout.trim()).toBe('5e68af49cfa09bf7233022f1 application_wrong');
});

test('vestibule/elements loads, and defines both elements', async () => {
  // The little of a page that is there before an element is made.
  write(
    'elements.js',
    `
    const defined = [];
    Object.assign(globalThis, {
      HTMLElement: class {},
      CSSStyleSheet: class { replaceSync() {} },
      document: { createTreeWalker: () => ({}), createComment: () => ({}) },
      customElements: { define: (name) => defined.push(name), get: () => undefined },
    });
    await import('vestibule/elements');
    const { default: manifest } = await import('vestibule/custom-elements.json', { with: { type: 'json' } });
    const described = manifest.modules.flatMap(({ declarations }) => declarations.map(({ tagName }) => tagName));
    console.log(JSON.stringify({ defined, described }));
  `,
  );
  const { stdout } = await node(['elements.js']);
  const both = ['vestibule-account', 'vestibule-login'];
  const { defined, described } = JSON.parse(stdout) as Record<string, string[]>;
  expect([defined?.toSorted(), described?.toSorted()]).toEqual([both, both]);
});

describe('tsc', () => {
  test.each(TSCONFIGS)(
    '%s is clean, and a wrong shape does not compile',
    async (_, compilerOptions) => {
      write('use.ts', readmeBlock('use.ts'));
      write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['use.ts'] }));
      const { stdout } = await node([tool('typescript/bin/tsc'), '-p', shop]).catch(
        (error: unknown) => error as { stdout: string },
      );
      expect(stdout).toBe('');
    },
  );
});

describe('npx vestibule', () => {
  const bin = () => join(shop, 'node_modules/vestibule/bin.js');
  test('mock answers, with an own handler in TypeScript in front', async () => {
    write('my-handlers.ts', readmeBlock('my-handlers.ts'));
    const args = [bin(), 'mock', '--port', '0', '--handlers', './my-handlers.ts'];
    const child = spawn(process.execPath, args, { cwd: shop });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (printed += text));
    try {
      const url = await eventually('it listens', 20_000, () => /http:\S+:\d+/.exec(printed)?.[0]);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const own = await fetch(`${url}/service/application/cart/v1.0/detail`);
      expect(await own.json()).toEqual({ items: [] });
      const panel = ['/_mock', '/_mock/panel.js', '/_mock/style.css', '/openapi.json'];
      const pages = [
        '/auth/login',
        '/elements.js',
        '/pages/hosted-pages.js',
        '/pages/hosted-pages.css',
      ];
      for (const path of [...panel, ...pages]) {
        const answer = await fetch(url + path, { headers: { accept: 'text/html' } });
        expect([path, answer.status]).toEqual([path, 200]);
      }
    } finally {
      child.kill('SIGKILL');
    }
  });
  test('says what there is, and what is wrong', async () => {
    expect((await node([bin(), '--help'])).stdout).toContain('npx vestibule <command>');
    expect((await node([bin(), 'mock', '--help'])).stdout).toContain('npx vestibule mock [flags]');
    expect((await node([bin(), 'contract', '--help'])).stdout).toMatch(
      /^npx vestibule contract --url/,
    );
    expect((await node([bin(), 'diff', '--help'])).stdout).toMatch(
      /^npx vestibule contract diff A B/,
    );
    await expect(node([bin(), 'mokc'])).rejects.toMatchObject({ code: 2 });
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect((await node([bin(), '--version'])).stdout.trim()).toBe(version);
  });
});
