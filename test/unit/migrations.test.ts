/** A changed schema has its migration: `npm run migrations` would write nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as drizzleKit from 'drizzle-kit/api';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SCHEMA = join(ROOT, 'src/adapters/d1/schema');
const META = join(ROOT, 'migrations/meta');

interface Snapshot {
  id: string;
  tables: object;
}
/** Its own types name packages that are not installed here. */
const { generateSQLiteDrizzleJson, generateSQLiteMigration } = drizzleKit as unknown as {
  generateSQLiteDrizzleJson(schema: object, before: string): Promise<Snapshot>;
  generateSQLiteMigration(before: Snapshot, after: Snapshot): Promise<string[]>;
};

/** Every table of every file of the schema. */
async function readSchema(): Promise<Record<string, unknown>> {
  // The modules of the schema export tables, indexes and types, all of which drizzle-kit sorts itself.
  const load = async (name: string) => import(join(SCHEMA, name)) as Promise<object>;
  const modules = await Promise.all(readdirSync(SCHEMA).map(load));
  return Object.fromEntries(modules.flatMap((module) => Object.entries(module)));
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
