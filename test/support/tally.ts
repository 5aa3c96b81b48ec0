/**
 * Counts what the suites try against the app, so that a run can say how much that was. The counts lie in the meta of
 * the test that is running: vitest carries it out of every runtime, workerd included, and the summary reporter adds up.
 */
import { TestRunner } from 'vitest';
import type { Tried } from './tally-line.ts';

/** Adds `count` to the running test. Throws outside of a test, where it would be lost; not for `test.concurrent`. */
export function tally(kind: Tried, count = 1): void {
  const test = TestRunner.getCurrentTest();
  if (!test) throw new Error('tally() counts for a running test, and there is none');
  const counts = (test.meta.tally ??= {});
  counts[kind] = (counts[kind] ?? 0) + count;
}
