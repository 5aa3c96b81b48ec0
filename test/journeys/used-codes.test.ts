/** A code that was used is neither sent nor taken again: an SMS costs, and the code in it is good for nothing. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, expectOk, signUp, wrongCode } from '../support/answers.ts';
import { boundToken, configure, mark } from '../support/refusals/scenario.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';
const GAP = 31_000;
const OTHER = { mobile: '9876543210', country_code: '91' };

interface Used {
  /** Where it was sent to. */
  to: { mobile: string; country_code: string } | { email: string };
  token: string;
}

const byPhone = async (shop: Shop, register?: { register_token?: string }) => {
  const { application } = shop.client();
  const sent = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
  const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164), ...register };
  expectOk(await application.verifyMobileOTP({ body }));
  return { to: MOBILE, token: sent.resend_token ?? '' };
};

const USED: [string, (shop: Shop) => Promise<Used>][] = [
  ['a login code of a new shopper', async (shop) => byPhone(shop)],
  [
    'a login code of a known shopper',
    async (shop) => {
      await signUp(shop, shop.client());
      shop.clock.advance(GAP);
      return byPhone(shop);
    },
  ],
  [
    'a login code by email',
    async (shop) => {
      const { application } = shop.client();
      const sent = expectOk(await application.sendOTPOnEmail({ body: { email: EMAIL } })).body;
      const body = { email: EMAIL, otp: await shop.otp(EMAIL) };
      expectOk(await application.verifyEmailOTP({ body }));
      return { to: { email: EMAIL }, token: sent.resend_email_token ?? '' };
    },
  ],
  [
    'a code of a registration',
    async (shop) => {
      const { application } = shop.client();
      const form = expectOk(
        await application.registerWithForm({ body: { first_name: 'Asha', phone: MOBILE } }),
      ).body;
      const { request_id = '', register_token, resend_token = '' } = form;
      const body = { request_id, otp: await shop.otp(E164), register_token };
      expectOk(await application.verifyMobileOTP({ body }));
      return { to: MOBILE, token: resend_token };
    },
  ],
  [
    'a code for the own profile',
    async (shop) => {
      const browser = shop.client();
      await signUp(shop, browser);
      const sent = expectOk(await browser.application.sendOTPOnMobile({ body: OTHER })).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp('+919876543210') };
      expectOk(await browser.application.verifyMobileOTP({ body }));
      return { to: OTHER, token: sent.resend_token ?? '' };
    },
  ],
  [
    'the code of a deletion',
    async (shop) => {
      const browser = shop.client();
      await signUp(shop, browser);
      shop.clock.advance(GAP);
      const sent = expectOk(await browser.application.sendOTPOnMobile({ body: MOBILE })).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
      expectOk(await browser.application.deleteUser({ body }));
      return { to: MOBILE, token: sent.resend_token ?? '' };
    },
  ],
];

async function resend(shop: Shop, { to, token }: Used) {
  const { application } = shop.client();
  return 'email' in to
    ? application.sendOTPOnEmail({ body: { ...to, token } })
    : application.sendOTPOnMobile({ body: { ...to, token } });
}

describe.each(BACKENDS_AND_MOCK)('a resend on %s', (_, createShop) => {
  test.each(USED)('of %s that was used sends nothing', async (_name, use) => {
    const shop = await createShop();
    const used = await use(shop);
    expect(used.token).not.toBe('');
    shop.clock.advance(GAP);
    await shop.settle();
    const before = (await shop.messages()).length;
    const refused = await resend(shop, used);
    expect(refused).toMatchObject({ status: 400, body: { code: 'resend_token_invalid' } });
    await shop.settle();
    expect(await shop.messages()).toHaveLength(before);
  });

  test('of a code that is over sends nothing', async () => {
    const shop = await createShop();
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    shop.clock.advance(10 * 60_000);
    const refused = await resend(shop, { to: MOBILE, token: sent.resend_token ?? '' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'resend_token_invalid' } });
    expect(await shop.messages()).toHaveLength(1);
  });

  test('at a shop that was closed meanwhile sends nothing', async () => {
    const shop = await createShop();
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    await configure(shop, { active: false });
    const refused = await resend(shop, { to: MOBILE, token: sent.resend_token ?? '' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'application_inactive' } });
    expect(await shop.messages()).toHaveLength(1);
  });

  test('of a code that was only guessed at goes on', async () => {
    const shop = await createShop();
    const { application } = shop.client();
    const sent = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
    const otp = wrongCode(await shop.otp(E164));
    await application.verifyMobileOTP({ body: { request_id: sent.request_id ?? '', otp } });
    shop.clock.advance(GAP);
    expectOk(await resend(shop, { to: MOBILE, token: sent.resend_token ?? '' }));
    expect(await shop.messages()).toHaveLength(2);
  });
});

type Answer = { status: number; body: object; headers: Headers };

/** Right codes whose owner may not sign in, which is told after the proof; each is ready to be used, twice. */
const REFUSED: [string, (shop: Shop) => Promise<() => Promise<Answer>>][] = [
  [
    'account_blocked',
    async (shop) => {
      const id = (await signUp(shop, shop.client())).body.user?._id ?? '';
      shop.clock.advance(GAP);
      const use = await loginCode(shop);
      await mark(shop, id, 'blocked');
      return use;
    },
  ],
  [
    'otp_login_disabled',
    async (shop) => {
      await signUp(shop, shop.client());
      shop.clock.advance(GAP);
      const use = await loginCode(shop);
      await configure(shop, { login: { password: true, otp: false } });
      return use;
    },
  ],
  [
    'application_inactive',
    async (shop) => {
      const use = await loginCode(shop);
      await configure(shop, { active: false });
      return use;
    },
  ],
  [
    'registration_closed',
    async (shop) => {
      const use = await loginCode(shop);
      await configure(shop, { register: false });
      return use;
    },
  ],
  [
    'registration_closed',
    async (shop) => {
      const { application } = shop.client();
      const form = { first_name: 'Asha', phone: MOBILE };
      const { request_id = '', register_token } = expectOk(
        await application.registerWithForm({ body: form }),
      ).body;
      const body = { request_id, otp: await shop.otp(E164), register_token };
      await configure(shop, { register: false });
      return async () => application.verifyMobileOTP({ body });
    },
  ],
  [
    'account_blocked',
    async (shop) => {
      const { token: register_token, owner } = await boundToken(shop);
      const required_fields = {
        email: { is_required: true, level: 'hard' },
        mobile: { is_required: true, level: 'hard' },
      } as const;
      await configure(shop, { required_fields });
      const { application } = shop.client();
      const sent = expectOk(
        await application.updateProfile({
          body: { mobile: { phone: MOBILE.mobile, country_code: '91' }, register_token },
        }),
      ).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164), register_token };
      await mark(shop, owner, 'blocked');
      return async () => application.verifyMobileOTP({ body });
    },
  ],
];

async function loginCode(shop: Shop): Promise<() => Promise<Answer>> {
  const { application } = shop.client();
  const { request_id = '' } = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
  const body = { request_id, otp: await shop.otp(E164) };
  return async () => application.verifyMobileOTP({ body });
}

describe.each(BACKENDS_AND_MOCK)('a right code on %s', (_, createShop) => {
  test.each(REFUSED)('that is answered %s is used up all the same', async (code, prepare) => {
    const use = await prepare(await createShop());
    const told = await use();
    expect([told.status, told.headers.getSetCookie()]).toEqual([403, []]);
    expect(told.body).toMatchObject({ code });
    expect(await use()).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
  });
});
