/** The start with a dev server of docs/MOCK.md, in a project of its code blocks; the others are run out of the package. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { listenWith } from '../../src/cli/mock/server.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/npm-start.ts';
import { readmeBlock } from '../support/readme-block.ts';

const ROOT = join(import.meta.dirname, '../..');
const tool = (name: string): string => join(ROOT, 'node_modules', name);

let shop: string;
beforeAll(() => {
  shop = mkdtempSync(join(tmpdir(), 'vestibule-starts-'));
  symlinkSync(join(ROOT, 'node_modules'), join(shop, 'node_modules'));
  writeFileSync(join(shop, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(shop, { recursive: true }));

test('React (Vite): the dev server hands the API’s paths on to the mock', async () => {
  const mock = await listenWith(createMock().fetch, 0);
  const config = readmeBlock('vite.config.js').replace('http://localhost:4010', mock.url);
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
    const [, path = ''] = /fetch\('([^']+)'\)/.exec(readmeBlock('src/Hello.jsx')) ?? [];
    const answer = await eventually('Vite answers', 20_000, async () =>
      fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined),
    );
    expect(await answer.json()).toMatchObject({ user: { first_name: 'Akash' } });
  } finally {
    vite.kill('SIGKILL');
    await mock.stop();
  }
});
