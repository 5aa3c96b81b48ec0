/** Runs the tests of a mutation, and says whether one noticed it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Mutation } from './mutations.ts';
import { configOf, type WarmRuns } from './warm.ts';

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

/** Of all files of the list at once. */
const BASELINE_TIMEOUT_MS = 1_500_000;

/** @returns the report, or the end of the output when there is none */
function runVitest(root: string, args: readonly string[]): { report?: Report; output: string } {
  const file = join(root, 'mutate-report.json');
  rmSync(file, { force: true });
  const reporting = ['--reporter', 'json', '--outputFile', file];
  // Without npm between, which would take a second of each run; the Node is the one that npm chose for this script.
  const vitestMain = join(root, 'node_modules/vitest/vitest.mjs');
  const run = spawnSync(process.execPath, [vitestMain, 'run', ...reporting, ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: BASELINE_TIMEOUT_MS,
  });
  const output = `${run.stdout}${run.stderr}`.slice(-300).replaceAll('\n', ' ');
  if (!existsSync(file)) return { output };
  return { report: report.parse(JSON.parse(readFileSync(file, 'utf8'))), output };
}

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
    const { report: found, output } = runVitest(root, [
      '--root',
      '.',
      '--config',
      configOf(project),
      '--project',
      project,
      ...files,
    ]);
    for (const file of files) {
      const result = found?.testResults.find(({ name }) => name === join(root, file));
      const failure = result ? failureOf(result) : `the file did not run: ${output}`;
      if (failure !== undefined) red.set(file, failure);
    }
  }
  return red;
}

/** @param runs of the copy that holds the mutation */
export async function runTests(runs: WarmRuns, mutation: Mutation): Promise<Verdict> {
  const { failed, problem } = await runs.run(mutation);
  if (failed) return { state: 'killed', note: `${failed.file} › ${failed.test}` };
  if (problem === undefined) return { state: 'survived', note: mutation.tests.join(', ') };
  return { state: 'broken', note: problem.slice(0, 300).replaceAll('\n', ' ') };
}
