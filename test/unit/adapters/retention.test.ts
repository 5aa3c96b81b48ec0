import { getTableName, isTable } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { EXPIRING } from '../../../src/adapters/d1/retention.ts';
import * as schema from '../../../src/adapters/d1/schema.ts';

test('every table with an expiry is on the list of the retention run', () => {
  const tables = Object.values(schema).filter((value) => isTable(value));
  const expiring = tables.filter((table) => 'expiresAt' in table).map(getTableName);
  expect([...EXPIRING].toSorted()).toEqual(expiring.toSorted());
});
