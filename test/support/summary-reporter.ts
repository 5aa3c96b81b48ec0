/** Ends the output with one line that a person and a script can read: `12 passed, 0 failed`. */
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';

/** `N passed, N failed`, and `, N skipped` if any. What broke outside of a test counts as failed too. */
export function summaryOf(
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

export class SummaryReporter implements Reporter {
  #once = true;
  #line = '';

  onInit(vitest: Vitest): void {
    this.#once = !vitest.config.watch;
  }

  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): void {
    if (!this.#once) return;
    // Not now but at the very end: runtimes that are shut down still have their say.
    if (this.#line === '') process.on('exit', () => process.stdout.write(`${this.#line}\n`));
    this.#line = summaryOf(modules, strayErrors);
  }
}
