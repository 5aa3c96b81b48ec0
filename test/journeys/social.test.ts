/** Google, Facebook, Apple, and the company's own tokens; the providers are fakes that sign for real. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { E164, MOBILE, expectOk, signUp, type Browser } from '../support/answers.ts';
import {
  COMPANY_ISSUER,
  COMPANY_KEYS,
  type FakeProvider,
  type Issuer,
  type Misbehaviour,
  type Person,
  type Published,
  type TokenOptions,
} from '../support/fake-provider.ts';
import { d1Shop, BACKENDS_AND_MOCK, type Shop, type ShopOptions } from '../support/shop.ts';
import { equip, LOGIN_SECRET, socialShop } from '../support/social-shop.ts';

const EMAIL = 'asha.rao@gmail.com';
const ASHA: Person = {
  sub: '1015842246',
  email: EMAIL,
  email_verified: true,
  given_name: 'Asha',
  family_name: 'Rao',
  first_name: 'Asha',
  last_name: 'Rao',
};
const OFF = { is_required: false, level: 'hard' } as const;
const NO_DEMANDS = {
  required_fields: { email: OFF, mobile: OFF },
  register_required_fields: { email: OFF, mobile: OFF },
};

/** Every way to log in socially; each returns what the operation answers. */
const google = async (browser: Browser, access_token: string) =>
  browser.application.loginWithGoogle({ body: { oauth2: { access_token } } });
const facebook = async (browser: Browser, access_token: string) =>
  browser.application.loginWithFacebook({ body: { oauth2: { access_token } } });
const apple = async (browser: Browser, identity_token: string, user_identifier = ASHA.sub) =>
  browser.application.loginWithAppleIOS({ body: { user_identifier, oauth: { identity_token } } });

/** Proves the number for a registration that a social login began. */
async function proveFor(shop: Shop, browser: Browser, register_token: string | undefined) {
  const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
  const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164), register_token };
  return expectOk(await browser.application.verifyMobileOTP({ body }));
}

/** Proves an email of the signed-in shopper by a code. */
async function addEmail(shop: Shop, browser: Browser, email = EMAIL) {
  expectOk(await browser.application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  expectOk(await browser.application.verifyEmailOTP({ body: { email, otp } }));
}

const notices = async (shop: Shop) =>
  (await shop.messages())
    .filter(({ content }) => content.template === 'notice_social_linked')
    .map(({ to }) => to);

describe.each(BACKENDS_AND_MOCK)('social login on %s', (_, createShop) => {
  test.each([
    ['Google by access token', async (b: Browser, f: FakeProvider) => google(b, f.grant(ASHA))],
    [
      'Google by ID token',
      async (b: Browser, f: FakeProvider) => google(b, await f.token('google', ASHA)),
    ],
    [
      'Google on Android, under the client id of the app',
      async (b: Browser, f: FakeProvider) =>
        b.application.loginWithGoogleAndroid({
          body: { oauth2: { access_token: f.grant(ASHA, { aud: 'android-client' }) } },
        }),
    ],
    [
      'Google on iOS',
      async (b: Browser, f: FakeProvider) =>
        b.application.loginWithGoogleIOS({ body: { oauth2: { access_token: f.grant(ASHA) } } }),
    ],
    ['Apple', async (b: Browser, f: FakeProvider) => apple(b, await f.token('apple', ASHA))],
  ])('%s: new, then the number, then registered and known', async (_name, login) => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    const first = expectOk(await login(browser, fake));
    expect(first.headers.getSetCookie()).toEqual([]);
    expect(first.body).toMatchObject({
      user_exists: false,
      register_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
      user: { emails: [{ email: EMAIL, verified: true, primary: true, active: true }] },
    });
    expect(first.body.user?._id).toBeUndefined();
    const done = await proveFor(shop, browser, first.body.register_token);
    expect(done.body).toMatchObject({
      user_exists: true,
      user: {
        emails: [{ email: EMAIL, verified: true, primary: true }],
        phone_numbers: [{ phone: '8652523958', verified: true, primary: true }],
      },
    });
    expectOk(await browser.application.getLoggedInUser());
    const other = shop.client();
    const again = expectOk(await login(other, fake));
    expect(again.body).toMatchObject({ user_exists: true, user: { _id: done.body.user?._id } });
    expectOk(await other.application.getLoggedInUser());
  });

  test.each([
    ['access token', async (f: FakeProvider) => f.grant(ASHA)],
    ['limited login', async (f: FakeProvider) => f.token('facebook', ASHA)],
  ])('Facebook by %s: its email is never proven', async (_name, tokenOf) => {
    const { shop, fake } = await socialShop(createShop);
    const owner = shop.client();
    await signUp(shop, owner, '9876543210');
    await addEmail(shop, owner);
    const browser = shop.client();
    const first = expectOk(await facebook(browser, await tokenOf(fake))).body;
    expect(first).toMatchObject({
      user_exists: false,
      user: { first_name: 'Asha', last_name: 'Rao', emails: [{ email: EMAIL, verified: false }] },
    });
    const done = (await proveFor(shop, browser, first.register_token)).body;
    expect(done).toMatchObject({
      user_exists: true,
      user: { first_name: 'Asha', emails: [{ email: EMAIL, verified: false, primary: false }] },
    });
    const again = expectOk(await facebook(shop.client(), await tokenOf(fake))).body;
    expect(again.user?._id).toBe(done.user?._id);
    await shop.settle();
    expect(await notices(shop)).toEqual([]);
  });

  test('a verified email of ours links; the other emails are told', async () => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    const known = (await signUp(shop, browser)).body.user?._id;
    await addEmail(shop, browser);
    await addEmail(shop, browser, 'second@example.com');
    for (let login = 0; login < 2; login += 1) {
      const done = expectOk(await google(shop.client(), fake.grant(ASHA))).body;
      expect(done).toMatchObject({ user_exists: true, user: { _id: known } });
    }
    await shop.settle();
    expect(await notices(shop)).toEqual(['second@example.com']);
    // Linked by subject from now on, whatever the address becomes.
    const moved = expectOk(
      await google(shop.client(), fake.grant({ ...ASHA, email: 'else@gmail.com' })),
    ).body;
    expect(moved.user?._id).toBe(known);
  });

  test('an address that Google may not vouch for any more does not link', async () => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    await signUp(shop, browser);
    await addEmail(shop, browser, 'asha@company.example');
    const person = { ...ASHA, email: 'asha@company.example' };
    const foreign = expectOk(await google(shop.client(), fake.grant(person))).body;
    expect(foreign).toMatchObject({ user_exists: false, user: { emails: [{ verified: false }] } });
    const unverified = { ...person, hd: 'company.example', email_verified: false };
    const unsure = expectOk(await google(shop.client(), fake.grant(unverified))).body;
    expect(unsure.user_exists).toBe(false);
    const workspace = { ...person, hd: 'company.example', email_verified: 'true' };
    expect(expectOk(await google(shop.client(), fake.grant(workspace))).body.user_exists).toBe(
      true,
    );
  });

  test('what the body says of the shopper is no identity: names may come from it, nothing else', async () => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    await signUp(shop, browser);
    await addEmail(shop, browser);
    const { application } = shop.client();
    const body = {
      is_signed_in: true,
      oauth2: { access_token: fake.grant({ sub: 'mallory' }) },
      profile: { id: ASHA.sub, email: EMAIL, first_name: '<b>Mal</b>', full_name: 'Mal Lory' },
    };
    const done = expectOk(await application.loginWithGoogle({ body })).body;
    expect(done).toMatchObject({
      user_exists: false,
      user: { first_name: 'b Mal /b', last_name: 'Lory', emails: [] },
    });
  });

  test('a number that has an account: its owner is signed in, the login linked, the primary told', async () => {
    const { shop, fake } = await socialShop(createShop);
    const owner = shop.client();
    const known = (await signUp(shop, owner)).body.user?._id;
    await addEmail(shop, owner, 'primary@example.com');
    shop.clock.advance(31_000);
    const browser = shop.client();
    const first = expectOk(await google(browser, fake.grant(ASHA))).body;
    const done = (await proveFor(shop, browser, first.register_token)).body;
    expect(done).toMatchObject({ user_exists: true, user: { _id: known } });
    const again = expectOk(await google(shop.client(), fake.grant(ASHA))).body;
    expect(again).toMatchObject({ user_exists: true, user: { _id: known } });
    await shop.settle();
    expect(await notices(shop)).toEqual(['primary@example.com']);
  });

  test('the form goes on under the token of the login, and links too', async () => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    const first = expectOk(await google(browser, fake.grant(ASHA))).body;
    const form = expectOk(
      await browser.application.registerWithForm({
        body: { first_name: 'A', phone: MOBILE, register_token: first.register_token },
      }),
    ).body;
    expect(form.register_token).toBe(first.register_token);
    const body = {
      request_id: form.request_id ?? '',
      otp: await shop.otp(E164),
      register_token: form.register_token,
    };
    const done = expectOk(await browser.application.verifyMobileOTP({ body })).body;
    expect(done.user).toMatchObject({ first_name: 'A', emails: [{ verified: true }] });
    const again = expectOk(await google(shop.client(), fake.grant(ASHA))).body;
    expect(again.user?._id).toBe(done.user?._id);
  });

  test('a second registration of the same login, with another number, is refused', async () => {
    const { shop, fake } = await socialShop(createShop);
    const [one, two] = [shop.client(), shop.client()];
    const person = { ...ASHA, email_verified: false };
    const a = expectOk(await google(one, fake.grant(person))).body;
    const b = expectOk(await google(two, fake.grant(person))).body;
    await proveFor(shop, one, a.register_token);
    const sent = expectOk(
      await two.application.loginWithOTP({ body: { mobile: '9876543210', country_code: '91' } }),
    ).body;
    const late = await two.application.verifyMobileOTP({
      body: {
        request_id: sent.request_id ?? '',
        otp: await shop.otp('+919876543210'),
        register_token: b.register_token,
      },
    });
    expect(late).toMatchObject({ status: 409, body: { code: 'registration_finished' } });
  });

  test('a login ends the session presented with it', async () => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    await signUp(shop, browser);
    await addEmail(shop, browser);
    const before = expectOk(await browser.application.getListOfActiveSessions()).body.sessions;
    expectOk(await google(browser, fake.grant(ASHA)));
    const after = expectOk(await browser.application.getListOfActiveSessions()).body.sessions;
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test('a user who lacks a demanded identifier gets no session', async () => {
    const { shop, fake } = await socialShop(createShop);
    const browser = shop.client();
    const known = (await signUp(shop, browser)).body.user?._id;
    await addEmail(shop, browser);
    const HARD = { is_required: true, level: 'hard' } as const;
    await shop.writeConfig({
      ...shop.application.config,
      required_fields: { email: HARD, mobile: HARD },
    });
    shop.clock.advance(31_000);
    expectOk(await google(shop.client(), fake.grant(ASHA)));
    // Signs up with an email alone, which is not enough.
    const stranger = { ...ASHA, sub: 'other', email: 'other@gmail.com' };
    await shop.writeConfig({ ...shop.application.config, ...NO_DEMANDS });
    shop.clock.advance(31_000);
    const second = shop.client();
    const { register_token } = expectOk(await google(second, fake.grant(stranger))).body;
    const made = expectOk(
      await second.application.updateProfile({ body: { register_token } }),
    ).body;
    expect(made).toMatchObject({ user_exists: true });
    await shop.writeConfig({
      ...shop.application.config,
      required_fields: { email: OFF, mobile: HARD },
    });
    shop.clock.advance(31_000);
    const lacking = expectOk(await google(shop.client(), fake.grant(stranger)));
    expect(lacking.headers.getSetCookie()).toEqual([]);
    expect(lacking.body).toMatchObject({
      user_exists: false,
      register_token: expect.any(String),
      user: { _id: made.user?._id },
    });
    expect(made.user?._id).not.toBe(known);
  });

  test('switched off, or without a client id: 403', async () => {
    const all = { facebook: false, google: false, account_kit: false, apple: false };
    const { shop, fake } = await socialShop(createShop, { config: { social: all } });
    const off = { status: 403, body: { code: 'social_login_disabled' } };
    expect(await google(shop.client(), fake.grant(ASHA))).toMatchObject(off);
    expect(await facebook(shop.client(), fake.grant(ASHA))).toMatchObject(off);
    expect(await apple(shop.client(), 'x')).toMatchObject(off);
    expect(fake.state.requests).toEqual([]);
  });

  const LIES: [string, Issuer, TokenOptions, string][] = (
    ['google', 'facebook', 'apple'] as const
  ).flatMap((issuer): [string, Issuer, TokenOptions, string][] => [
    [`${issuer}: wrong audience`, issuer, { aud: 'another-site' }, 'aud'],
    [`${issuer}: wrong issuer`, issuer, { iss: 'https://evil.example' }, 'iss'],
    [`${issuer}: expired`, issuer, { expiresIn: -60 }, 'ERR_JWT_EXPIRED'],
    [`${issuer}: forged`, issuer, { forged: true }, 'ERR_JWS_SIGNATURE'],
    [`${issuer}: alg none`, issuer, { attack: 'none' }, 'ERR_'],
    [`${issuer}: alg confusion`, issuer, { attack: 'HS256 with the public key' }, 'ERR_JOSE_ALG'],
  ]);
  test.each(LIES)('%s is 401', async (_name, issuer, options, why) => {
    const { shop, fake } = await socialShop(createShop);
    const token = await fake.token(issuer, ASHA, options);
    const login = issuer === 'google' ? google : issuer === 'facebook' ? facebook : apple;
    const refused = await login(shop.client(), token);
    expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    expect(String(shop.log.at(-1)?.internal)).toContain(why);
    expect(JSON.stringify(refused.body)).not.toContain(why);
  });

  test('access tokens of another site, expired or made up, are 401', async () => {
    const { shop, fake } = await socialShop(createShop);
    const failed = { status: 401, body: { code: 'login_failed' } };
    for (const login of [google, facebook]) {
      for (const token of [
        fake.grant(ASHA, { aud: 'another-site' }),
        fake.grant(ASHA, { expired: true }),
        'ya29.made-up',
        'eyJub.a.jwt',
      ]) {
        expect(await login(shop.client(), token)).toMatchObject(failed);
      }
    }
    const token = await fake.token('apple', ASHA);
    expect(await apple(shop.client(), token, 'somebody else')).toMatchObject(failed);
  });

  test.each([
    ['Google', google],
    ['Facebook', facebook],
  ])('%s: a token of one person with what is told of another is 401', async (_name, login) => {
    const { shop, fake } = await socialShop(createShop);
    const owner = { ...ASHA, sub: 'mallory', email: 'mallory@gmail.com' };
    const refused = await login(shop.client(), fake.grant(owner, { told: ASHA }));
    expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    // Each half alone is sound.
    for (const person of [owner, ASHA]) expectOk(await login(shop.client(), fake.grant(person)));
  });

  test('Facebook: a token that was taken back is 401, whatever else is told of it', async () => {
    const { shop, fake } = await socialShop(createShop);
    const refused = await facebook(shop.client(), fake.grant(ASHA, { revoked: true }));
    expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
  });

  test.each<[string, Published]>([
    ['for encryption', { use: 'enc' }],
    ['for another algorithm', { alg: 'PS256' }],
    ['for another hash', { alg: 'RS512' }],
  ])('a key that is published %s signs nothing', async (_name, as) => {
    const { shop, fake } = await socialShop(createShop);
    await equip(shop, { issuer: COMPANY_ISSUER, jwksUrl: COMPANY_KEYS });
    const claims = { ...ASHA, jti: 'once' };
    const logins = async () => [
      await apple(shop.client(), await fake.token('apple', ASHA)),
      await google(shop.client(), await fake.token('google', ASHA)),
      await facebook(shop.client(), await fake.token('facebook', ASHA)),
      await shop
        .client()
        .application.loginWithToken({ body: { token: await fake.token('company', claims) } }),
    ];
    fake.publishAs(as);
    for (const refused of await logins()) {
      expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    }
    // jose refuses such a key too; here it does not come so far.
    const reasons = shop.log.map(({ internal }) => internal);
    expect(reasons).toEqual(Array.from({ length: 4 }, () => 'signed by no known key'));
    // The keys are read anew after an hour.
    fake.publishAs({});
    shop.clock.advance(3_600_000);
    for (const done of await logins()) expectOk(done);
  });

  const WAYS: Misbehaviour[] = ['unreachable', '500', '429', 'garbage', 'list', 'huge', 'redirect'];
  test.each(WAYS)('a provider that answers %s is 503, and recovers', async (kind) => {
    const { shop, fake } = await socialShop(createShop);
    fake.state.misbehaviour = kind;
    const down = { status: 503, body: { code: 'provider_unavailable' } };
    const jwt = await fake.token('apple', ASHA);
    for (const refused of [
      await google(shop.client(), fake.grant(ASHA)),
      await google(shop.client(), await fake.token('google', ASHA)),
      await facebook(shop.client(), fake.grant(ASHA)),
      await apple(shop.client(), jwt),
    ]) {
      expect(refused).toMatchObject(down);
      expect(refused.headers.get('retry-after')).toBe('2');
    }
    expect(fake.state.requests.filter((url) => url.includes('evil'))).toEqual([]);
    fake.state.misbehaviour = undefined;
    expectOk(await apple(shop.client(), jwt));
  });

  test('a provider that does not answer within 2 s is 503', async () => {
    const { shop, fake } = await socialShop(createShop);
    fake.state.misbehaviour = 'slow';
    const refused = await google(shop.client(), fake.grant(ASHA));
    expect(refused).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
    // How long that takes in real time is the machine's affair; the limit that cut it off is not.
    const line = shop.log.find(({ code }) => code === 'provider_unavailable');
    expect(line?.['internal']).toContain('did not answer within 2000 ms');
  });

  test('keys are kept; new ones are fetched once for an unknown kid, and made-up kids are no flood', async () => {
    const { shop, fake } = await socialShop(createShop);
    const login = async () => apple(shop.client(), await fake.token('apple', ASHA));
    expectOk(await login());
    expectOk(await login());
    expect(fake.state.requests).toHaveLength(1);
    fake.swapKey('apple');
    expectOk(await login());
    expect(fake.state.requests).toHaveLength(2);
    for (let tries = 0; tries < 3; tries += 1) {
      const token = await fake.token('apple', ASHA);
      const [head = '', ...rest] = token.split('.');
      const header = { ...(JSON.parse(atob(head)) as object), kid: `made-up-${tries}` };
      const forged = [btoa(JSON.stringify(header)).replaceAll('=', ''), ...rest].join('.');
      expect((await apple(shop.client(), forged)).status).toBe(401);
    }
    expect(fake.state.requests).toHaveLength(2);
    // Nor when the keys cannot be had.
    shop.clock.advance(31_000);
    fake.state.misbehaviour = '500';
    for (let tries = 0; tries < 3; tries += 1) {
      const [head = '', ...rest] = (await fake.token('apple', ASHA)).split('.');
      const header = { ...(JSON.parse(atob(head)) as object), kid: `made-up-${tries}` };
      const forged = [btoa(JSON.stringify(header)).replaceAll('=', ''), ...rest].join('.');
      expect((await apple(shop.client(), forged)).ok).toBe(false);
    }
    fake.state.misbehaviour = undefined;
    expect(fake.state.requests).toHaveLength(3);
    // A key that was taken back must not count for ever.
    shop.clock.advance(3_600_001);
    expectOk(await login());
    expect(fake.state.requests).toHaveLength(4);
  });

  test('refused proofs from one address run into 429', async () => {
    const { shop, fake } = await socialShop(createShop, {
      limits: { loginFailuresPerIpQuarter: 2 },
    });
    const browser = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await google(browser, 'ya29.made-up')).status).toBe(401);
    }
    expect(await google(browser, fake.grant(ASHA))).toMatchObject({
      status: 429,
      body: { code: 'too_many_requests', meta: { limit: 'login_failures_per_ip' } },
    });
    expectOk(await google(shop.client(), fake.grant(ASHA)));
  });

  test('an attacker who has written the victim’s address into a profile gains nothing by the victim’s social login', async () => {
    const { shop, fake } = await socialShop(createShop);
    const attacker = shop.client();
    const evil = (await signUp(shop, attacker, '9876543210')).body.user?._id;
    expectOk(await attacker.application.addEmail({ body: { email: EMAIL } }));
    const victim = shop.client();
    const first = expectOk(await google(victim, fake.grant(ASHA))).body;
    expect(first.user_exists).toBe(false);
    const done = (await proveFor(shop, victim, first.register_token)).body;
    expect(done.user?._id).not.toBe(evil);
    expect(done.user?.emails).toMatchObject([{ email: EMAIL, verified: true }]);
    expect(expectOk(await attacker.application.getLoggedInUser()).body.user?.emails).toEqual([]);
    // Nor does a Facebook account under the victim's address lead into the victim's account.
    const forged = { ...ASHA, sub: 'mallory' };
    const stranger = expectOk(await facebook(shop.client(), fake.grant(forged))).body;
    expect(stranger.user_exists).toBe(false);
    await shop.settle();
  });
});

const VERIFIED = { email: EMAIL, email_verified: true, given_name: 'Asha', family_name: 'Rao' };
const PHONE = { phone_number: E164, phone_number_verified: true };
let next = 0;
const jti = () => `jti-${(next += 1)}`;

const byToken = async (browser: Browser, token: string) =>
  browser.application.loginWithToken({ body: { token } });

describe.each(BACKENDS_AND_MOCK)('loginWithToken on %s', (_, createShop) => {
  const company = async (options: ShopOptions = {}) => {
    const made = await socialShop(createShop, {
      ...options,
      config: { ...NO_DEMANDS, ...options.config },
    });
    const sign = async (
      claims: Record<string, unknown>,
      options2: TokenOptions & { secret?: string } = {},
    ) =>
      made.fake.token(
        'company',
        { sub: 'customer-1', jti: jti(), ...claims },
        { secret: LOGIN_SECRET, ...options2 },
      );
    return { ...made, sign };
  };

  test('new: registered and signed in at once; known by its subject from then on', async () => {
    const { shop, sign } = await company();
    const browser = shop.client();
    const token = await sign({ ...VERIFIED, phone_number: E164 });
    const made = expectOk(await byToken(browser, token)).body;
    expect(made).toMatchObject({
      user: {
        first_name: 'Asha',
        last_name: 'Rao',
        emails: [{ email: EMAIL, verified: true, primary: true }],
        phone_numbers: [{ phone: '8652523958', verified: false }],
      },
    });
    expect(made.register_token).toBeUndefined();
    expectOk(await browser.application.getLoggedInUser());
    const again = expectOk(await byToken(shop.client(), await sign({}))).body;
    expect(again.user?._id).toBe(made.user?._id);
    await shop.settle();
  });

  test.each([
    ['email', VERIFIED],
    ['phone', PHONE],
  ])('matched by a verified %s', async (_name, claims) => {
    const { shop, sign } = await company();
    const owner = shop.client();
    const known = (await signUp(shop, owner)).body.user?._id;
    await addEmail(shop, owner);
    const done = expectOk(await byToken(shop.client(), await sign(claims))).body;
    expect(done.user?._id).toBe(known);
  });

  test('email and phone of two users: 409, and nothing is linked', async () => {
    const { shop, sign } = await company();
    const one = shop.client();
    await signUp(shop, one, '9876543210');
    await addEmail(shop, one);
    await signUp(shop, shop.client());
    const token = await sign({ ...VERIFIED, ...PHONE });
    expect(await byToken(shop.client(), token)).toMatchObject({
      status: 409,
      body: { code: 'identifier_taken', meta: { field: 'phone' } },
    });
    expect((await byToken(shop.client(), await sign({}))).status).toBe(401);
  });

  test('what is still demanded goes on as a registration', async () => {
    const HARD = { is_required: true, level: 'hard' } as const;
    const { shop, sign } = await company({
      config: { register_required_fields: { email: OFF, mobile: HARD } },
    });
    const browser = shop.client();
    const first = expectOk(await byToken(browser, await sign(VERIFIED)));
    expect(first.headers.getSetCookie()).toEqual([]);
    expect(first.body).toMatchObject({
      register_token: expect.any(String),
      user: { first_name: 'Asha', emails: [{ verified: true }] },
    });
    const done = (await proveFor(shop, browser, first.body.register_token)).body;
    expect(done.user_exists).toBe(true);
    const again = expectOk(await byToken(shop.client(), await sign({}))).body;
    expect(again.user?._id).toBe(done.user?._id);
  });

  test('a token counts once', async () => {
    const { shop, sign } = await company();
    const token = await sign(VERIFIED, { expiresIn: 300 });
    expectOk(await byToken(shop.client(), token));
    const replayed = await byToken(shop.client(), token);
    expect(replayed).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    expect(shop.log.at(-1)?.internal).toBe('replayed');
    // For as long as it could live, and as clocks may differ.
    for (let seconds = 0; seconds < 300; seconds += 100) {
      shop.clock.advance(99_000);
      expect((await byToken(shop.client(), token)).status).toBe(401);
      expect(shop.log.at(-1)?.internal).toBe('replayed');
    }
  });

  test('… also when it comes 50 times at once', async () => {
    const { shop, sign } = await company();
    const token = await sign(VERIFIED);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => byToken(shop.client(), token)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  });

  test.each<[string, Record<string, unknown>, TokenOptions & { secret?: string }]>([
    ['lives longer than 5 min', {}, { expiresIn: 360 }],
    ['has expired', {}, { expiresIn: -60 }],
    ['is for another application', {}, { aud: '000000000000000000000002' }],
    ['is of another issuer', {}, { iss: 'https://evil.example' }],
    ['is under another secret', {}, { secret: 'x'.repeat(40) }],
    ['is signed by nothing', {}, { attack: 'none' }],
    ['is signed by a key where a secret is shared', {}, { secret: undefined }],
    ['has no jti', { jti: undefined }, {}],
    ['has no subject', { sub: undefined }, {}],
    ['vouches for nothing, of somebody unknown', { email_verified: false }, {}],
  ])('a token that %s is 401', async (_name, claims, options) => {
    const { shop, sign } = await company();
    const refused = await byToken(shop.client(), await sign({ ...VERIFIED, ...claims }, options));
    expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
  });

  test.each(['RS256', 'ES256', 'EdDSA'])('signed by a key of its JWKS, %s', async (alg) => {
    const { shop, fake, sign } = await company();
    await equip(shop, { issuer: COMPANY_ISSUER, jwksUrl: COMPANY_KEYS });
    fake.companyAlgorithm = alg;
    const own = { secret: undefined };
    const token = await sign(VERIFIED, own);
    expectOk(await byToken(shop.client(), token));
    for (const options of [
      { ...own, attack: 'HS256 with the public key' as const },
      { ...own, attack: 'none' as const },
      { secret: LOGIN_SECRET },
      ...(alg === 'RS256' ? [{ ...own, forged: true }] : []),
    ]) {
      expect((await byToken(shop.client(), await sign(VERIFIED, options))).status).toBe(401);
    }
    fake.swapKey('company');
    expectOk(await byToken(shop.client(), await sign(VERIFIED, own)));
  });

  test.each([
    ['http://crm.example/company/keys'],
    ['https://127.0.0.1/company/keys'],
    ['https://[::1]/company/keys'],
    ['https://intranet/company/keys'],
    ['https://metadata.internal/company/keys'],
  ])('keys at %s are never fetched', async (jwksUrl) => {
    const { shop, fake, sign } = await company();
    await equip(shop, { issuer: COMPANY_ISSUER, jwksUrl });
    const token = await sign(VERIFIED, { secret: undefined });
    const refused = await byToken(shop.client(), token);
    // Tests run in development, where this machine may be asked.
    const loopback = createShop === d1Shop && /127\.0\.0\.1|::1/.test(jwksUrl);
    expect(refused.status).toBe(loopback ? 200 : 503);
    expect(fake.state.requests).toHaveLength(loopback ? 1 : 0);
  });

  test('a shop without such a system takes no tokens', async () => {
    const { shop, sign } = await company();
    const { loginToken: _one, ...rest } = shop.application;
    Object.assign(shop.application, { ...rest, loginToken: undefined });
    if ('db' in shop) await env.DB.prepare('UPDATE applications SET login_token = NULL').run();
    expect((await byToken(shop.client(), await sign(VERIFIED))).status).toBe(401);
  });
});

describe('races of social logins on D1', () => {
  const times = async <T>(work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 50 }, async (_one, index) => work(index)));
  const count = async (table: string) =>
    env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first('n');

  test('50 first logins that match one user make one link', async () => {
    const { shop, fake } = await socialShop(d1Shop);
    const owner = shop.client();
    await signUp(shop, owner);
    await addEmail(shop, owner);
    const answers = await times(async () => google(shop.client(), fake.grant(ASHA)));
    expect(
      answers.filter(({ ok, body }) => ok && 'user_exists' in body && body.user_exists),
    ).toHaveLength(50);
    expect(await count('social_identities')).toBe(1);
    await shop.settle();
  });

  test('50 first logins of somebody new, finished at once, make one user and one link', async () => {
    const { shop, fake } = await socialShop(d1Shop, { config: NO_DEMANDS });
    const answers = await times(async () => {
      const browser = shop.client();
      const { register_token } = expectOk(await google(browser, fake.grant(ASHA))).body;
      return browser.application.updateProfile({ body: { register_token } });
    });
    // The later request has a proof that is older than the account: logging in once more signs in there.
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.body.code]));
    expect(refused).toHaveLength(49);
    const losers = ['register_token_invalid', 'registration_finished'];
    expect(refused.filter((code) => !losers.includes(code))).toEqual([]);
    expectOk(await google(shop.client(), fake.grant(ASHA)));
    expect(await count('users')).toBe(1);
    expect(await count('social_identities')).toBe(1);
    await shop.settle();
  });

  test('… also with a number each: one of them wins', async () => {
    const { shop, fake } = await socialShop(d1Shop, { config: NO_DEMANDS });
    const person = { ...ASHA, email_verified: false };
    const tokens: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const mobile = `98765432${10 + index}`;
      const { register_token = '' } = expectOk(
        await google(shop.client(), fake.grant(person)),
      ).body;
      tokens.push(register_token);
      const proofs = env.DB.prepare(
        `INSERT INTO proofs (application_id, registration, kind, value, calling_code, proven_at, expires_at)
         VALUES (?, ?, 'phone', ?, 91, 0, ?)`,
      );
      const id = await shop.ports.vault.digest(register_token);
      await proofs.bind(shop.application.id, id, `+91${mobile}`, shop.clock.now() + 600_000).run();
    }
    const answers = await Promise.all(
      tokens.map(async (register_token) =>
        shop.client().application.updateProfile({ body: { register_token } }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
    expect(await count('users')).toBe(1);
    await shop.settle();
  });

  test('50 tokens of one new customer make one user', async () => {
    const { shop, fake } = await socialShop(d1Shop, { config: NO_DEMANDS });
    const answers = await times(async () =>
      byToken(
        shop.client(),
        await fake.token(
          'company',
          { sub: 'customer-1', jti: jti(), ...VERIFIED },
          { secret: LOGIN_SECRET },
        ),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(50);
    expect(await count('users')).toBe(1);
    expect(await count('social_identities')).toBe(1);
    await shop.settle();
  });

  test('secrets lie sealed; a purged user leaves no identity behind', async () => {
    const { shop, fake } = await socialShop(d1Shop, { config: NO_DEMANDS });
    const row = await env.DB.prepare('SELECT social, login_token FROM applications').first();
    expect(JSON.stringify(row)).not.toMatch(/secret-of|thirty-two/);
    const browser = shop.client();
    const { register_token } = expectOk(await google(browser, fake.grant(ASHA))).body;
    expectOk(await browser.application.updateProfile({ body: { register_token } }));
    await env.DB.prepare('UPDATE users SET deleted_at = 1').run();
    expect(await google(shop.client(), fake.grant(ASHA))).toMatchObject({
      status: 403,
      body: { code: 'account_deleted', meta: { is_deleted: true } },
    });
    await shop.runtime.scheduled(PURGE_CRON);
    expect(await count('users')).toBe(0);
    expect(await count('social_identities')).toBe(0);
  });
});
