/** Every call to the outside goes through src/adapters/outbound, which bounds it and follows no redirect. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outboundBreaches } from '../support/outbound-breaches.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The client of the API, the commands, the elements and what verifies tokens elsewhere are no part of the Worker. */
const ELSEWHERE =
  /^src\/(adapters\/outbound\/|cli\/|elements\/|session\/keys\.ts$|http\/client\.ts$)/;

test('no other file of the Worker has a fetch or a redirect option', () => {
  const files = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).filter(
    (path) => !ELSEWHERE.test(path),
  );
  expect(files.length).toBeGreaterThan(50);
  const breaches = files
    .map((path) => [path, ...outboundBreaches(readFileSync(join(ROOT, path), 'utf8'))])
    .filter(([, ...found]) => found.length > 0);
  expect(breaches).toEqual([]);
});

test.each([
  ["fetch('https://a.example')", ['fetch']],
  ["globalThis.fetch('https://a.example')", ['fetch']],
  ["globalThis['fetch']('https://a.example')", ['fetch']],
  ['const send = fetch;', ['fetch']],
  ['async (send: typeof fetch) => send(url)', ['fetch']],
  ["send(url, { redirect: 'follow' })", ['a redirect option']],
  ["send(url, { 'redirect': 'follow' })", ['a redirect option']],
  ['send(url, { redirect })', ['a redirect option']],
  ['export default { async fetch() {} }', []],
  ['assets.fetch(FILE)', []],
  ['c.redirect(target)', []],
])('%s: %j', (text, found) => {
  expect(outboundBreaches(text)).toEqual(found);
});
