/** Runs the tests of a mutation, and says whether one noticed it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Mutation } from './mutations.ts';

export interface Verdict {
  /** `broken`: no test failed, but the run did, so the mutation is no code that could be shipped by mistake. */
  state: 'killed' | 'survived' | 'did not apply' | 'broken' | 'equivalent';
  note: string;
}

/** What vitest's JSON report says, as far as it is read here. */
const report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

const TIME_LIMIT_MS = 300_000;

/** @param root of the copy that holds the mutation */
export function runTests(root: string, { tests, project, name }: Mutation): Verdict {
  const file = join(root, 'mutate-report.json');
  rmSync(file, { force: true });
  const vitest = [
    'exec',
    '--',
    'vitest',
    'run',
    '--project',
    project,
    '--bail',
    '1',
    '--reporter',
    'json',
    '--outputFile',
    file,
    ...(name === undefined ? [] : ['-t', name]),
    ...tests,
  ];
  const run = spawnSync('npm', vitest, { cwd: root, encoding: 'utf8', timeout: TIME_LIMIT_MS });
  if (!existsSync(file)) {
    return {
      state: 'broken',
      note: `${run.stdout}${run.stderr}`.slice(-300).replaceAll('\n', ' '),
    };
  }
  const { testResults, numPassedTests } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const { name: path, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed');
    if (failed) {
      return { state: 'killed', note: `${path.slice(root.length + 1)} › ${failed.fullName}` };
    }
  }
  if (run.status === 0 && numPassedTests > 0) return { state: 'survived', note: tests.join(', ') };
  const why = testResults.find(({ message }) => message)?.message ?? `${run.stdout}${run.stderr}`;
  return { state: 'broken', note: why.slice(0, 300).replaceAll('\n', ' ') };
}
