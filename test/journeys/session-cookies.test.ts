/** Several `f.session` in one request: a page on a subdomain can set one beside the shop's own. */
import { describe, expect, test } from 'vitest';
import { cookieOf, prove, expectOk, signUp } from '../support/answers.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

const FORGED = 'f.session=s1.forged.value';
const GAP = 31_000;

/** A new shopper, with the cookie of their session. */
async function member(shop: D1Shop, phone: string): Promise<{ id: string; cookie: string }> {
  shop.clock.advance(GAP);
  const done = await signUp(shop, shop.client(), phone);
  await shop.settle();
  return { id: done.body.user?._id ?? '', cookie: cookieOf(done) };
}

/** Another session of a shopper. */
async function signedInAgain(shop: D1Shop, phone: string): Promise<string> {
  shop.clock.advance(GAP);
  const cookie = cookieOf(await prove(shop, shop.client(), phone));
  await shop.settle();
  return cookie;
}

/** Whose session the cookies open, or the status of the refusal. */
async function userOf(shop: D1Shop, ...cookies: string[]): Promise<string | number | undefined> {
  const answer = await shop.client({ cookie: cookies.join('; ') }).application.getLoggedInUser();
  return answer.status === 200 ? expectOk(answer).body.user?._id : answer.status;
}

const ASHA = '9820098201';
const RAVI = '9820098202';

describe('several session cookies', () => {
  test('forged and dead ones are passed over, whatever their place', async () => {
    const shop = await d1Shop();
    const { id, cookie: dead } = await member(shop, ASHA);
    const cookie = await signedInAgain(shop, ASHA);
    expectOk(await shop.client({ cookie: dead }).application.logout());
    shop.clock.advance(GAP);
    expect(await userOf(shop, dead)).toBe(401);
    for (const cookies of [
      [FORGED, dead, cookie],
      [cookie, dead, FORGED],
      [dead, FORGED, cookie],
    ]) {
      expect(await userOf(shop, ...cookies)).toBe(id);
    }
  });

  test('many forged ones do not hide the living one', async () => {
    const shop = await d1Shop();
    const { id, cookie } = await member(shop, ASHA);
    const forged = Array.from({ length: 40 }, (_, at) => `${FORGED}${at}`);
    expect(await userOf(shop, ...forged, cookie)).toBe(id);
  });

  test('of many genuine ones four are looked up', async () => {
    const shop = await d1Shop();
    const { id, cookie } = await member(shop, ASHA);
    const issued = Array.from({ length: 8 }, async () => shop.ports.sessionTokens.issue(id));
    const dead = (await Promise.all(issued)).map((one) => `f.session=${one.cookie}`);
    expect(await userOf(shop, ...dead.slice(0, 3), cookie)).toBe(id);
    shop.db.roundTrips = 0;
    expect(await userOf(shop, ...dead, cookie)).toBe(401);
    expect(shop.db.roundTrips).toBe(4);
  });

  test('those of different users count for nothing, and the log says so', async () => {
    const shop = await d1Shop();
    const asha = await member(shop, ASHA);
    const ravi = await member(shop, RAVI);
    expect(await userOf(shop, asha.cookie, ravi.cookie)).toBe(401);
    expect(await userOf(shop, ravi.cookie, asha.cookie)).toBe(401);
    expect(shop.log.at(-1)).toMatchObject({
      status: 401,
      internal: 'session cookies of different users',
    });
    // Each by itself still counts.
    expect(await userOf(shop, asha.cookie)).toBe(asha.id);
    expect(await userOf(shop, ravi.cookie)).toBe(ravi.id);
  });

  test('logout ends all of them', async () => {
    const shop = await d1Shop();
    const asha = await member(shop, ASHA);
    const ravi = await member(shop, RAVI);
    const again = await signedInAgain(shop, ASHA);
    const cookie = [asha.cookie, FORGED, ravi.cookie, again].join('; ');
    expectOk(await shop.client({ cookie }).application.logout());
    shop.clock.advance(GAP);
    for (const one of [asha.cookie, ravi.cookie, again]) expect(await userOf(shop, one)).toBe(401);
  });

  test('a sign-in ends all of them', async () => {
    const shop = await d1Shop();
    const asha = await member(shop, ASHA);
    const ravi = await member(shop, RAVI);
    const cookie = [ravi.cookie, asha.cookie].join('; ');
    shop.clock.advance(GAP);
    const sent = expectOk(
      await shop.client().application.loginWithOTP({ body: { mobile: ASHA, country_code: '91' } }),
    );
    const otp = await shop.otp(`+91${ASHA}`);
    const body = { request_id: sent.body.request_id ?? '', otp };
    const done = expectOk(await shop.client({ cookie }).application.verifyMobileOTP({ body }));
    await shop.settle();
    shop.clock.advance(GAP);
    for (const one of [asha.cookie, ravi.cookie]) expect(await userOf(shop, one)).toBe(401);
    expect(await userOf(shop, cookieOf(done))).toBe(asha.id);
  });
});
