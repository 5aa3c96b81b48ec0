/** "Add an operation" of docs/CONTRIBUTING.md, followed to the letter in a copy of the project: three files, and all is well. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyProject, type ProjectCopy } from '../support/copied-project.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const FEATURE = 'src/features/session/application';

let copied: ProjectCopy;
let copy: string;
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
/** Runs a program of the project in the copy. @returns what it printed */
async function tool(file: string, ...args: string[]): Promise<string> {
  const command = [join(copy, file), ...args];
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  // A failure is judged by its text, which says more than the exit code.
  const failed = (error: { stdout: string }): { stdout: string } => error;
  const { stdout } = await run(process.execPath, command, { cwd: copy, env }).catch(failed);
  return stdout;
}

/** The three code blocks of the section, in their order: row, handler, test. */
function blocks(): [row: string, handler: string, journey: string] {
  const page = readFileSync(join(ROOT, 'docs/CONTRIBUTING.md'), 'utf8');
  const [, section = ''] = /## Add an operation\n([\s\S]*?)\n## /.exec(page) ?? [];
  const found = [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const [row, handler, journey] = found;
  if (found.length !== 3 || !row || !handler || !journey) throw new Error('not three blocks');
  return [row, handler, journey];
}

/** Puts an entry first into the object that is exported under the name. */
const intoObject = (text: string, name: string, entry: string): string => {
  const parts = new RegExp(`(export const ${name}\\b[^{]*(?:\\{[^}]*\\}[^{]*)??\\{\\n)`);
  expect(text).toMatch(parts);
  return text.replace(parts, (start) => start + entry);
};

beforeAll(() => {
  copied = copyProject();
  copy = copied.folder;
  const [row, handler, journey] = blocks();
  const entryAt = row.indexOf('  countSessions:');
  edit(`${FEATURE}.contract.ts`, (text) => {
    const withEntry = intoObject(text, 'sessionApplication', row.slice(entryAt));
    return withEntry.replace('export const', () => `${row.slice(0, entryAt)}export const`);
  });
  edit(`${FEATURE}.handlers.ts`, (text) => intoObject(text, 'sessionApplicationHandlers', handler));
  writeFileSync(join(copy, 'test/journeys/session-count.test.ts'), journey);
});
afterAll(() => copied.remove());

test('it compiles', async () => {
  expect(await tool('node_modules/typescript/bin/tsc')).toBe('');
});

test('its test passes, and so do the checks of all operations once the document is renewed', async () => {
  const vitest = async (project: string, ...files: string[]) =>
    tool('node_modules/vitest/vitest.mjs', 'run', '--project', project, ...files);
  expect(await tool('scripts/openapi.ts', '--write')).toContain('is written');
  expect(await vitest('workerd', 'test/journeys/session-count.test.ts')).toMatch(
    /[1-9] passed, 0 failed/,
  );
  const checks = ['test/unit/contract/breaches.test.ts', 'test/contract/openapi.test.ts'];
  expect(await vitest('unit', ...checks)).toMatch(/[1-9]\d* passed, 0 failed/);
});
