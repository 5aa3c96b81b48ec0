/** What an operation costs, and what happens when a store is stale, slow or down. */
import { eventOf } from '../support/stored.ts';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

async function cost(shop: D1Shop, work: () => Promise<unknown>) {
  await shop.settle();
  shop.db.roundTrips = 0;
  shop.kv.calls.length = 0;
  shop.queue.sent.length = 0;
  await work();
  const kv = [...shop.kv.calls];
  return { d1: shop.db.roundTrips, kv, queue: shop.queue.sent.length };
}

describe('costs, application record cached', () => {
  test('loginWithOTP: one D1 round trip, one put, one queue send', async () => {
    const shop = await d1Shop();
    expectOk(await shop.client().application.getPlatformConfig());
    const spent = await cost(shop, () => shop.client().application.loginWithOTP({ body: MOBILE }));
    expect(spent).toEqual({ d1: 1, kv: ['put'], queue: 1 });
  });

  test('verifyMobileOTP: two D1 round trips, one put, and no listing behind the answer', async () => {
    const shop = await d1Shop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const spent = await cost(shop, async () => {
      const answer = await browser.application.verifyMobileOTP({ body });
      await shop.settle();
      return answer;
    });
    expect(spent).toEqual({ d1: 2, kv: ['put'], queue: 0 });
  });

  test('getLoggedInUser: one KV read and one D1 round trip, started together', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    await signUp(shop, browser);
    const spent = await cost(shop, () => browser.application.getLoggedInUser());
    expect(spent).toEqual({ d1: 1, kv: ['get'], queue: 0 });
    // Together: while KV hangs, the D1 round trip has already begun.
    shop.db.roundTrips = 0;
    let release = (): void => undefined;
    const hanging = new Promise<null>((resolve) => (release = () => resolve(null)));
    const get = shop.kv.namespace.get.bind(shop.kv.namespace);
    Object.assign(shop.kv.namespace, { get: async () => hanging });
    const answer = browser.application.getLoggedInUser();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(shop.db.roundTrips).toBe(1);
    Object.assign(shop.kv.namespace, { get });
    release();
    expect(await answer).toMatchObject({ status: 401 });
  });
});

describe('a KV that is a minute old', () => {
  test('logout still ends the session with the next request', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    const cookie = cookieOf(await signUp(shop, browser));
    shop.clock.advance(61_000);
    shop.kv.lag = 60_000;
    const same = shop.client({ cookie });
    expectOk(await same.application.getLoggedInUser());
    expectOk(await same.application.logout());
    const after = await shop.client({ cookie }).application.getLoggedInUser();
    expect(after).toMatchObject({ status: 401, body: { authenticated: false } });
  });

  test('logout ends a session that this location cannot see yet', async () => {
    const shop = await d1Shop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    shop.kv.lag = 60_000;
    expectOk(await shop.client({ cookie }).application.logout());
    shop.clock.advance(61_000);
    shop.kv.lag = 0;
    const after = await shop.client({ cookie }).application.getLoggedInUser();
    expect(after.status).toBe(401);
  });

  test('a session that is not here yet is 401, and the cookie is not cleared', async () => {
    const shop = await d1Shop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    shop.kv.lag = 60_000;
    const early = await shop.client({ cookie }).application.getLoggedInUser();
    expect(early).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    expect(early.headers.get('set-cookie')).toBeNull();
    shop.clock.advance(61_000);
    expectOk(await shop.client({ cookie }).application.getLoggedInUser());
  });

  test('a used code stays used, although KV still has it', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    expectOk(await browser.application.verifyMobileOTP({ body }));
    const again = await browser.application.verifyMobileOTP({ body });
    expect(again).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
  });

  test('a code is verified where KV does not show it yet', async () => {
    const shop = await d1Shop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    shop.kv.lag = 60_000;
    expectOk(await browser.application.verifyMobileOTP({ body }));
  });

  test('a resend of a code that is not here yet gives 503 and is not charged', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    shop.clock.advance(31_000);
    shop.kv.lag = 60_000;
    const body = { ...MOBILE, token: sent.resend_token };
    const early = await browser.application.sendOTPOnMobile({ body });
    expect(early.status).toBe(503);
    shop.kv.lag = 0;
    expectOk(await browser.application.sendOTPOnMobile({ body }));
  });

  test('ending all sessions kills those that KV still lists', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    const done = await signUp(shop, browser);
    const id = done.body.user?._id ?? '';
    await shop.ports.sessions.endAll(id, eventOf('sessions.ended', id, shop.clock.now()));
    expect(await shop.ports.sessions.list(id, shop.clock.now())).toEqual([]);
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
  });
});

describe('a dependency that is down', () => {
  test('a queue that refuses gives 503, and the send is not charged', async () => {
    const shop = await d1Shop();
    shop.queue.down = true;
    for (let sends = 0; sends < 7; sends += 1) {
      const refused = await shop.client().application.loginWithOTP({ body: MOBILE });
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    }
    shop.queue.down = false;
    expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
    const rows = await env.DB.prepare('SELECT COUNT(*) AS n FROM otp_challenges').first('n');
    expect(rows).toBe(1);
  });

  test('a link that cannot be handed over is not charged either', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    await signUp(shop, browser);
    shop.queue.down = true;
    const body = { email: 'asha@example.com' };
    for (let sends = 0; sends < 3; sends += 1) {
      expect((await browser.application.addEmail({ body })).status).toBe(503);
    }
    shop.queue.down = false;
    expectOk(await browser.application.addEmail({ body }));
    expect(await env.DB.prepare('SELECT COUNT(*) AS n FROM links').first('n')).toBe(1);
  });

  test('KV down: 503 for a send, and the send is not charged', async () => {
    const shop = await d1Shop();
    shop.kv.down = true;
    expect((await shop.client().application.loginWithOTP({ body: MOBILE })).status).toBe(503);
    shop.kv.down = false;
    expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
  });

  test('KV down while a code is verified: 503, and it costs no try', async () => {
    const shop = await d1Shop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    shop.kv.down = true;
    for (let tries = 0; tries < 12; tries += 1) {
      expect((await browser.application.verifyMobileOTP({ body })).status).toBe(503);
    }
    shop.kv.down = false;
    expectOk(await browser.application.verifyMobileOTP({ body }));
  });

  test('KV down while the session is stored: 503, and the code can be used again', async () => {
    const shop = await d1Shop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const put = shop.kv.namespace.put.bind(shop.kv.namespace);
    Object.assign(shop.kv.namespace, {
      put: async () => Promise.reject(new Error('KV put failed')),
    });
    const failed = await browser.application.verifyMobileOTP({ body });
    expect(failed).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    Object.assign(shop.kv.namespace, { put });
    expect(expectOk(await browser.application.verifyMobileOTP({ body })).body.user_exists).toBe(
      true,
    );
  });

  test('D1 down: 503 with Retry-After, never a 5xx without one, and the log names D1 but no person', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    await signUp(shop, browser);
    shop.log.length = 0;
    shop.db.down = true;
    const answers = [
      await browser.application.getLoggedInUser(),
      await browser.application.loginWithOTP({ body: MOBILE }),
      await browser.application.getListOfActiveSessions(),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    expect(JSON.stringify(shop.log)).toContain('D1');
    expect(JSON.stringify(shop.log)).not.toContain('8652523958');
    const ready = await shop.fetch('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ meta: { failed: ['D1'] } });
    shop.db.down = false;
    expect((await shop.fetch('/readyz')).status).toBe(200);
    await prove(shop, shop.client(), '9876543210');
  });
});
