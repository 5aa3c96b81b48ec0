/** An application is moved from one database to another, while its shoppers go on (D-109). */
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { checkData } from '../../src/cli/admin/check-data.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { IMPORTS_CRON, PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { sql } from '../../src/adapters/d1/statements/query.ts';
import { EVENT_TYPES, Moving } from '../../src/ports/index.ts';
import { expectOk, signUp } from '../support/answers.ts';
import { crowdMember, fillCrowd } from '../support/crowd.ts';
import { trafficOf } from '../support/move-traffic.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';
import { abortTestMove, rowsIn, runMove, tablesWithRows, type Watch } from '../support/moving.ts';

const CUSTOMERS = 300;
/** Longer than a record of an application is kept. */
const GAP = 31_000;
const WITHIN_MS = 120_000;

async function crowded(customers = CUSTOMERS): Promise<D1Shop> {
  const many = 100_000;
  const shop = await d1Shop({
    databases: 3,
    limits: { sendsPerIpHour: many, sendsPerHour: 50, sendsPerDay: 50, sendsPerIdentifierDay: 50 },
  });
  await fillCrowd(customers, shop.clock.now());
  // Changes from here on are events too: a move must not make any.
  await shop.subscribe(EVENT_TYPES);
  return shop;
}

/** What `npm run admin -- check-data` finds. */
async function breaches(now: number): Promise<object> {
  const databases = [
    { name: 'DB', database: new Database(env.SECOND_DATABASE) },
    { name: 'DB_1', database: new Database(env.DB) },
    { name: 'DB_2', database: new Database(env.THIRD_DATABASE) },
  ];
  const context = {
    directory: databases[0]?.database,
    database: (name: string) => databases.find((one) => one.name === name)?.database,
    databases: () => databases,
    now,
  };
  // It reads, and so needs none of the rest that commands are given.
  return (await checkData.run(context as never, { application: undefined }, [])).data;
}

test('a move brings everything along, and the shop goes on in the other database', async () => {
  const shop = await crowded();
  const browser = shop.client();
  await signUp(shop, browser);
  const before = await rowsIn('DB_1');
  const moved = await runMove(['DB_1', 'DB_2'], shop.clock.now);
  expect(moved?.checked.filter(({ equal }) => !equal)).toEqual([]);
  expect(moved?.checked.find(({ table }) => table === 'users')?.rows).toBe(CUSTOMERS + 1);
  const after = await rowsIn('DB_2');
  expect({ ...after, audit_events: [] }).toEqual({ ...before, audit_events: [] });
  expect(await tablesWithRows('DB_1')).toEqual([]);
  // Its record is read anew.
  shop.clock.advance(GAP);
  expectOk(await browser.application.updateProfile({ body: { first_name: 'Moved' } }));
  expect(expectOk(await browser.application.getLoggedInUser()).body.user).toMatchObject({
    first_name: 'Moved',
  });
  expect(await tablesWithRows('DB_1')).toEqual([]);
  // Its events came along, and are counted on.
  const { results: events } = await env.THIRD_DATABASE.prepare(
    'SELECT e.sequence, e.type, u.event_sequence AS last FROM events e JOIN users u ON u.id = e.user_id ORDER BY e.sequence',
  ).all<{ sequence: number; type: string; last: number }>();
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  expect(events.at(-1)).toMatchObject({ type: 'customer.updated', last: events.length });
  expect(events.length).toBe((before['events']?.length ?? 0) + 1);
});

test(
  'killed at every step, under the traffic of shoppers, it ends with equal data',
  async () => {
    const shop = await crowded();
    const traffic = trafficOf(shop);
    for (let acts = 0; acts < 12; acts += 1) await traffic.act();
    const now = shop.clock.now();
    const seen = new Set<string>();
    let compared = 0;
    /** Each change is the end of a run: what was changed is all that the next run finds. */
    const run = async (): Promise<boolean> => {
      let isDead = false;
      const watch: Watch = async (when, trip) => {
        if (isDead) throw new Error('killed');
        if (when === 'before' && /update "applications"/.test(trip)) {
          expect(await rowsIn('DB_2')).toEqual(await rowsIn('DB_1'));
          compared += 1;
        }
        const isChange = /\b(insert|update|delete|create)\b|written/i.test(trip);
        if (when === 'before' || !isChange || seen.has(trip)) return;
        seen.add(trip);
        isDead = true;
        throw new Error('killed');
      };
      try {
        await runMove(['DB_1', 'DB_2'], () => now, watch);
        return true;
      } catch (error) {
        if (!isDead) throw error;
        return false;
      }
    };
    // The first runs claim the move; then every isolate has heard of it.
    let runs = 0;
    for (let isOver = false; !isOver; runs += 1) {
      const [ended] = await Promise.all([run(), traffic.act()]);
      isOver = ended;
      if (runs === 5) shop.clock.advance(GAP);
    }
    expect(compared).toBeGreaterThan(0);
    expect(runs).toBeGreaterThan(40);
    expect(traffic.refused).toBeGreaterThan(0);
    expect(await tablesWithRows('DB_1')).toEqual([]);
    expect(await breaches(shop.clock.now())).toEqual({ found: [] });
    for (let acts = 0; acts < 8; acts += 1) await traffic.act();
    // What was acknowledged is there, once.
    for (const { browser, phone, name, isGone, isOut } of traffic.shoppers) {
      const { status, body } = await browser.application.getLoggedInUser();
      expect(status, phone).toBe(isGone || isOut ? 401 : 200);
      if (status === 200) expect(body, phone).toMatchObject({ user: { first_name: name } });
    }
    expect(traffic.shoppers.length).toBeGreaterThan(20);
    expect(await tablesWithRows('DB_1')).toEqual([]);
  },
  WITHIN_MS,
);

/** Freezes the move where it would compare, and lets a test look. */
async function whileFrozen(shop: D1Shop, look: () => Promise<void>): Promise<void> {
  let looked = false;
  await runMove(['DB_1', 'DB_2'], shop.clock.now, async (when, trip) => {
    const compares = when === 'before' && /number of rows/.test(trip) && !looked;
    if (!compares) return;
    looked = true;
    await look();
  });
  expect(looked).toBe(true);
}

test('while it is frozen reads are answered, and a write is 503 with a time to come again', async () => {
  const shop = await crowded(20);
  const browser = shop.client();
  await signUp(shop, browser);
  const operator = await operatorOf(shop);
  await whileFrozen(shop, async () => {
    expectOk(await browser.application.getLoggedInUser());
    expectOk(await operator.getCustomers({ params }));
    const refused = [
      await browser.application.updateProfile({ body: { first_name: 'Late' } }),
      await browser.application.logout(),
      await operator.archiveUser({
        params,
        body: { user_id: crowdMember(3).id },
      }),
    ];
    for (const one of refused) {
      expect(one).toMatchObject({ status: 503, body: { code: 'application_moving' } });
      expect(one.headers.get('retry-after')).toBe('5');
    }
  });
});

test('an isolate that has heard of no move writes nothing into the database that was left', async () => {
  const shop = await crowded(20);
  const browser = shop.client();
  await signUp(shop, browser);
  await runMove(['DB_1', 'DB_2'], shop.clock.now);
  // Its record is of before the move.
  const { id } = shop.application;
  const late = shop.portsOf(shop.application);
  const event = { action: 'logout', actor: 'shopper', requestId: 'test', at: 1 } as const;
  await expect(late.audit.record(event)).rejects.toBeInstanceOf(Moving);
  expect(await tablesWithRows('DB_1')).toEqual([]);
  // One that has heard of it does not read there either, and finds the shop with its next request.
  const known = shop.portsOf({ ...shop.application, isMoving: true });
  await expect(known.users.find('a'.repeat(24))).rejects.toBeInstanceOf(Moving);
  const { place } = await new Database(env.DB).read({
    place: sql`SELECT state, open FROM move_places WHERE application_id = ${id}`,
  });
  expect(place).toEqual([{ state: 'left', open: 0 }]);
});

test.each([
  ['a value, while it is compared', /rows in slice/, 'UPDATE identifiers SET verified_at = 5'],
  ['a row that is missing in the end', /number of rows/, 'DELETE FROM identifiers'],
])(
  'a copy that differs (%s) is not switched to, and the shop goes on where it is',
  async (_, where, change) => {
    const shop = await crowded(20);
    const browser = shop.client();
    await signUp(shop, browser);
    let spoilt = false;
    const run = runMove(['DB_1', 'DB_2'], shop.clock.now, async (when, trip) => {
      if (spoilt || when === 'after' || !where.test(trip)) return;
      spoilt = true;
      await env.THIRD_DATABASE.batch([
        env.THIRD_DATABASE.prepare('UPDATE move_places SET open = 1'),
        env.THIRD_DATABASE.prepare(`${change} WHERE kind = 'email'`),
        env.THIRD_DATABASE.prepare('UPDATE move_places SET open = 0'),
      ]);
    });
    await expect(run).rejects.toThrow('not equal to the source: identifiers');
    expectOk(await browser.application.updateProfile({ body: { first_name: 'Still here' } }));
    await abortTestMove(['DB_1', 'DB_2']);
    expect(await tablesWithRows('DB_2')).toEqual([]);
    expectOk(await browser.application.updateProfile({ body: { first_name: 'And now' } }));
    // And once more, from the beginning.
    await runMove(['DB_1', 'DB_2'], shop.clock.now);
    expect(await tablesWithRows('DB_1')).toEqual([]);
    expect(await breaches(shop.clock.now())).toEqual({ found: [] });
  },
);

test('the cron ends the freeze of a run that died, and goes on with a source that is not clean', async () => {
  const shop = await crowded(20);
  const browser = shop.client();
  await signUp(shop, browser);
  const dies = async (where: RegExp) => {
    let isDead = false;
    const run = runMove(['DB_1', 'DB_2'], shop.clock.now, (when, trip) => {
      isDead ||= when === 'before' && where.test(trip);
      if (isDead) throw new Error('killed');
    });
    await expect(run).rejects.toThrow();
  };
  const rename = async () => browser.application.updateProfile({ body: { first_name: 'Again' } });
  await dies(/number of rows/);
  expect(await rename()).toMatchObject({ status: 503, body: { code: 'application_moving' } });
  await shop.runtime.scheduled(IMPORTS_CRON);
  expect((await rename()).status).toBe(503);
  shop.clock.advance(121_000);
  await shop.runtime.scheduled(IMPORTS_CRON);
  expectOk(await rename());
  await dies(/^DB_1: update "move_places" set "open".*delete from "users"/);
  expect(await tablesWithRows('DB_1')).not.toEqual([]);
  await shop.runtime.scheduled(IMPORTS_CRON);
  expect(await tablesWithRows('DB_1')).toEqual([]);
  // Long after, nothing reminds of it.
  shop.clock.advance(31 * 86_400_000);
  await shop.runtime.scheduled(IMPORTS_CRON);
  const { left } = await new Database(env.DB).read({
    left: sql`SELECT name FROM sqlite_master WHERE name GLOB 'application_move_*'
      UNION ALL SELECT application_id FROM move_places`,
  });
  expect(left).toEqual([]);
  const failed = shop.log.filter(
    ({ message, level }) => message === 'imports' && level === 'error',
  );
  expect(failed).toEqual([]);
});

test('crons leave an application alone while it moves', async () => {
  const shop = await crowded(200);
  const before = shop.clock.now();
  // All that can expire has.
  shop.clock.advance(900 * 86_400_000);
  let looked = false;
  await runMove(
    ['DB_1', 'DB_2'],
    () => before,
    async (when, trip) => {
      if (looked || when === 'after' || !/number of rows/.test(trip)) return;
      looked = true;
      const rows = await rowsIn('DB_1');
      for (const cron of [PURGE_CRON, IMPORTS_CRON, '47 * * * *']) {
        await shop.runtime.scheduled(cron);
      }
      expect(await rowsIn('DB_1')).toEqual(rows);
    },
  );
  expect(looked).toBe(true);
  expect(shop.log.filter(({ level }) => level === 'error')).toEqual([]);
  await shop.runtime.scheduled('47 * * * *');
  expect((await rowsIn('DB_2'))['budgets']).toEqual([]);
});

test('what changes while it is compared is compared again, and what keeps changing once nobody writes', async () => {
  const shop = await crowded(20);
  const browser = shop.client();
  await signUp(shop, browser);
  let [slices, counts] = [0, 0];
  await runMove(['DB_1', 'DB_2'], shop.clock.now, async (when, trip) => {
    if (when === 'after') return;
    counts += Number(/^DB_2.*number of rows.*"users"/s.test(trip));
    if (!/^DB_1.*rows in slice.*FROM "users" WHERE/s.test(trip)) return;
    slices += 1;
    if (counts > 0) return;
    // Before each look at the source, so that the target is never level with it.
    expectOk(await browser.application.updateProfile({ body: { first_name: 'x'.repeat(slices) } }));
  });
  expect([slices, counts]).toEqual([3, 1]);
  // Its record is read anew.
  shop.clock.advance(GAP);
  const { user } = expectOk(await browser.application.getLoggedInUser()).body;
  expect(user).toMatchObject({ first_name: 'xx' });
});

test('an older run of the same move writes nothing any more', async () => {
  const shop = await crowded(20);
  let other = false;
  const older = runMove(['DB_1', 'DB_2'], shop.clock.now, async (when, trip) => {
    if (other || when === 'after' || !/move_progress.*identifiers/.test(trip)) return;
    other = true;
    await runMove(['DB_1', 'DB_2'], shop.clock.now);
  });
  await expect(older).rejects.toThrow();
  expect(await tablesWithRows('DB_1')).toEqual([]);
  expect(await breaches(shop.clock.now())).toEqual({ found: [] });
});
