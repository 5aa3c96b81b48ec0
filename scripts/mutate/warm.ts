/** One vitest for each project, which stays up: a run costs its tests then, and not the start and every transform again. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type * as VitestNode from 'vitest/node';
import type { TestModule, TestRunResult, Vitest } from 'vitest/node';
import type { Mutation } from './mutations.ts';

/** What one run showed: the first test that failed, or why the run itself did. */
export interface Ran {
  failed?: { file: string; test: string };
  problem?: string;
  passed: number;
}

type Project = Mutation['project'];

/** Two configurations of their own, which need no Workers runtime. */
export const configOf = (project: Project): string =>
  project === 'unit' || project === 'memory'
    ? `scripts/mutate/${project}.config.ts`
    : 'vitest.config.ts';

const TIMEOUT_MS = 240_000;

const testsOf = (module: TestModule) => [...module.children.allTests()];

const BUSY = /pool is cancelling/;
const MAX_WAITS = 50;

/** A run that ended at its first failure is still being taken down when the next one asks: that one asks again. */
async function untilReady(run: () => Promise<TestRunResult>): Promise<TestRunResult> {
  for (let waits = 0; ; waits += 1) {
    const result = await run();
    const busy = result.unhandledErrors.some((error) => BUSY.test(messageOf(error)));
    if (!busy || waits === MAX_WAITS) return result;
    await setTimeout(200);
  }
}

const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);

export class WarmRuns {
  readonly #root: string;
  readonly #running = new Map<Project, Vitest>();

  /** @param root of the copy; the process works in it from now on, as its configurations expect */
  constructor(root: string) {
    this.#root = root;
    process.chdir(root);
    process.env['PWD'] = root;
  }

  async #vitest(project: Project): Promise<Vitest> {
    const known = this.#running.get(project);
    if (known) return known;
    const path = join(this.#root, 'node_modules/vitest/dist/node.js');
    // The copy's own, as the tests import it.
    const { createVitest } = (await import(pathToFileURL(path).href)) as typeof VitestNode;
    const options = {
      root: this.#root,
      config: join(this.#root, configOf(project)),
      project: [project],
      watch: true,
      bail: 1,
      silent: true,
      reporters: [{}],
    };
    const vitest = await createVitest(options, { server: { watch: null } });
    await vitest.standalone();
    this.#running.set(project, vitest);
    return vitest;
  }

  /** To be told of each file that was written, and of each that was put back. */
  changed(file: string): void {
    for (const vitest of this.#running.values()) vitest.invalidateFile(join(this.#root, file));
  }

  async run({ project, tests, name }: Mutation): Promise<Ran> {
    const vitest = await this.#vitest(project);
    const specifications = vitest.projects.flatMap((one) =>
      tests.map((test) => one.createSpecification(join(this.#root, test))),
    );
    vitest.setGlobalTestNamePattern(name ?? (project === 'memory' ? 'on memory' : ''));
    const late = setTimeout(TIMEOUT_MS, undefined, { ref: false });
    const work = untilReady(async () => vitest.runTestSpecifications(specifications));
    const result = await Promise.race([work, late]);
    if (!result) {
      // Whatever hangs is left behind; the next run begins with a new one.
      this.#running.delete(project);
      return { problem: `no end after ${TIMEOUT_MS / 1000} s`, passed: 0 };
    }
    const paths = new Set(specifications.map(({ moduleId }) => moduleId));
    // The result holds the modules of earlier runs as well.
    const modules = result.testModules.filter(({ moduleId }) => paths.has(moduleId));
    for (const module of modules) {
      const failed = testsOf(module).find((test) => test.result().state === 'failed');
      if (failed) {
        const file = module.moduleId.slice(this.#root.length + 1);
        return { failed: { file, test: failed.fullName }, passed: 0 };
      }
    }
    const passed = modules.flatMap(testsOf).filter((test) => test.result().state === 'passed');
    const errors = [...modules.flatMap((module) => module.errors()), ...result.unhandledErrors];
    const [error] = errors.map(messageOf);
    const problem = error ?? (passed.length === 0 ? 'no test ran' : undefined);
    return { ...(problem !== undefined && { problem }), passed: passed.length };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map(async (vitest) => vitest.close()));
  }
}
