/** The one-minute starts of docs/MOCK.md, in a project made of nothing but their code blocks. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { listenWith } from '../../scripts/lib/mock-server.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../../scripts/lib/port.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const tool = (name: string): string => join(ROOT, 'node_modules', name);

/** The block whose first line names the file. */
function block(file: string): string {
  const page = readFileSync(join(ROOT, 'docs/MOCK.md'), 'utf8');
  const found = page
    .split('```')
    .find((text) => text.replace(/^\w+\n/, '').startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`docs/MOCK.md has no block for ${file}`);
  return found.replace(/^\w+\n/, '');
}

let parent: string;
/** A project beside a checkout of this one, as the page has it. */
let shop: string;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'vestibule-starts-'));
  shop = join(parent, 'shop');
  mkdirSync(shop);
  symlinkSync(ROOT, join(parent, 'vestibule'));
  symlinkSync(join(ROOT, 'node_modules'), join(shop, 'node_modules'));
  writeFileSync(join(shop, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(parent, { recursive: true }));

test('Vitest: the test passes as it stands', async () => {
  writeFileSync(join(shop, 'login.test.js'), block('login.test.js'));
  const { stdout } = await run(
    process.execPath,
    [tool('vitest/vitest.mjs'), 'run', '--root', shop],
    {
      // Nothing of the Vitest that runs this.
      env: { PATH: process.env['PATH'], NO_COLOR: '1' },
    },
  );
  expect(stdout).toMatch(/Tests +1 passed/);
});

test('React (Vite): the dev server hands the API’s paths on to the mock', async () => {
  const mock = await listenWith(createMock().fetch, 0);
  const config = block('vite.config.js').replace('http://127.0.0.1:4010', mock.url);
  expect(config).toContain(mock.url);
  writeFileSync(join(shop, 'vite.config.js'), config);
  const port = await freePort();
  const words = [
    tool('vite/bin/vite.js'),
    '--host',
    '127.0.0.1',
    '--strictPort',
    '--port',
    `${port}`,
  ];
  const vite = spawn(process.execPath, words, { cwd: shop, stdio: 'ignore' });
  try {
    // The component asks for this path.
    const [, path = ''] = /fetch\('([^']+)'\)/.exec(block('src/Hello.jsx')) ?? [];
    const answer = await eventually('Vite answers', 20_000, async () =>
      fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined),
    );
    expect(await answer.json()).toMatchObject({ user: { first_name: 'Akash' } });
  } finally {
    vite.kill('SIGKILL');
    await mock.stop();
  }
});
