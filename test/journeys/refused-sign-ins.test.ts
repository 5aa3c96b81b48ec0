/** Every way to sign in, at the hands of somebody who may not: nothing is changed and nothing entered. And of somebody who may. */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, expectOk, signUp } from '../support/answers.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import { linkCode, mark } from '../support/refusals/scenario.ts';
import { BACKENDS, type Shop, type ShopOptions } from '../support/shop.ts';
import { LOGIN_SECRET, socialShop } from '../support/social-shop.ts';

const EMAIL = 'asha@gmail.com';
const PASSWORD = 'a long passphrase';
const GAP_MS = 31_000;

interface Answer {
  ok: boolean;
  status: number;
  body: object;
  headers: Headers;
}
/** The sign-in, with the cookies of a session that ends with it. */
type SignIn = (headers?: Record<string, string>) => Promise<Answer>;

const WAYS: [string, (shop: Shop, fake: FakeProvider) => Promise<SignIn>][] = [
  [
    'a code by SMS',
    async (shop) => {
      const { application } = shop.client();
      const { request_id = '' } = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
      const body = { request_id, otp: await shop.otp(E164) };
      return async (headers) => shop.client(headers).application.verifyMobileOTP({ body });
    },
  ],
  [
    'the code of a registration',
    async (shop) => {
      const { application } = shop.client();
      const form = { first_name: 'Mallory', phone: MOBILE };
      const { request_id = '', register_token } = expectOk(
        await application.registerWithForm({ body: form }),
      ).body;
      const body = { request_id, otp: await shop.otp(E164), register_token };
      return async (headers) => shop.client(headers).application.verifyMobileOTP({ body });
    },
  ],
  [
    'a password',
    async (shop) => {
      const body = { username: EMAIL, password: PASSWORD };
      return async (headers) =>
        shop.client(headers).application.loginWithEmailAndPassword({ body });
    },
  ],
  [
    'a reset link',
    async (shop) => {
      const { application } = shop.client();
      expectOk(await application.sendResetPasswordEmail({ body: { email: EMAIL } }));
      const body = { code: await linkCode(shop, EMAIL), password: 'another passphrase' };
      return async (headers) => shop.client(headers).application.forgotPassword({ body });
    },
  ],
  [
    'a social login',
    async (shop, fake) => {
      const person = { sub: '1015842246', email: EMAIL, email_verified: true };
      const body = { oauth2: { access_token: fake.grant(person) } };
      return async (headers) => shop.client(headers).application.loginWithGoogle({ body });
    },
  ],
  [
    'a token of the company',
    async (shop, fake) => {
      const claims = { sub: 'crm-7', email: EMAIL, email_verified: true, jti: crypto.randomUUID() };
      const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
      return async (headers) =>
        shop.client(headers).application.loginWithToken({ body: { token } });
    },
  ],
];

/** A shopper who can sign in every way. */
async function customer(createShop: (options?: ShopOptions) => Promise<Shop>) {
  const { shop, fake } = await socialShop(createShop);
  const browser = shop.client();
  const done = await signUp(shop, browser);
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const otp = await shop.otp(EMAIL);
  expectOk(await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
  const set = expectOk(
    await browser.application.updatePassword({ body: { new_password: PASSWORD } }),
  );
  shop.clock.advance(GAP_MS);
  return { shop, fake, id: done.body.user?._id ?? '', cookie: cookieOf(set) };
}

describe.each(BACKENDS)('a sign-in on %s with', (_, createShop) => {
  test.each(WAYS)(
    '%s, of a blocked customer, changes and enters nothing',
    async (_name, prepare) => {
      const { shop, fake, id, cookie } = await customer(createShop);
      const signIn = await prepare(shop, fake);
      await shop.settle();
      const state = async () => ({
        hash: await shop.ports.passwords.hashOf(id),
        identities: await shop.ports.identities.ofUser(id),
        events: (await shop.ports.audit.ofUser(id, 50)).map(({ action }) => action),
      });
      await mark(shop, id, 'blocked');
      const before = await state();
      const refused = await signIn({ cookie });
      expect(refused).toMatchObject({ status: 403, body: { code: 'account_blocked' } });
      expect(refused.headers.getSetCookie()).toEqual([]);
      await shop.settle();
      expect(await state()).toEqual(before);
    },
  );

  test.each(WAYS)('%s ends the session that came with it', async (_name, prepare) => {
    const { shop, fake, id } = await customer(createShop);
    const other = await signUp(shop, shop.client(), '9876543210');
    const cookie = cookieOf(other);
    const signIn = await prepare(shop, fake);
    expectOk(await shop.client({ cookie }).application.getLoggedInUser());
    const mine = cookieOf(expectOk(await signIn({ cookie })));
    const { user } = expectOk(
      await shop.client({ cookie: mine }).application.getLoggedInUser(),
    ).body;
    expect(user?._id).toBe(id);
    expect((await shop.client({ cookie }).application.getLoggedInUser()).status).toBe(401);
    await shop.settle();
  });

  test.each([
    ['email', { email: EMAIL, email_verified: false }],
    ['number', { phone_number: E164, phone_number_verified: false }],
  ])('a token that only claims the %s of a customer signs nobody in', async (_name, claimed) => {
    const { shop, fake } = await customer(createShop);
    const claims = { sub: 'crm-8', jti: crypto.randomUUID(), ...claimed };
    const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
    const refused = await shop.client().application.loginWithToken({ body: { token } });
    expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    expect(refused.headers.getSetCookie()).toEqual([]);
    await shop.settle();
  });

  test('a provider that does not answer costs the address nothing', async () => {
    const limits = { loginFailuresPerIpQuarter: 2 };
    const { shop, fake } = await socialShop(createShop, { limits });
    const browser = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
    const person = { sub: 'g', email: EMAIL, email_verified: true };
    const body = { oauth2: { access_token: fake.grant(person) } };
    fake.state.misbehaviour = '500';
    for (let n = 0; n < 4; n += 1) {
      const down = await browser.application.loginWithGoogle({ body });
      expect(down).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
    }
    await shop.settle();
  });

  test('a provider that vouches for somebody new costs the address nothing', async () => {
    const limits = { loginFailuresPerIpQuarter: 2 };
    const { shop, fake } = await socialShop(createShop, { limits });
    const browser = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
    for (let n = 0; n < 4; n += 1) {
      const person = { sub: `g-${n}`, email: `new${n}@gmail.com`, email_verified: true };
      const body = { oauth2: { access_token: fake.grant(person) } };
      const done = expectOk(await browser.application.loginWithGoogle({ body }));
      expect(done.body.register_token).toEqual(expect.any(String));
    }
    await shop.settle();
  });
});
