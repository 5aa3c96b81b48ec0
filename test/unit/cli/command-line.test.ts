/** Command lines that are written wrongly, and what is said of them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closest } from '../../../src/cli/closest.ts';
import { parseLine, UsageError } from '../../../src/cli/command-line.ts';

const OPTIONS = {
  port: { type: 'string' },
  delay: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

test.each([
  ['prot', 'port'],
  ['dealy', 'delay'],
  ['dry', 'dry-run'],
  ['foo', undefined],
  ['', undefined],
])('%j is near to %j', (word, meant) => {
  expect(closest(word, Object.keys(OPTIONS))).toBe(meant);
});

test.each([
  [['--prot', '1'], "Unknown option '--prot'. Did you mean --port?"],
  [['--verson'], "Unknown option '--verson'. Did you mean --version?"],
  [['--zzzzzz'], "Unknown option '--zzzzzz'."],
  [
    ['--delay', '-3'],
    '--delay needs a value, and "-3" looks like a flag. Write --delay=-3 if it is the value.',
  ],
  [['--delay'], '--delay needs a value.'],
  [['--dry-run=yes'], '--dry-run takes no value.'],
  [['word'], '"word" is not expected here.'],
])('%j: %s', (args, message) => {
  expect(() => parseLine(args, OPTIONS)).toThrow(new UsageError(message));
});

test('values and words are read', () => {
  expect(parseLine(['--port=9', 'a', '--dry-run', 'b'], OPTIONS, true)).toEqual({
    values: { port: '9', 'dry-run': true },
    words: ['a', 'b'],
  });
});

test('without node_modules a script says what to run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-need-node-'));
  try {
    mkdirSync(join(folder, 'scripts/lib'), { recursive: true });
    const script = join(folder, 'scripts/lib/need-node.js');
    copyFileSync(join(import.meta.dirname, '../../../scripts/lib/need-node.js'), script);
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, 'The dependencies are not installed. Run: npm ci\n']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
