/** A new sealing key in front of the old one: what the old one has written still counts, and nothing starts anew. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, expectOk, signUp, wrongCode } from '../support/answers.ts';
import { d1Shop } from '../support/shop.ts';

const key = (id: string): string => `${id}:${btoa(id.repeat(32).slice(0, 32))}`;
const OLD = { SEALING_KEYS: key('old') };
const BOTH = { SEALING_KEYS: `${key('new')},${key('old')}` };
const ONLY_NEW = { SEALING_KEYS: key('new') };

const deviceOf = (answer: { headers: Headers }): string =>
  answer.headers
    .getSetCookie()
    .find((line) => line.startsWith('f.device='))
    ?.split(';')[0] ?? '';

describe('after a rotation of the sealing keys', () => {
  test('budgets of sends are as spent as before', async () => {
    const before = await d1Shop({ env: OLD, limits: { sendsPerHour: 2, sendGapSeconds: 1 } });
    for (let sends = 0; sends < 2; sends += 1) {
      expectOk(await before.client().application.loginWithOTP({ body: MOBILE }));
      before.clock.advance(1_100);
    }
    const limits = { sendsPerHour: 2, sendGapSeconds: 1 };
    for (const env of [BOTH, OLD]) {
      const shop = await d1Shop({ env, limits });
      shop.clock.advance(5_000);
      expect(await shop.client().application.loginWithOTP({ body: MOBILE })).toMatchObject({
        status: 429,
        body: { meta: { limit: 'sends_per_hour' } },
      });
    }
    // Retiring the old key ends what it wrote, and only then.
    const retired = await d1Shop({ env: ONLY_NEW, limits });
    retired.clock.advance(5_000);
    expectOk(await retired.client().application.loginWithOTP({ body: MOBILE }));
  });

  test('wrong tries are counted on, under the new key', async () => {
    const limits = { otpWrongPerIdentifierHour: 3, otpTriesPerCode: 2, sendGapSeconds: 1 };
    let wrong = 0;
    for (const env of [OLD, BOTH]) {
      const shop = await d1Shop({ env, limits });
      shop.clock.advance(wrong * 2_000);
      const browser = shop.client();
      const { request_id = '' } = expectOk(
        await browser.application.loginWithOTP({ body: MOBILE }),
      ).body;
      const otp = wrongCode(await shop.otp(E164));
      for (let tries = 0; tries < 2; tries += 1) {
        const answer = await browser.application.verifyMobileOTP({ body: { request_id, otp } });
        wrong += answer.status === 400 ? 1 : 0;
      }
    }
    expect(wrong).toBe(3);
  });

  test('a code that the old key has hashed is verified', async () => {
    const before = await d1Shop({ env: OLD });
    const sent = expectOk(await before.client().application.loginWithOTP({ body: MOBILE })).body;
    const otp = await before.otp(E164);
    const shop = await d1Shop({ env: BOTH });
    const body = { request_id: sent.request_id ?? '', otp };
    expect((await shop.client().application.verifyMobileOTP({ body })).status).toBe(200);
  });

  test('a device is known, and has budgets of its own', async () => {
    const limits = { otpWrongPerIdentifierHour: 2, otpTriesPerCode: 2, sendGapSeconds: 1 };
    const before = await d1Shop({ env: OLD, limits });
    const cookie = deviceOf(await signUp(before, before.client()));
    expect(cookie).toMatch(/^f\.device=/);
    const shop = await d1Shop({ env: BOTH, limits });
    shop.clock.advance(2_000);
    const stranger = shop.client();
    const { request_id = '' } = expectOk(
      await stranger.application.loginWithOTP({ body: MOBILE }),
    ).body;
    const otp = await shop.otp(E164);
    for (let tries = 0; tries < 3; tries += 1) {
      await stranger.application.verifyMobileOTP({ body: { request_id, otp: wrongCode(otp) } });
    }
    const body = { request_id, otp };
    expect((await stranger.application.verifyMobileOTP({ body })).ok).toBe(false);
    const own = await shop.client({ cookie }).application.verifyMobileOTP({ body });
    expect(expectOk(own).body.user_exists).toBe(true);
  });
});
