/** What other Workers of the account get over a service binding: the same checks as those of the API, and nothing more. */
import { inspect } from 'node:util';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { EnvironmentError } from '../../src/env/index.ts';
import { sessionsErrorCode } from '../../src/session/index.ts';
import { createSessionsBinding, type SessionsRuntime } from '../../src/sessions-binding.ts';
import type { LogLine } from '../../src/http/log.ts';
import { cookieOf, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, type D1Shop, type ShopOptions } from '../support/shop.ts';

const OTHER = '00000000000000000000000f';
const HOUR_MS = 3_600_000;

/** The binding of a Worker whose wrangler.toml has these props. */
function bound(runtime: SessionsRuntime, props: unknown) {
  const log: LogLine[] = [];
  const calls = createSessionsBinding(
    () => runtime,
    { props, waitUntil: () => undefined },
    (line) => log.push(line),
  );
  return { ...calls, log };
}

async function world(options: ShopOptions = {}) {
  const shop = await d1Shop(options);
  const done = await signUp(shop, shop.client());
  await shop.settle();
  const cookie = cookieOf(done);
  const id = done.body.user?._id ?? '';
  const props = { application: shop.application.id, worker: 'orders' };
  return {
    shop,
    id,
    cookie,
    browser: shop.client({ cookie }),
    sessions: bound(shop.runtime, props),
  };
}

/** A second application on the same stores. */
async function addApplication(shop: D1Shop) {
  const { results } = await env.DB.prepare('SELECT * FROM applications WHERE id = ?')
    .bind(shop.application.id)
    .all<Record<string, string | number | null>>();
  const row = { ...results[0], id: OTHER };
  const marks = Object.keys(row).map(() => '?');
  await env.DB.prepare(
    `INSERT INTO applications (${Object.keys(row).join()}) VALUES (${marks.join()})`,
  )
    .bind(...Object.values(row))
    .run();
}

const codeOf = async (call: Promise<unknown>) =>
  sessionsErrorCode(
    await call.then(
      () => undefined,
      (error: unknown) => error,
    ),
  );

describe('getShopper', () => {
  test('tells who is signed in, by headers, by a Cookie header and by the value of the cookie', async () => {
    const { shop, id, cookie, browser, sessions } = await world();
    const shopper = await sessions.getShopper(new Headers({ cookie: `a=b; ${cookie}` }));
    const [handle] =
      expectOk(await browser.application.getListOfActiveSessions()).body.sessions ?? [];
    expect(shopper).toEqual({
      application_id: shop.application.id,
      session: { handle, created_at: expect.any(String), expires_at: expect.any(String) },
      user: {
        id,
        username: expect.any(String),
        first_name: 'Asha',
        last_name: 'Rao',
        emails: [],
        phone_numbers: [{ phone: '8652523958', country_code: 91, primary: true, verified: true }],
        status: 'active',
      },
    });
    const value = cookie.slice(cookie.indexOf('=') + 1);
    for (const from of [cookie, value, decodeURIComponent(value)]) {
      expect(await sessions.getShopper(from)).toEqual(shopper);
    }
  });

  test('costs one read of KV and one statement of D1', async () => {
    const { shop, cookie, sessions } = await world();
    await sessions.getShopper(cookie);
    const before = [shop.db.roundTrips, shop.kv.calls.length];
    await sessions.getShopper(cookie);
    expect([shop.db.roundTrips, shop.kv.calls.length]).toEqual(before.map((count) => count + 1));
    await sessions.getShopper('f.session=s%3Aforged.forged');
    expect([shop.db.roundTrips, shop.kv.calls.length]).toEqual(before.map((count) => count + 1));
  });

  test.each([null, undefined, '', 'other=1', 'f.session=', 'f.session=s%3Ax.y', 's:x.y', '%FF;;='])(
    'of %j is null',
    async (from) => {
      const { sessions } = await world();
      expect(await sessions.getShopper(from)).toBeNull();
    },
  );

  test('of living sessions of two people is null', async () => {
    const { shop, cookie, sessions } = await world();
    const other = cookieOf(await signUp(shop, shop.client(), '9876543210'));
    await shop.settle();
    expect(await sessions.getShopper(other)).not.toBeNull();
    expect(await sessions.getShopper(`${cookie}; ${other}`)).toBeNull();
  });

  const ENDS: [string, (given: Awaited<ReturnType<typeof world>>) => Promise<unknown>][] = [
    ['a logout', async ({ browser }) => expectOk(await browser.application.logout())],
    [
      'a block',
      async ({ shop, id }) =>
        expectOk(
          await (
            await operatorOf(shop)
          ).blockOrUnblockUsers({
            params,
            body: { status: true, user_id: [id], reason: 'fraud' },
          }),
        ),
    ],
    [
      'an archive',
      async ({ shop, id }) =>
        expectOk(await (await operatorOf(shop)).archiveUser({ params, body: { user_id: id } })),
    ],
    [
      'an end of all sessions',
      async ({ shop, id }) =>
        expectOk(
          await (
            await operatorOf(shop)
          ).deleteActiveSessions({
            params,
            query: { id, reason: 'lost phone' },
          }),
        ),
    ],
    [
      'its own end',
      async ({ shop }) =>
        shop.clock.advance(shop.application.config.session_config.duration * 24 * HOUR_MS),
    ],
    [
      'a switched-off application',
      async ({ shop }) => {
        await shop.writeConfig({ ...shop.application.config, active: false });
        shop.clock.advance(31_000);
      },
    ],
  ];
  test.each(ENDS)('says no with the next call after %s', async (_name, end) => {
    const given = await world();
    expect(await given.sessions.getShopper(given.cookie)).not.toBeNull();
    await end(given);
    expect(await given.sessions.getShopper(given.cookie)).toBeNull();
  });

  test('renews no rolling session: the browser would not get its cookie', async () => {
    const session_config = { duration: 30, type: 'Days', is_rolling: true } as const;
    const { shop, cookie, browser, sessions } = await world({ config: { session_config } });
    shop.clock.advance(2 * HOUR_MS);
    await sessions.getShopper(cookie);
    await shop.settle();
    const answer = expectOk(await browser.application.getLoggedInUser());
    expect(answer.headers.getSetCookie()).toHaveLength(1);
  });
});

describe('getUser', () => {
  test('tells a user with its status, and nothing of its credentials', async () => {
    const { shop, id, sessions } = await world();
    expect(await sessions.getUser(id)).toMatchObject({ id, status: 'active' });
    const body = { status: true, user_id: [id], reason: 'fraud' };
    expectOk(await (await operatorOf(shop)).blockOrUnblockUsers({ params, body }));
    const user = await sessions.getUser(id);
    expect(user).toMatchObject({ id, status: 'blocked' });
    expect(Object.keys(user ?? {}).toSorted()).toEqual([
      'emails',
      'first_name',
      'id',
      'last_name',
      'phone_numbers',
      'status',
      'username',
    ]);
    expect(await sessions.getUser('f'.repeat(24))).toBeNull();
    expect(await sessions.getUser("' OR 1=1 --")).toBeNull();
  });
});

describe('end', () => {
  test('ends a session at once, and the audit names the Worker', async () => {
    const { shop, id, cookie, browser, sessions } = await world();
    const handle = (await sessions.getShopper(cookie))?.session.handle ?? '';
    expect(await sessions.end(id, handle)).toBe(true);
    expect(await sessions.getShopper(cookie)).toBeNull();
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    expect(await sessions.end(id, handle)).toBe(false);
    const [event] = await shop.ports.audit.ofUser(id, 1);
    expect(event).toMatchObject({
      action: 'session.ended',
      actor: 'worker:orders',
      session: handle,
    });
    const ended = sessions.log.filter(({ operation }) => operation === 'Sessions.end');
    expect(event?.requestId).toBe(ended[0]?.['request_id']);
  });

  test('is nothing for a Worker that does not say its name', async () => {
    const { shop, id, cookie, sessions } = await world();
    const handle = (await sessions.getShopper(cookie))?.session.handle ?? '';
    for (const worker of [undefined, '', 'or ders', 'x'.repeat(65), 7]) {
      const nameless = bound(shop.runtime, { application: shop.application.id, worker });
      expect(await codeOf(nameless.end(id, handle))).toBe('worker_unnamed');
    }
    expect(await sessions.getShopper(cookie)).not.toBeNull();
  });

  test('takes no other user’s session', async () => {
    const { id, cookie, sessions } = await world();
    const handle = (await sessions.getShopper(cookie))?.session.handle ?? '';
    for (const [user, name] of [
      ['f'.repeat(24), handle],
      [id, 'f'.repeat(32)],
      [id, `${handle}0`],
      ['%', '%'],
    ]) {
      expect(await sessions.end(user, name)).toBe(false);
    }
    expect(await sessions.getShopper(cookie)).not.toBeNull();
  });
});

describe('the application', () => {
  test('is named by the props, or by the first argument, and never crossed', async () => {
    const { shop, id, cookie, sessions } = await world();
    await addApplication(shop);
    const any = bound(shop.runtime, { worker: 'orders' });
    const own = shop.application.id;
    const shopper = await any.getShopper(own, cookie);
    expect(shopper).toMatchObject({ application_id: own, user: { id } });
    expect(await sessions.getShopper(own, cookie)).toEqual(shopper);
    expect(await any.getUser(own, id)).toMatchObject({ id });
    // Of the other one there is no such session, and no such user.
    const handle = shopper?.session.handle ?? '';
    const elsewhere = bound(shop.runtime, { application: OTHER, worker: 'orders' });
    expect(await elsewhere.getShopper(cookie)).toBeNull();
    expect(await any.getShopper(OTHER, cookie)).toBeNull();
    expect(await elsewhere.getUser(id)).toBeNull();
    expect(await elsewhere.end(id, handle)).toBe(false);
    for (const call of [
      sessions.getShopper(OTHER, cookie),
      sessions.getUser(OTHER, id),
      sessions.end(OTHER, id, handle),
      elsewhere.getUser(own, id),
    ]) {
      expect(await codeOf(call)).toBe('application_refused');
    }
    expect(await any.end(own, id, handle)).toBe(true);
  });

  test('is refused by a code of its own when it is missing or unknown', async () => {
    const { shop, id, cookie } = await world();
    const nameless = bound(shop.runtime, undefined);
    expect(await codeOf(nameless.getShopper(cookie))).toBe('application_missing');
    expect(await codeOf(nameless.getUser(id))).toBe('application_missing');
    for (const unknown of ['f'.repeat(24), 'x', "' OR 1=1 --"]) {
      expect(await codeOf(nameless.getShopper(unknown, cookie))).toBe('application_unknown');
      const props = { application: unknown };
      expect(await codeOf(bound(shop.runtime, props).getUser(id))).toBe('application_unknown');
    }
    for (const wrong of [7, null, '', 'x'.repeat(101)]) {
      expect(await codeOf(nameless.getUser(wrong, id))).toBe('argument_wrong');
    }
  });
});

describe('what goes wrong', () => {
  test('with arguments is told by a code', async () => {
    const { id, sessions } = await world();
    for (const call of [
      sessions.getUser(),
      sessions.getUser({}),
      sessions.getUser(''),
      sessions.getUser('x'.repeat(101)),
      sessions.end(id),
      sessions.end(id, 7),
      sessions.getShopper({ cookie: 'x' }),
      sessions.getShopper('x'.repeat(200_000)),
    ]) {
      expect(await codeOf(call)).toBe('argument_wrong');
    }
  });

  test('with a store is `unavailable`, and never that nobody is signed in', async () => {
    const { shop, cookie, id, sessions } = await world();
    await sessions.getShopper(cookie);
    shop.db.down = true;
    expect(await codeOf(sessions.getShopper(cookie))).toBe('unavailable');
    expect(await codeOf(sessions.getUser(id))).toBe('unavailable');
    shop.db.down = false;
    shop.kv.down = true;
    expect(await codeOf(sessions.getShopper(cookie))).toBe('unavailable');
  });

  test.each<[string, Error, string]>([
    ['settings', new EnvironmentError(['SEALING_KEYS secret-of-ours']), 'misconfigured'],
    ['the code', new Error('secret-of-ours'), 'internal_error'],
  ])('with %s is told to the log alone', async (_name, error, code) => {
    const log: LogLine[] = [];
    const broken = createSessionsBinding(
      () => {
        throw error;
      },
      { props: { application: OTHER }, waitUntil: () => undefined },
      (line) => log.push(line),
    );
    const thrown: unknown = await broken.getUser('x').catch((one: unknown) => one);
    expect(sessionsErrorCode(thrown)).toBe(code);
    expect(inspect(thrown)).not.toContain('secret');
    expect(log).toMatchObject([{ level: 'error', operation: 'Sessions.getUser', code }]);
    expect(JSON.stringify(log)).toContain('secret-of-ours');
  });

  test('is one line of the log, as each call that goes well, without a cookie', async () => {
    const { cookie, id, sessions } = await world();
    await sessions.getShopper(cookie);
    await sessions.getUser(id);
    await codeOf(sessions.getUser());
    expect(sessions.log.map(({ operation, code, level }) => [operation, code, level])).toEqual([
      ['Sessions.getShopper', undefined, 'info'],
      ['Sessions.getUser', undefined, 'info'],
      ['Sessions.getUser', 'argument_wrong', 'info'],
    ]);
    expect(JSON.stringify(sessions.log)).not.toContain(cookie.slice(14, 40));
  });
});
