/** Before each test in workerd: empty storage with the migrations applied. */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach } from 'vitest';
import { settleOpenWork } from './open-work.ts';

const MAX_RESETS = 20;

/** What is left in D1 and KV: tables, and keys. */
async function leftovers(): Promise<string[]> {
  const [tables, { keys }] = await Promise.all([
    env.DB.prepare(
      `SELECT name FROM sqlite_master WHERE name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'`,
    ).all<{ name: string }>(),
    env.KV.list({ limit: 10 }),
  ]);
  return [
    ...tables.results.map(({ name }) => `table ${name}`),
    ...keys.map(({ name }) => `key ${name}`),
  ];
}

/**
 * `reset()` alone has been seen to leave a database as it was while a call to it was still open; the migrations then
 * count as applied, and the test begins with the rows of another.
 */
async function emptyStorage(): Promise<void> {
  let left: string[] = [];
  for (let tries = 0; tries < MAX_RESETS; tries += 1) {
    await reset();
    left = await leftovers();
    if (left.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`storage is not empty after ${MAX_RESETS} resets: ${left.join(', ')}`);
}

beforeEach(async () => {
  await emptyStorage();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

afterEach(settleOpenWork);
