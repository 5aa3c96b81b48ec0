/**
 * Four kinds of tests, each where it can run fastest: `vitest --project unit | workerd | server | browser`. The last needs
 * Chromium, which not every machine has, so `npm test` leaves it to `npm run test:browser`; the gate runs both. A fifth,
 * `long`, repeats in large what others do in small, for minutes: `npm run test:long`.
 */
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { freshSecrets } from './src/cli/dev-vars.ts';
import { WRANGLER_ENV } from './src/cli/wrangler.ts';
import { SlowFirst } from './test/support/slow-first.ts';
import { SummaryReporter } from './test/support/summary-reporter.ts';

// The Workers pool is wrangler inside, and heeds the same settings.
Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });

const bindings = {
  ...freshSecrets(),
  ENVIRONMENT: 'development',
  DELIVERY: 'inbox',
  TEST_MIGRATIONS: await readD1Migrations(join(import.meta.dirname, 'migrations')),
};

/** Further databases, under names that the Worker takes for none: a test that has several gives them to it. */
const d1Databases = ['SECOND_DATABASE', 'THIRD_DATABASE'];

const workers = () =>
  cloudflareTest({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: { bindings, d1Databases },
  });

/**
 * Files that run at the same time, of whatever project: each has a port, a folder or a runtime to itself. One more than there
 * are cores, since those that start processes wait a lot; more than four would make them wait for each other.
 */
const WORKERS = Math.min(4, availableParallelism() + 1);
/** All in one group, so that the last files of one project run beside the first ones of the next. */
const sideBySide = { maxWorkers: WORKERS, sequence: { groupOrder: 1 } };

const inWorkerd = {
  setupFiles: ['test/support/workerd-setup.ts'],
  // One runtime for all files of a worker, with storage of its own; the setup clears that before each test, in milliseconds
  // instead of seconds.
  isolate: false,
  maxWorkers: WORKERS,
  // With room for a machine that has other work.
  testTimeout: 30_000,
  hookTimeout: 30_000,
};

/** Files that start real processes, which need time to start. */
const withProcesses = {
  environment: 'node',
  globalSetup: ['test/support/assets.ts', 'test/support/secrets.ts'],
  testTimeout: 90_000,
  hookTimeout: 120_000,
  // vitest itself would wait for a second.
  expect: { poll: { timeout: 20_000 } },
};

export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    sequence: { sequencer: SlowFirst },
    // The Worker logs every request; only those of a failed test are of interest.
    silent: 'passed-only',
    projects: [
      {
        test: {
          ...sideBySide,
          name: 'unit',
          environment: 'node',
          include: [
            'test/unit/**/*.test.ts',
            'test/contract/**/*.test.ts',
            'test/types/**/*.test.ts',
            'test/architecture.test.ts',
          ],
          // The compiler and the import graph are started as a whole, beside everything else.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        plugins: [workers()],
        test: {
          ...inWorkerd,
          ...sideBySide,
          name: 'workerd',
          include: [
            'test/ports/**/*.test.ts',
            'test/journeys/**/*.test.ts',
            'test/outbound/**/*.test.ts',
            'test/attacks/**/*.test.ts',
          ],
          globalSetup: ['test/support/assets.ts', 'test/support/outside-server.ts'],
        },
      },
      {
        test: {
          ...withProcesses,
          ...sideBySide,
          name: 'server',
          include: ['test/server/**/*.test.ts'],
        },
      },
      {
        test: {
          ...withProcesses,
          ...sideBySide,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
        },
      },
      {
        plugins: [workers()],
        test: {
          ...inWorkerd,
          name: 'long',
          globalSetup: ['test/support/assets.ts'],
          include: ['test/attacks/**/*.long.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...withProcesses,
          name: 'long-server',
          include: ['test/server/**/*.long.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
