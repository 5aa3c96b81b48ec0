/** Before each test in workerd: empty storage with the migrations applied. */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach } from 'vitest';
import { settleOpenWork } from './open-work.ts';

const MAX_RESETS = 20;
const MAX_SWEEPS = 3;

/** Tables, indexes and triggers; what SQLite and D1 keep for themselves aside. */
const SCHEMA = `SELECT type, name, sql FROM sqlite_master
  WHERE name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' ORDER BY name`;

interface Entry {
  type: string;
  name: string;
  sql: string | null;
}

/** The schema as the migrations make it, and the tables that tests fill. */
interface Fresh {
  schema: string;
  tables: string[];
}
let fresh: Fresh | undefined;

const keysInKv = async (): Promise<string[]> => (await env.KV.list()).keys.map(({ name }) => name);

/** What is left in D1 and KV: tables, and keys. */
async function leftovers(): Promise<string[]> {
  const [{ results }, keys] = await Promise.all([env.DB.prepare(SCHEMA).all<Entry>(), keysInKv()]);
  return [
    ...results.filter(({ type }) => type === 'table').map(({ name }) => `table ${name}`),
    ...keys.map((name) => `key ${name}`),
  ];
}

/**
 * `reset()` alone has been seen to leave a database as it was while a call to it was still open; the migrations then
 * count as applied, and the test begins with the rows of another.
 */
async function rebuild(): Promise<void> {
  let left: string[] = [];
  for (let tries = 0; tries < MAX_RESETS; tries += 1) {
    await reset();
    left = await leftovers();
    if (left.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (left.length > 0) {
    throw new Error(`storage is not empty after ${MAX_RESETS} resets: ${left.join(', ')}`);
  }
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  const { results } = await env.DB.prepare(SCHEMA).all<Entry>();
  const tables = results.filter(({ type }) => type === 'table').map(({ name }) => name);
  fresh = {
    schema: JSON.stringify(results),
    tables: tables.filter((name) => name !== 'd1_migrations'),
  };
}

/** The tables that hold rows; undefined when the schema is no more that of the migrations. */
async function filledTables({ schema, tables }: Fresh): Promise<string[] | undefined> {
  // Columns, since D1 takes no more than five parts of a UNION.
  const columns = tables.map((name) => `EXISTS (SELECT 1 FROM "${name}") AS "${name}"`);
  const [found, filled] = await env.DB.batch<Record<string, unknown>>([
    env.DB.prepare(SCHEMA),
    env.DB.prepare(`SELECT ${columns.join(', ')}`),
  ]);
  if (JSON.stringify(found?.results) !== schema) return undefined;
  return tables.filter((name) => filled?.results[0]?.[name] === 1);
}

/**
 * Takes out what the last test has left, and looks that it is gone. Most tests leave nothing in D1 and KV; a `reset()`
 * with all migrations after it would be three quarters of their time.
 * @returns false when the storage has to be rebuilt
 */
async function sweep(): Promise<boolean> {
  if (!fresh) return false;
  for (let tries = 0; tries < MAX_SWEEPS; tries += 1) {
    // A table that is gone fails the query.
    const [filled, keys] = await Promise.all([
      filledTables(fresh).catch(() => undefined),
      keysInKv(),
    ]);
    if (!filled) return false;
    if (filled.length === 0 && keys.length === 0) return true;
    await Promise.all([
      filled.length > 0 &&
        env.DB.batch(filled.map((name) => env.DB.prepare(`DELETE FROM "${name}"`))),
      ...keys.map(async (name) => env.KV.delete(name)),
    ]);
  }
  return false;
}

beforeEach(async () => {
  if (!(await sweep())) await rebuild();
});

afterEach(settleOpenWork);
