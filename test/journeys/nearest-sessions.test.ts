/** Session reads from the nearest copy of D1, with a replica that lags: what it may say, and for how long. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { HEARTBEAT_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { onlyReads } from '../../src/guard.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { cookieOf, expectOk, signUp, type Browser } from '../support/answers.ts';
import { bookmarkOf, laggingReplica } from '../support/lagging-replica.ts';
import { operatorOf, params } from '../support/operator.ts';
import { AUTHORIZATION, d1Shop, type ShopOptions } from '../support/shop.ts';

const SESSION = '/service/application/user/authentication/v1.0/session';
/** D-107: how old a replica may be. */
const BOUND = 120_000;

/** A shop whose shopper has signed in, with a replica that knows it. */
async function open(options: ShopOptions = {}) {
  const replica = laggingReplica(env.DB);
  const now = Date.now();
  const shop = await d1Shop({
    now: () => now,
    database: replica.database,
    env: { SESSION_READS: 'nearest' },
    ...options,
  });
  const beat = async () => shop.runtime.scheduled(HEARTBEAT_CRON);
  const browser = shop.client();
  const { body, headers } = await signUp(shop, browser);
  await shop.settle();
  await beat();
  await replica.catchUp();
  const session = headers.getSetCookie().find((line) => line.startsWith('f.session=')) ?? '';
  const [cookie = ''] = session.split(';');
  const id = body.user?._id ?? '';
  replica.asked.length = 0;
  replica.opened.length = 0;
  /** As a browser does that sends the session's cookie and maybe a bookmark. */
  const read = async (bookmark?: string) => {
    const sent = bookmark === undefined ? cookie : `${cookie}; f.bookmark=${bookmark}`;
    const answer = await shop.fetch(SESSION, {
      headers: { authorization: AUTHORIZATION, cookie: sent },
    });
    return { status: answer.status, body: await answer.json(), headers: answer.headers };
  };
  const block = async (status: boolean) => {
    const operator = await operatorOf(shop);
    expectOk(await operator.blockOrUnblockUsers({ params, body: { status, user_id: [id] } }));
    replica.asked.length = 0;
  };
  return { replica, shop, browser, cookie, beat, read, block };
}

const nameOf = async (browser: Browser) =>
  expectOk(await browser.application.getLoggedInUser()).body.user?.first_name;
const rename = async (browser: Browser, first_name: string) =>
  expectOk(await browser.application.updateProfile({ body: { first_name } }));
const bookmarkIn = (headers: Headers): string | undefined =>
  headers.getSetCookie().find((line) => line.startsWith('f.bookmark='));

test('by default no session is read in a D1 session, and no shopper gets a bookmark', async () => {
  const { replica, read, browser, beat } = await open({ env: {} });
  expect((await read(bookmarkOf(1))).status).toBe(200);
  expect(bookmarkIn((await rename(browser, 'Mira')).headers)).toBeUndefined();
  await beat();
  expect(replica.opened).toEqual([]);
  // Attributes are read in a D1 session, which would tell a bookmark.
  const body = { attributes: { 'loyalty-tier': 'gold' } };
  const { headers } = await browser.application.updateUserAttributes({ body });
  expect(replica.opened).toEqual(['first-primary']);
  expect(bookmarkIn(headers)).toBeUndefined();
  expect(replica.asked).toEqual(['primary', 'primary', 'primary']);
  const { results } = await env.DB.prepare('SELECT * FROM heartbeats').all();
  expect(results).toEqual([]);
});

test('what only reads in a session, and nothing else, may ask a replica', () => {
  const rows = entriesOf(table).filter(({ row }) => onlyReads(row));
  expect(rows.map(({ id }) => id).toSorted()).toEqual([
    'application.getListOfActiveSessions',
    'application.getLoggedInUser',
    'application.getUserAttributes',
    'application.hasPassword',
    'service.getOwnSessions',
  ]);
});

test('a read is answered by the replica alone', async () => {
  const { replica, read } = await open();
  expect(await read()).toMatchObject({ status: 200, body: { user: { first_name: 'Asha' } } });
  expect(replica.asked).toEqual(['replica']);
});

describe('a revocation', () => {
  test('counts for all that changes something at once, whatever the replica says', async () => {
    const { replica, block, browser } = await open();
    await block(true);
    const refused = await browser.application.updateProfile({ body: { first_name: 'Mira' } });
    expect(refused.status).toBe(401);
    expect(replica.asked).not.toContain('replica');
  });

  test('counts for reads as soon as the replica knows', async () => {
    const { replica, block, read } = await open();
    await block(true);
    expect((await read()).status).toBe(200);
    await replica.catchUp();
    expect((await read()).status).toBe(401);
  });

  test('counts for reads after 120 s, though the replica stands still', async () => {
    const { shop, beat, block, read } = await open();
    await block(true);
    shop.clock.advance(BOUND);
    // Beats on the primary make no replica newer.
    await beat();
    expect((await read()).status).toBe(200);
    shop.clock.advance(1);
    expect((await read()).status).toBe(401);
  });

  test('that is taken back counts at once: a no of the replica is asked again', async () => {
    const { replica, block, read } = await open();
    await block(true);
    await replica.catchUp();
    await block(false);
    // Blocking has ended the session; a login opens another one that the replica does not know.
    expect((await read()).status).toBe(401);
    expect(replica.asked).toEqual(['replica', 'primary']);
  });
});

describe('the primary is asked', () => {
  test.each([
    ['without a heartbeat', 'DELETE FROM heartbeats', 0],
    ['when the heartbeat is older than 120 s', 'UPDATE heartbeats SET at = at - 1', BOUND],
    ['when the heartbeat is of the future', 'UPDATE heartbeats SET at = at + 5001', 0],
  ])('%s', async (_, change, wait) => {
    const { replica, shop, read } = await open();
    await env.DB.prepare(change).run();
    await replica.catchUp();
    shop.clock.advance(wait);
    expect((await read()).status).toBe(200);
    expect(replica.asked).toEqual(['replica', 'primary']);
  });

  test('when the replica fails', async () => {
    const { replica, read } = await open();
    replica.down = true;
    expect((await read()).status).toBe(200);
    expect(replica.asked).toEqual(['replica', 'primary']);
  });

  test('for a session that the replica does not know yet', async () => {
    const { shop, replica } = await open();
    const other = shop.client();
    const cookie = cookieOf(await signUp(shop, other, '9876543210'));
    await shop.settle();
    replica.asked.length = 0;
    const headers = { authorization: AUTHORIZATION, cookie };
    expect((await shop.fetch(SESSION, { headers })).status).toBe(200);
    expect(replica.asked).toEqual(['replica', 'primary']);
  });

  test('for sessions of two users, of whom the replica knows one', async () => {
    const { shop, replica, cookie } = await open();
    const other = cookieOf(await signUp(shop, shop.client(), '9876543210'));
    await shop.settle();
    replica.asked.length = 0;
    const headers = { authorization: AUTHORIZATION, cookie: `${cookie}; ${other}` };
    expect((await shop.fetch(SESSION, { headers })).status).toBe(401);
    expect(replica.asked).toContain('primary');
  });

  test('before a rolling session is renewed', async () => {
    const { shop, replica, beat, block, read } = await open({
      config: { session_config: { duration: 30, type: 'Days', is_rolling: true } },
    });
    const becomeDue = async () => {
      shop.clock.advance(3_600_000);
      await beat();
      await replica.catchUp();
    };
    await becomeDue();
    const { status, headers } = await read();
    expect(status).toBe(200);
    expect(headers.getSetCookie()[0]).toMatch(/^f\.session=/);
    expect(replica.asked).toEqual(['replica', 'primary']);
    await shop.settle();
    await becomeDue();
    await block(true);
    expect((await read()).status).toBe(401);
  });
});

describe('a bookmark', () => {
  test('shows a shopper his own changes, on a replica that lags', async () => {
    const { replica, browser, read } = await open();
    const { headers } = await rename(browser, 'Mira');
    expect(bookmarkIn(headers)).toMatch(
      /^f\.bookmark=[0-9a-f-]{59}; Max-Age=150; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(await nameOf(browser)).toBe('Mira');
    // Without it the replica shows what it has.
    expect(await read()).toMatchObject({ body: { user: { first_name: 'Asha' } } });
    await replica.catchUp();
    replica.asked.length = 0;
    expect(await nameOf(browser)).toBe('Mira');
    expect(replica.asked).toEqual(['replica']);
  });

  test('goes by https alone where the session’s cookie does', async () => {
    const { shop, cookie } = await open();
    const answer = await shop.fetch(
      'https://127.0.0.1/service/application/user/authentication/v1.0/logout',
      { headers: { authorization: AUTHORIZATION, cookie } },
    );
    expect(answer.status).toBe(200);
    expect(bookmarkIn(answer.headers)).toContain('; Secure');
  });

  test.each([
    ['that is none', "'; DROP TABLE users"],
    ['that is too long', 'a'.repeat(3000)],
    ['of another form', `${bookmarkOf(1)}0`],
    ['that demands the primary', 'first-primary'],
    ['of the future', bookmarkOf(0xffffffff)],
  ])('%s does no harm', async (_, forged) => {
    const { replica, read } = await open();
    expect(await read(forged)).toMatchObject({
      status: 200,
      body: { user: { first_name: 'Asha' } },
    });
    expect(replica.opened[0]).toMatch(/^(first-unconstrained|ffffffff-.*)$/);
  });

  test('that is old lets nobody see more than without it', async () => {
    const { shop, block, read } = await open();
    await block(true);
    shop.clock.advance(BOUND + 1);
    expect((await read(bookmarkOf(0))).status).toBe(401);
  });
});
