/** A code counts for what it was asked for, and for nothing else; tried elsewhere it stays good for its own purpose. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, expectOk, signUp, type Browser } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';
const OTHER = { mobile: '9876543210', country_code: '91' };
const OTHER_E164 = '+919876543210';
const THIRD = { mobile: '9820098200', country_code: '91' };
const GAP = 31_000;

/** Begins a registration by form: a code is on its way to the number, or to the address. */
async function begun(browser: Browser, by: { phone: typeof MOBILE } | { email: string }) {
  const form = expectOk(
    await browser.application.registerWithForm({ body: { first_name: 'Asha', ...by } }),
  ).body;
  return { register_token: form.register_token ?? '', request_id: form.request_id ?? '' };
}

const OFF = { is_required: false, level: 'hard' } as const;
/** One identifier of either kind is enough. */
const FREE = {
  config: {
    required_fields: { email: OFF, mobile: OFF },
    register_required_fields: { email: OFF, mobile: OFF },
  },
};

describe.each(BACKENDS_AND_MOCK)('what a code counts for, on %s', (_, createShop) => {
  test.each([
    ['another number', OTHER, OTHER_E164],
    ['the same number', MOBILE, E164],
  ])('a code of one registration proves nothing for another one of %s', async (_name, phone) => {
    const shop = await createShop(FREE);
    const mine = await begun(shop.client(), { phone: MOBILE });
    const otp = await shop.otp(E164);
    shop.clock.advance(GAP);
    const theirs = await begun(shop.client(), { phone });
    const browser = shop.client();
    const body = { request_id: mine.request_id, otp };
    for (const register_token of [theirs.register_token, undefined]) {
      const refused = await browser.application.verifyMobileOTP({
        body: { ...body, register_token },
      });
      expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    // Nothing was proven for the other one: its form still waits for its own code.
    const unproven = await browser.application.updateProfile({
      body: { first_name: 'B', register_token: theirs.register_token },
    });
    expect(unproven.headers.getSetCookie()).toEqual([]);
    const done = expectOk(
      await browser.application.verifyMobileOTP({
        body: { ...body, register_token: mine.register_token },
      }),
    );
    expect(done.body).toMatchObject({
      user_exists: true,
      user: { phone_numbers: [{ phone: MOBILE.mobile, verified: true }] },
    });
  });

  test('the same by email, where the newest code of the address is meant', async () => {
    const shop = await createShop(FREE);
    const mine = await begun(shop.client(), { email: EMAIL });
    const otp = await shop.otp(EMAIL);
    shop.clock.advance(GAP);
    const theirs = await begun(shop.client(), { phone: OTHER });
    const browser = shop.client();
    for (const register_token of [theirs.register_token, undefined]) {
      const refused = await browser.application.verifyEmailOTP({
        body: { email: EMAIL, otp, register_token },
      });
      expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    const { register_token } = mine;
    const done = expectOk(
      await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp, register_token } }),
    );
    expect(done.body).toMatchObject({ user: { emails: [{ email: EMAIL, verified: true }] } });
  });

  test('a code of a registration signs its number’s owner in for nobody else', async () => {
    const shop = await createShop();
    const owner = (await signUp(shop, shop.client())).body.user?._id;
    shop.clock.advance(GAP);
    const mine = await begun(shop.client(), { phone: MOBILE });
    const otp = await shop.otp(E164);
    const stranger = shop.client();
    const body = { request_id: mine.request_id, otp };
    const refused = await stranger.application.verifyMobileOTP({ body });
    expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    const { register_token } = mine;
    const done = expectOk(
      await stranger.application.verifyMobileOTP({ body: { ...body, register_token } }),
    );
    expect(done.body.user?._id).toBe(owner);
  });

  test('a code for one profile proves nothing on another, nor without a session', async () => {
    const shop = await createShop();
    const mine = shop.client();
    await signUp(shop, mine);
    const other = shop.client();
    await signUp(shop, other, OTHER.mobile);
    shop.clock.advance(GAP);
    const { request_id = '' } = expectOk(
      await mine.application.sendOTPOnMobile({ body: THIRD }),
    ).body;
    const body = { request_id, otp: await shop.otp(`+91${THIRD.mobile}`) };
    for (const browser of [other, shop.client()]) {
      const refused = await browser.application.verifyMobileOTP({ body });
      expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    const numbers = async (browser: Browser) =>
      expectOk(await browser.application.getLoggedInUser()).body.user?.phone_numbers?.map(
        ({ phone }) => phone,
      );
    expect(await numbers(other)).toEqual([OTHER.mobile]);
    expectOk(await mine.application.verifyMobileOTP({ body }));
    expect(await numbers(mine)).toEqual([MOBILE.mobile, THIRD.mobile]);
  });

  /** Each sends a code to the number of the shopper whose account is at stake. */
  const foreign: [string, (shop: Shop, other: Browser) => Promise<string>][] = [
    [
      'that another shopper asked for',
      async (_shop, other) =>
        expectOk(await other.application.sendOTPOnMobile({ body: MOBILE })).body.request_id ?? '',
    ],
    [
      'for a login',
      async (shop) =>
        expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body.request_id ??
        '',
    ],
    [
      'of a registration',
      async (shop) => (await begun(shop.client(), { phone: MOBILE })).request_id,
    ],
  ];

  test.each(foreign)('a code %s does not delete the account of its number', async (_name, send) => {
    const shop = await createShop();
    const owner = shop.client();
    await signUp(shop, owner);
    const other = shop.client();
    await signUp(shop, other, OTHER.mobile);
    shop.clock.advance(GAP);
    const request_id = await send(shop, other);
    const body = { request_id, otp: await shop.otp(E164) };
    const refused = await owner.application.deleteUser({ body });
    expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    expectOk(await owner.application.getLoggedInUser());
    const theirs = await other.application.deleteUser({ body });
    expect(theirs).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    expectOk(await other.application.getLoggedInUser());
  });

  test('a code to a number that is not the shopper’s yet does not delete the account', async () => {
    const shop = await createShop();
    const owner = shop.client();
    await signUp(shop, owner);
    shop.clock.advance(GAP);
    const { request_id = '' } = expectOk(
      await owner.application.sendOTPOnMobile({ body: THIRD }),
    ).body;
    const otp = await shop.otp(`+91${THIRD.mobile}`);
    const refused = await owner.application.deleteUser({ body: { request_id, otp } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    expectOk(await owner.application.getLoggedInUser());
  });
});
