/** Runs the tests of a mutation, and says whether one noticed it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Mutation } from './mutations.ts';

export interface Verdict {
  /**
   * `broken`: no test failed, but the run did, so the mutation is no code that could be shipped by mistake. `red baseline`:
   * a test of the entry fails without the mutation, so that its failure would say nothing.
   */
  state: 'killed' | 'survived' | 'did not apply' | 'broken' | 'red baseline' | 'equivalent';
  note: string;
}

/** What vitest's JSON report says, as far as it is read here. */
const report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});
type Report = z.infer<typeof report>;

const MUTATION_TIMEOUT_MS = 300_000;
/** Of all files of the list at once. */
const BASELINE_TIMEOUT_MS = 1_500_000;

/** @returns the report, or the end of the output when there is none */
function runVitest(
  root: string,
  args: readonly string[],
  timeout: number,
): { exit: number | null; report?: Report; output: string } {
  const file = join(root, 'mutate-report.json');
  rmSync(file, { force: true });
  const reporting = ['--reporter', 'json', '--outputFile', file];
  // Without npm between, which would take a second of each run; the Node is the one that npm chose for this script.
  const vitestMain = join(root, 'node_modules/vitest/vitest.mjs');
  const run = spawnSync(process.execPath, [vitestMain, 'run', ...reporting, ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout,
  });
  const output = `${run.stdout}${run.stderr}`.slice(-300).replaceAll('\n', ' ');
  if (!existsSync(file)) return { exit: run.status, output };
  return { exit: run.status, report: report.parse(JSON.parse(readFileSync(file, 'utf8'))), output };
}

/** Two configurations of its own, which start in a fraction of the time. */
const projectArgs = (project: Mutation['project']): string[] =>
  project === 'unit' || project === 'memory'
    ? ['--root', '.', '--config', `scripts/mutate/${project}.config.ts`]
    : ['--project', project];

/** The first test of a file that failed, or that the file itself did. */
const failureOf = ({ status, message, assertionResults }: Report['testResults'][number]) =>
  assertionResults.find((one) => one.status === 'failed')?.fullName ??
  (status === 'failed' ? `the file itself: ${message?.slice(0, 200) ?? ''}` : undefined);

/**
 * Runs all test files of these mutations on the unchanged copy, once for each project.
 * @returns for each file that is red, or did not run, the test that failed
 */
export function redFiles(root: string, mutations: readonly Mutation[]): Map<string, string> {
  const red = new Map<string, string>();
  const ran = mutations.filter(({ equivalent }) => equivalent === undefined);
  for (const project of new Set(ran.map((one) => one.project))) {
    const files = new Set(ran.flatMap((one) => (one.project === project ? one.tests : [])));
    const { report: found, output } = runVitest(
      root,
      [...projectArgs(project), ...files],
      BASELINE_TIMEOUT_MS,
    );
    for (const file of files) {
      const result = found?.testResults.find(({ name }) => name === join(root, file));
      const failure = result ? failureOf(result) : `the file did not run: ${output}`;
      if (failure !== undefined) red.set(file, failure);
    }
  }
  return red;
}

/** @param root of the copy that holds the mutation */
export function runTests(root: string, { tests, project, name }: Mutation): Verdict {
  const names = name === undefined ? [] : ['-t', name];
  const run = runVitest(
    root,
    [...projectArgs(project), '--bail', '1', ...names, ...tests],
    MUTATION_TIMEOUT_MS,
  );
  if (!run.report) return { state: 'broken', note: run.output };
  const { testResults, numPassedTests } = run.report;
  for (const { name: path, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) {
      return { state: 'killed', note: `${path.slice(root.length + 1)} › ${failed.fullName}` };
    }
  }
  if (run.exit === 0 && numPassedTests > 0) return { state: 'survived', note: tests.join(', ') };
  const why = testResults.find(({ message }) => message)?.message ?? run.output;
  return { state: 'broken', note: why.slice(0, 300).replaceAll('\n', ' ') };
}
