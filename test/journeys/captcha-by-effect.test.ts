/** The captcha is asked wherever a request without a session makes a message go to somebody, whatever the operation is called. */
import { describe, expect, test } from 'vitest';
import { MOBILE, prove, expectOk, signUp, type Browser } from '../support/answers.ts';
import { fakeProvider } from '../support/fake-provider.ts';
import { ALL_SOCIAL, equip } from '../support/social-shop.ts';
import { d1Shop, type D1Shop, type ShopOptions } from '../support/shop.ts';

const HARD = { is_required: true, level: 'hard' } as const;
const GAP_MS = 31_000;
const SOLVED = { 'x-captcha-code': 'solved' };

/** A shop with a captcha, and a siteverify that takes `solved` and nothing else. */
async function guarded(options: ShopOptions = {}) {
  const fake = fakeProvider(() => Date.now());
  const outside = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.includes('turnstile')) return fake.fetch(input, init);
    const form = new URLSearchParams(await new Request(url, init).text());
    const success = form.get('response') === 'solved';
    return Response.json({ success, hostname: 'localhost' });
  };
  const shop = await d1Shop({
    ...options,
    config: { ...ALL_SOCIAL, ...options.config },
    env: { TURNSTILE_SECRET: 'secret' },
    fetch: outside,
  });
  await equip(shop);
  return { shop, fake };
}

const numberOf = (n: number): string => `98765432${10 + n}`;
const asks = async (browser: Browser, register_token: string | undefined, n: number) =>
  browser.application.updateProfile({
    body: { register_token, mobile: { phone: numberOf(n), country_code: '91' } },
  });
const refused = { status: 403, body: { code: 'captcha_failed' } };
const sentTo = async (shop: D1Shop, n: number): Promise<number> =>
  (await shop.messages()).filter(({ to }) => to === `+91${numberOf(n)}`).length;

describe('a captcha', () => {
  test('is asked of everybody who is nobody yet, in the body or the header', async () => {
    const { shop } = await guarded();
    const bare = shop.client().application;
    const email = 'asha@example.com';
    for (const answer of [
      await bare.loginWithOTP({ body: MOBILE }),
      await bare.sendOTPOnMobile({ body: MOBILE }),
      await bare.sendOTPOnEmail({ body: { email } }),
      await bare.registerWithForm({ body: { first_name: 'A', phone: MOBILE } }),
      await bare.sendResetPasswordEmail({ body: { email } }),
      // It sends nothing, and lets guesses be made.
      await bare.loginWithEmailAndPassword({ body: { username: email, password: 'a guess' } }),
    ]) {
      expect(answer).toMatchObject(refused);
    }
    expect(await shop.messages()).toEqual([]);
    const captcha_code = 'solved';
    expectOk(await bare.sendOTPOnEmail({ body: { email, captcha_code } }));
    expectOk(
      await bare.registerWithForm({ body: { first_name: 'A', phone: MOBILE, captcha_code } }),
    );
    shop.clock.advance(GAP_MS);
    const solved = shop.client(SOLVED).application;
    expectOk(await solved.registerWithForm({ body: { first_name: 'A', phone: MOBILE } }));
    shop.clock.advance(GAP_MS);
    expectOk(await solved.sendOTPOnEmail({ body: { email } }));
    expect(await shop.messages()).toHaveLength(4);
  });

  test('a social login is good for one number, and no more without a captcha', async () => {
    const { shop, fake } = await guarded();
    const browser = shop.client();
    const person = { sub: 'g-1', email: 'asha@corp.example', email_verified: false };
    const login = { oauth2: { access_token: fake.grant(person) } };
    const { register_token } = expectOk(
      await browser.application.loginWithGoogle({ body: login }),
    ).body;
    expect(expectOk(await asks(browser, register_token, 1)).body.register_token).toBe(
      register_token,
    );
    expect(await asks(browser, register_token, 2)).toMatchObject(refused);
    shop.clock.advance(GAP_MS);
    // The same number again is nobody new.
    expectOk(await asks(browser, register_token, 1));
    expectOk(await asks(shop.client(SOLVED), register_token, 2));
    expect([await sentTo(shop, 1), await sentTo(shop, 2)]).toEqual([2, 1]);
  });

  test('a code, or a form behind a captcha, is good for two identifiers', async () => {
    const both = { email: HARD, mobile: HARD };
    const config = { required_fields: both, register_required_fields: both };
    const { shop } = await guarded({ config });
    const solved = shop.client(SOLVED);
    const { register_token } = (await prove(shop, solved, numberOf(0))).body;
    const bare = shop.client().application;
    for (const [n, expected] of [200, 200, 403].entries()) {
      const body = { register_token, email: `asha${n}@example.com` };
      expect([n, (await bare.updateProfile({ body })).status]).toEqual([n, expected]);
      shop.clock.advance(GAP_MS);
    }
  });

  test('a form that came while the shop asked for none is good for nobody once it does', async () => {
    const both = { email: HARD, mobile: HARD };
    const fields = { required_fields: both, register_required_fields: both };
    const { shop } = await guarded({ config: { ...fields, skip_captcha: true } });
    const bare = shop.client().application;
    const form = { email: 'asha@example.com', phone: { mobile: numberOf(0) } };
    const { register_token } = expectOk(await bare.registerWithForm({ body: form })).body;
    await shop.writeConfig({ ...shop.application.config, ...fields, skip_captcha: false });
    shop.clock.advance(GAP_MS);
    const before = (await shop.messages()).length;
    const body = { register_token, email: 'rao@example.com' };
    expect(await bare.updateProfile({ body })).toMatchObject(refused);
    expect(await bare.sendOTPOnEmail({ body })).toMatchObject(refused);
    expect(await shop.messages()).toHaveLength(before);
    expectOk(await shop.client(SOLVED).application.updateProfile({ body }));
  });

  test('nobody who is signed in is asked', async () => {
    const { shop } = await guarded();
    const browser = shop.client(SOLVED);
    await signUp(shop, browser);
    shop.clock.advance(GAP_MS);
    const cookies = browser;
    expectOk(
      await cookies.application.sendOTPOnMobile({
        body: { mobile: numberOf(3), country_code: '91' },
        headers: { 'x-captcha-code': '' },
      }),
    );
  });
});

describe('the messages of a registration', () => {
  test('at most three identifiers of a kind, five to each and ten in all, resends counted', async () => {
    const plenty = { sendsPerHour: 100, sendsPerDay: 100, sendsPerIdentifierDay: 100 };
    const shop = await d1Shop({ limits: plenty });
    const email = { email: HARD, mobile: HARD };
    await shop.writeConfig({ ...shop.application.config, register_required_fields: email });
    shop.clock.advance(GAP_MS);
    const browser = shop.client();
    expectOk(await browser.application.sendOTPOnEmail({ body: { email: 'a@example.com' } }));
    const code = { email: 'a@example.com', otp: await shop.otp('a@example.com') };
    const { register_token } = expectOk(
      await browser.application.verifyEmailOTP({ body: code }),
    ).body;
    const limit = { status: 429, body: { meta: { limit: 'messages_per_registration' } } };
    const token = expectOk(await asks(browser, register_token, 1)).body.resend_token;
    const again = async () => {
      shop.clock.advance(GAP_MS);
      const body = { mobile: numberOf(1), country_code: '91', token };
      return browser.application.sendOTPOnMobile({ body });
    };
    for (let sends = 2; sends <= 5; sends += 1) expectOk(await again());
    expect(await again()).toMatchObject(limit);
    expectOk(await asks(browser, register_token, 2));
    expectOk(await asks(browser, register_token, 3));
    expect(await asks(browser, register_token, 4)).toMatchObject(limit);
    for (let sends = 8; sends <= 10; sends += 1) {
      shop.clock.advance(GAP_MS);
      expectOk(await asks(browser, register_token, 2));
    }
    shop.clock.advance(GAP_MS);
    expect(await asks(browser, register_token, 3)).toMatchObject(limit);
    expect(await Promise.all([1, 2, 3, 4].map(async (n) => sentTo(shop, n)))).toEqual([5, 4, 1, 0]);
  });

  test('twenty a day for one user, to however many identifiers', async () => {
    const plenty = { linksPerUserHour: 1_000, sendGapSeconds: 1 };
    const shop = await d1Shop({ limits: plenty });
    const browser = shop.client();
    await signUp(shop, browser);
    const statuses: number[] = [];
    for (let sends = 0; sends < 22; sends += 1) {
      shop.clock.advance(2_000);
      const body = { mobile: numberOf(sends), country_code: '91' };
      statuses.push((await browser.application.sendOTPOnMobile({ body })).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.slice(20)).toEqual([429, 429]);
  });
});
