import { getTableColumns, getTableName, isTable } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { AUDIT_LIFE_MS, INDEXED, SWEPT } from '../../../src/adapters/d1/maintenance/retention.ts';
import * as schema from '../../../src/adapters/d1/schema/index.ts';

const tables = Object.values(schema).flatMap((value) =>
  isTable(value) && value instanceof SQLiteTable ? [value] : [],
);
const dropped: Record<string, readonly string[]> = Object.fromEntries(
  [...INDEXED, ...SWEPT].map(({ table, key }) => [
    getTableName(table),
    key.map((column) => column.name),
  ]),
);

test('every table with an expiry is on a list of the retention run', () => {
  const expiring = tables.filter((table) => 'expiresAt' in getTableColumns(table));
  expect(Object.keys(dropped).toSorted()).toEqual(expiring.map(getTableName).toSorted());
});

test.each(Object.keys(dropped))('%s is dropped by its own key', (name) => {
  const table = tables.find((one) => getTableName(one) === name);
  if (!table) throw new Error('no such table');
  const { primaryKeys, indexes } = getTableConfig(table);
  expect(primaryKeys[0]?.columns.map((column) => column.name)).toEqual(dropped[name]);
  const byExpiry = indexes.some(({ config }) => config.name === `${name}_expiry`);
  expect(byExpiry).toBe(INDEXED.some((one) => getTableName(one.table) === name));
});

test('what operators did is kept 400 days, everything else 90', () => {
  const day = 86_400_000;
  expect(AUDIT_LIFE_MS).toEqual({ admin: 400 * day, security: 90 * day });
});
