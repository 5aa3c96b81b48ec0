/**
 * Four kinds of tests, each where it can run fastest: `vitest --project unit | workerd | server | browser`. The last needs
 * Chromium, which not every machine has, so `npm test` leaves it to `npm run test:browser`; the gate runs both. A fifth,
 * `long`, repeats in large what others do in small, for minutes: `npm run test:long`.
 */
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { freshSecrets } from './src/cli/dev-vars.ts';
import { WRANGLER_ENV } from './src/cli/wrangler.ts';
import { SummaryReporter } from './test/support/summary-reporter.ts';

// The Workers pool is wrangler inside, and heeds the same settings.
Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });

const bindings = {
  ...freshSecrets(),
  ENVIRONMENT: 'development',
  DELIVERY: 'inbox',
  TEST_MIGRATIONS: await readD1Migrations(join(import.meta.dirname, 'migrations')),
};

const workers = () =>
  cloudflareTest({ wrangler: { configPath: './wrangler.toml' }, miniflare: { bindings } });

const inWorkerd = {
  setupFiles: ['test/support/workerd-setup.ts'],
  // One isolate for all files; the setup clears its storage before each test, in milliseconds instead of seconds.
  isolate: false,
  maxWorkers: 1,
  testTimeout: 15_000,
};

export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    // The Worker logs every request; only those of a failed test are of interest.
    silent: 'passed-only',
    projects: [
      {
        test: {
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
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [workers()],
        test: {
          ...inWorkerd,
          name: 'workerd',
          include: [
            'test/ports/**/*.test.ts',
            'test/journeys/**/*.test.ts',
            'test/outbound/**/*.test.ts',
            'test/attacks/**/*.test.ts',
          ],
          globalSetup: ['test/support/assets.ts', 'test/support/outside-server.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        plugins: [workers()],
        test: {
          ...inWorkerd,
          name: 'long',
          globalSetup: ['test/support/assets.ts'],
          include: ['test/attacks/**/*.long.ts'],
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: 'long-server',
          globalSetup: ['test/support/assets.ts'],
          environment: 'node',
          include: ['test/server/**/*.long.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 6 },
        },
      },
      {
        test: {
          name: 'server',
          globalSetup: ['test/support/assets.ts'],
          environment: 'node',
          include: ['test/server/**/*.test.ts'],
          // Each file starts real processes: one after the other, and with time to start.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'browser',
          globalSetup: ['test/support/assets.ts'],
          environment: 'node',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 90_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
