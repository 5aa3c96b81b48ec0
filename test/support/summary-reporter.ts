/**
 * Ends the output with one line that a person and a script can read: `12 passed, 0 failed`. Before it, how many attacks,
 * races and faults the tests tried.
 */
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';
import { tallyLine } from './tally-line.ts';

/** `N passed, N failed`, and `, N skipped` if any. What broke outside of a test counts as failed too. */
function summaryOf(
  modules: readonly Pick<TestModule, 'children' | 'state'>[],
  strayErrors: readonly unknown[],
): string {
  const tests = (state: 'passed' | 'failed' | 'skipped'): number =>
    modules.reduce((sum, { children }) => sum + [...children.allTests(state)].length, 0);
  // A file that cannot be loaded, or whose hook throws, may have no failed test of its own.
  const broken = modules.filter(
    (module) => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
  );
  const failed = tests('failed') + broken.length + strayErrors.length;
  const skipped = tests('skipped');
  return `${tests('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The same for what the tests tried; undefined when they counted nothing. */
function triedOf(modules: readonly Pick<TestModule, 'children'>[]): string | undefined {
  return tallyLine(
    modules.flatMap(({ children }) => [...children.allTests()].map((test) => test.meta().tally)),
  );
}

export class SummaryReporter implements Reporter {
  #once = true;
  #lines = '';

  onInit(vitest: Vitest): void {
    this.#once = !vitest.config.watch;
  }

  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): void {
    if (!this.#once) return;
    // Not now but at the very end: runtimes that are shut down still have their say.
    if (this.#lines === '') process.on('exit', () => process.stdout.write(`${this.#lines}\n`));
    const lines = [triedOf(modules), summaryOf(modules, strayErrors)];
    this.#lines = lines.filter((line) => line !== undefined).join('\n');
  }
}
