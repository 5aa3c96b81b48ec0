/** The hourly cron tells operators of a database that is nearly full. */
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { d1Shop } from '../support/shop.ts';

/** A database of this size. */
function sized(bytes: number): D1Database {
  return new Proxy(env.DB, {
    get(target, name) {
      if (name === 'batch') {
        return async (statements: D1PreparedStatement[]) =>
          (await target.batch(statements)).map((result) => ({
            ...result,
            meta: { ...result.meta, size_after: bytes },
          }));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test.each([
  [6_999_999_999, {}, undefined],
  [7_000_000_000, {}, 70],
  [9_990_000_000, {}, 99],
  [500_000_000, { databaseBytes: 500_000_000 }, 100],
  [450_000_000, { databaseBytes: 500_000_000, databaseAlertPercent: 95 }, undefined],
])('%i bytes under %j', async (bytes, limits, percent) => {
  const shop = await d1Shop({ database: sized(bytes), limits });
  await shop.runtime.scheduled('47 * * * *');
  const told = shop.log.filter(({ message }) => message === 'database nearly full');
  expect(told).toEqual(
    percent === undefined
      ? []
      : [{ level: 'warn', message: 'database nearly full', database: 'DB', bytes, percent }],
  );
});
