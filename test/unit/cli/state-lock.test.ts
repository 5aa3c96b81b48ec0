/** One server at a time on a folder of local data. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { lockState, StateInUse } from '../../../scripts/lib/state-lock.ts';

const top = mkdtempSync(join(tmpdir(), 'vestibule-lock-'));
afterAll(() => rmSync(top, { recursive: true }));
let state: string;
let count = 0;
beforeEach(() => {
  count += 1;
  state = join(top, String(count), 'state');
});
const file = (): string => join(state, 'npm-start.json');
const URL = 'http://localhost:8787';
const holdBy = (...members: object[]): void =>
  writeFileSync(file(), JSON.stringify({ url: URL, members }));

test('a second one is refused, and told by whom', () => {
  const lock = lockState(state, URL);
  const again = () => lockState(state, 'http://localhost:9000');
  expect(again).toThrow(StateInUse);
  expect(again).toThrow(`Process ${process.pid} runs on these data, at ${URL}.`);
  lock.release();
  lockState(state, URL).release();
  expect(readdirSync(state)).toEqual([]);
});

test('what a dead process left is taken over', () => {
  lockState(state, URL).release();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  holdBy({ pid, started: '1' });
  const lock = lockState(state, 'http://localhost:9000');
  expect(readFileSync(file(), 'utf8')).toContain('9000');
  lock.release();
  expect(readdirSync(state)).toEqual([]);
});

test.runIf(existsSync('/proc/self/stat'))(
  'the id of a process that has ended and been given to another counts as dead',
  () => {
    lockState(state, URL).release();
    holdBy({ pid: process.pid, started: '1' });
    lockState(state, URL).release();
    expect(existsSync(file())).toBe(false);
  },
);

test('a server that outlived the one who started it still holds the data', async () => {
  const lock = lockState(state, URL);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  lock.add(child.pid ?? 0);
  // As a kill -9 leaves it: the first of the two is gone.
  const { members } = JSON.parse(readFileSync(file(), 'utf8')) as { members: object[] };
  holdBy({ pid: spawnSync(process.execPath, ['-e', '']).pid, started: '1' }, members[1] ?? {});
  expect(() => lockState(state, URL)).toThrow(`Process ${child.pid} runs`);
  child.kill();
  await once(child, 'close');
  lockState(state, URL).release();
});

test('a file that says nothing is taken over too, and a lock of another is never released', () => {
  const lock = lockState(state, URL);
  holdBy({ pid: process.ppid, started: '' });
  lock.release();
  expect(existsSync(file())).toBe(true);
  writeFileSync(file(), '');
  expect(() => lockState(state, URL).release()).not.toThrow();
});
