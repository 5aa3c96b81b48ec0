/** D1's transient faults: a read is tried again, up to three times; a write never is, for its answer may only be lost. */
import { describe, expect, test } from 'vitest';
import { Database } from '../../src/adapters/d1/database.ts';
import { sql } from '../../src/adapters/d1/statements/query.ts';
import { Outage } from '../../src/ports/index.ts';
import { MOBILE, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

interface Answer {
  ok: boolean;
  status: number;
  body: object;
  headers: Headers;
}

const LOST = 'D1_ERROR: Network connection lost.';
/** D1's own words. */
const TRANSIENT = [
  LOST,
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
  'D1_ERROR: internal error; reference = 0123456789',
  'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
];

/** The next `times` round trips fail; says how many were made since. */
function failing(shop: D1Shop, times: number, message = LOST): () => number {
  let made = 0;
  shop.db.onTrip = (when) => {
    if (when !== 'before') return;
    made += 1;
    if (made <= times) throw new Error(message);
  };
  return () => made;
}

/** A call of a signed-in shopper: the first thing it does is to read. */
async function ownProfile(shop: D1Shop): Promise<() => Promise<Answer>> {
  const browser = shop.client();
  await signUp(shop, browser);
  return async () => browser.application.getLoggedInUser();
}

/** Operations whose first round trip only reads. */
const READS: [string, (shop: D1Shop) => Promise<() => Promise<Answer>>][] = [
  ['getLoggedInUser', ownProfile],
  [
    'getListOfActiveSessions',
    async (shop) => {
      const browser = shop.client();
      await signUp(shop, browser);
      return async () => browser.application.getListOfActiveSessions();
    },
  ],
  [
    'getCustomers',
    async (shop) => {
      const operator = await operatorOf(shop);
      return async () => operator.getCustomers({ params });
    },
  ],
  [
    'searchUsers',
    async (shop) => {
      const operator = await operatorOf(shop);
      return async () => operator.searchUsers({ params, query: { q: 'asha' } });
    },
  ],
  [
    'getUserGroups',
    async (shop) => {
      const operator = await operatorOf(shop);
      return async () => operator.getUserGroups({ params });
    },
  ],
  [
    'getActiveSessions',
    async (shop) => {
      const id = (await signUp(shop, shop.client())).body.user?._id ?? '';
      const operator = await operatorOf(shop);
      return async () => operator.getActiveSessions({ params, query: { id } });
    },
  ],
];

async function warmed<T>(prepare: (shop: D1Shop) => Promise<T>) {
  const shop = await d1Shop();
  const call = await prepare(shop);
  // Application and client are cached now, so that the next round trip is the operation's own.
  expectOk(await shop.client().application.getPlatformConfig());
  expectOk(await (await operatorOf(shop)).getPlatformConfig({ params }));
  await shop.settle();
  return { shop, call };
}

describe('a read', () => {
  test.each(READS)('of %s is tried again when D1 fails once', async (_name, prepare) => {
    const { shop, call } = await warmed(prepare);
    failing(shop, 1);
    expectOk(await call());
  });

  test.each(TRANSIENT)('is tried again after "%s"', async (message) => {
    const { shop, call } = await warmed(ownProfile);
    const made = failing(shop, 2, message);
    expectOk(await call());
    expect(made()).toBe(3);
  });

  test('that fails three times is 503, and is not tried a fourth time', async () => {
    const { shop, call } = await warmed(ownProfile);
    const made = failing(shop, 1000);
    const refused = await call();
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(made()).toBe(3);
  });

  test('is not tried again after a mistake in its SQL, which is ours', async () => {
    const { shop, call } = await warmed(ownProfile);
    const made = failing(shop, 1, 'D1_ERROR: no such column: nothing: SQLITE_ERROR');
    expect(await call()).toMatchObject({ status: 500, body: { code: 'internal_error' } });
    expect(made()).toBe(1);
  });
});

test('a read that was given up is not asked again, for D1 is still at it', async () => {
  let asked = 0;
  const statement = { bind: () => statement };
  const silent = {
    prepare: () => statement,
    batch: () => {
      asked += 1;
      return new Promise(() => undefined);
    },
  };
  // Of a D1 database this is all that a `Database` uses.
  const database = new Database(silent as never, undefined, 20);
  await expect(database.read({ one: sql`SELECT 1` })).rejects.toBeInstanceOf(Outage);
  expect(asked).toBe(1);
});

describe('a write', () => {
  test.each(TRANSIENT)('is never tried again, after "%s" neither', async (message) => {
    const { shop } = await warmed(async () => undefined);
    const made = failing(shop, 1, message);
    const refused = await shop.client().application.loginWithOTP({ body: MOBILE });
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(made()).toBe(1);
    expect(shop.queue.sent).toEqual([]);
    shop.db.onTrip = undefined;
    expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
  });
});
