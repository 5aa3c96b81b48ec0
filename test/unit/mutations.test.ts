/** The list of `npm run mutate` keeps up with the code: a text that moved would otherwise test nothing. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyTo, mistakesIn, readMutations } from '../../scripts/mutate/mutations.ts';

const ROOT = join(import.meta.dirname, '../..');

test('every mutation applies: its text stands in its file exactly once, and its tests are there', () => {
  expect(mistakesIn(ROOT, readMutations())).toEqual([]);
});

test('a text that stands in the file twice, or no more, does not apply', () => {
  const change = { find: 'a', replace: 'b' };
  expect(applyTo('xax', change)).toEqual({ ok: true, text: 'xbx' });
  expect(applyTo('axa', change).ok).toBe(false);
  expect(applyTo('x', change).ok).toBe(false);
});
