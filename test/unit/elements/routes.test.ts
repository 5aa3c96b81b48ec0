/** The elements call the rows as they are: their list of routes holds what the table says. */
import { expect, test } from 'vitest';
import { PREFIX, ROUTES } from '../../../src/elements/api/routes.ts';
import { table } from '../../../src/table.ts';

const rows: Record<string, { method: string; path: string; security: string }> = {
  ...table.service,
  ...table.application,
};

test.each(Object.entries(ROUTES))('%s', (operation, [method, path]) => {
  const row = rows[operation];
  expect([method.toLowerCase(), PREFIX + path]).toEqual([row?.method, row?.path]);
  expect(row?.security).not.toBe('platform');
});
