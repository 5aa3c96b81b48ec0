/** A changed schema has its migration: `npm run migrations` would write nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SCHEMA = join(ROOT, 'src/adapters/d1/schema');
const META = join(ROOT, 'migrations/meta');
type Snapshot = Awaited<ReturnType<typeof generateSQLiteDrizzleJson>>;

/** Every table of every file of the schema. */
async function readSchema(): Promise<Record<string, unknown>> {
  const files = readdirSync(SCHEMA).map(async (name) => import(join(SCHEMA, name)) as object);
  return Object.assign({}, ...(await Promise.all(files))) as Record<string, unknown>;
}

test('the migrations lead to the schema', async () => {
  const last = readdirSync(META)
    .filter((name) => name.endsWith('_snapshot.json'))
    .toSorted()
    .at(-1);
  // Written by drizzle-kit in the form that it reads.
  const before = JSON.parse(readFileSync(join(META, last ?? ''), 'utf8')) as Snapshot;
  const after = await generateSQLiteDrizzleJson(await readSchema(), before.id);
  expect(Object.keys(after.tables).length).toBeGreaterThan(10);
  expect(await generateSQLiteMigration(before, after)).toEqual([]);
});
