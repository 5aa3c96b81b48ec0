/** A shopper's own devices: listed with what is known of them, ended one by one or all at once. */
import { describe, expect, test } from 'vitest';
import { cookieOf, expectOk, prove, signUp } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';
import { MAX_SESSIONS } from '../../src/domain/session/session.ts';

const GAP_MS = 31_000;
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.1 Safari/604.1';
const DESK = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0';
const OTHER = '9876543210';

/** One more device of the shopper who has signed up. */
async function device(shop: Shop, headers: Record<string, string> = {}, mobile?: string) {
  shop.clock.advance(GAP_MS);
  const browser = shop.client(headers);
  const done = await prove(shop, browser, mobile);
  await shop.settle();
  return { browser, cookie: cookieOf(done) };
}
type Browser = Awaited<ReturnType<typeof device>>['browser'];

async function member(shop: Shop, mobile?: string) {
  await signUp(shop, shop.client(), mobile);
  await shop.settle();
}

const listed = async ({ service }: Browser) =>
  expectOk(await service.getOwnSessions()).body.sessions;
const isIn = async ({ application }: Browser): Promise<boolean> =>
  (await application.getLoggedInUser()).ok;

describe.each(BACKENDS_AND_MOCK)('own sessions on %s', (_, createShop) => {
  test('come with device, address and times, the one that asks first', async () => {
    const shop = await createShop();
    await member(shop);
    const old = await device(shop, { 'user-agent': PHONE, 'cf-connecting-ip': '203.0.113.7' });
    const signedInAt = shop.clock.now();
    const now = await device(shop, { 'user-agent': DESK, 'cf-connecting-ip': '198.51.100.24' });
    const [first, ...rest] = await listed(now.browser);
    expect(first).toMatchObject({
      current: true,
      browser: 'Edge',
      system: 'Windows',
      ip: '198.51.100.24',
      user_agent: DESK,
    });
    const second = rest.find(({ ip }) => ip === '203.0.113.7');
    expect(second).toMatchObject({ current: false, browser: 'Safari', system: 'iPhone' });
    for (const time of [second?.created_at, second?.last_used_at]) {
      expect(Math.abs(Date.parse(time ?? '') - signedInAt)).toBeLessThan(1_000);
    }
    expect(Date.parse(second?.expires_at ?? '')).toBeGreaterThan(shop.clock.now());
    // Each calls itself the current one.
    const mine = (await listed(old.browser)).filter(({ current }) => current);
    expect(mine).toMatchObject([{ ip: '203.0.113.7' }]);
  });

  test('another one is ended once, the own one only by logout', async () => {
    const shop = await createShop();
    await member(shop);
    const [lost, own] = [await device(shop), await device(shop)];
    const handle = (await listed(lost.browser)).find(({ current }) => current)?.session ?? '';
    const end = async (session: string) => own.browser.service.endOwnSession({ body: { session } });
    expectOk(await end(handle));
    expect(await isIn(lost.browser)).toBe(false);
    expect(await isIn(own.browser)).toBe(true);
    for (const gone of [handle, '0'.repeat(32), 'x']) {
      expect(await end(gone)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    const current = (await listed(own.browser))[0]?.session ?? '';
    expect(await end(current)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: 'body.session' }] },
    });
    expect(await isIn(own.browser)).toBe(true);
  });

  test('nobody ends or sees those of another shopper', async () => {
    const shop = await createShop();
    await member(shop);
    await member(shop, OTHER);
    const [hers, his] = [await device(shop), await device(shop, {}, OTHER)];
    const session = (await listed(hers.browser))[0]?.session ?? '';
    expect((await listed(his.browser)).map((one) => one.session)).not.toContain(session);
    const tried = await his.browser.service.endOwnSession({ body: { session } });
    expect(tried.status).toBe(404);
    expectOk(await his.browser.service.endOtherSessions());
    expect(await isIn(hers.browser)).toBe(true);
  });

  test('all others end at once with what waits; the one that asks goes on under a new id', async () => {
    const shop = await createShop();
    await member(shop);
    const [first, second, own] = [await device(shop), await device(shop), await device(shop)];
    const before = (await listed(own.browser))[0];
    const done = expectOk(await own.browser.service.endOtherSessions());
    expect(done.body).toEqual({ success: true });
    expect(cookieOf(done)).toMatch(/^f\.session=/);
    expect(cookieOf(done)).not.toBe(own.cookie);
    expect([await isIn(first.browser), await isIn(second.browser)]).toEqual([false, false]);
    // Whoever has stolen the cookie of before has nothing either.
    expect(await isIn(shop.client({ cookie: own.cookie }))).toBe(false);
    expect(await isIn(own.browser)).toBe(true);
    const after = await listed(own.browser);
    expect(after).toHaveLength(1);
    expect(after[0]).toMatchObject({ current: true, expires_at: before?.expires_at });
  });

  test('without a session each is 401', async () => {
    const { service } = (await createShop()).client();
    const answers = [
      await service.getOwnSessions(),
      await service.endOwnSession({ body: { session: 'x' } }),
      await service.endOtherSessions(),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test('the one that goes on still counts towards the most a shopper may have', async () => {
    const many = 2 * MAX_SESSIONS;
    const limits = { sendsPerHour: many, sendsPerDay: many, sendsPerIdentifierDay: many };
    const shop = await createShop({ limits });
    await member(shop);
    const own = await device(shop);
    expectOk(await own.browser.service.endOtherSessions());
    for (let devices = 0; devices < MAX_SESSIONS; devices += 1) await device(shop);
    expect(await isIn(own.browser)).toBe(false);
  });
});
