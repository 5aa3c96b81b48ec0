/**
 * A session that has ended stays dead for as long as KV may still hold it. KV forgets nothing here: its deletes are lost,
 * as those of a call that fails on the way.
 */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, type D1Shop, type ShopOptions } from '../support/shop.ts';
import { socialShop } from '../support/social-shop.ts';

const EMAIL = 'asha@example.com';
const PASSWORD = 'a long passphrase';
const GAP = 31_000;
const DAY = 86_400_000;
/** By whatever name the hourly cron of retention goes: any that is none of the others. */
const RETENTION = '47 * * * *';

async function forgetfulShop(options: ShopOptions = {}): Promise<D1Shop> {
  const shop = await d1Shop(options);
  Object.assign(shop.kv.namespace, { delete: async () => undefined });
  return shop;
}

async function member(shop: D1Shop) {
  const browser = shop.client();
  const done = await signUp(shop, browser);
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const otp = await shop.otp(EMAIL);
  expectOk(await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
  expectOk(await browser.application.updatePassword({ body: { new_password: PASSWORD } }));
  shop.clock.advance(GAP);
  return { id: done.body.user?._id ?? '' };
}

async function fresh(shop: D1Shop) {
  shop.clock.advance(GAP);
  const browser = shop.client();
  const cookie = cookieOf(await prove(shop, browser));
  await shop.settle();
  shop.clock.advance(GAP);
  return { browser: shop.client({ cookie }), cookie };
}
type Fresh = Awaited<ReturnType<typeof fresh>>;

async function resetCode(shop: D1Shop): Promise<string> {
  expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: EMAIL } }));
  const { content } =
    (await shop.messages()).findLast(({ to, drop }) => to === EMAIL && !drop) ?? {};
  if (!content || !('code' in content)) throw new Error('no link was sent');
  return content.code;
}

/** Every way in which one session ends before its time. */
const ENDS: [string, (shop: D1Shop, one: Fresh & { id: string }) => Promise<unknown>][] = [
  ['logout', async (_shop, { browser }) => expectOk(await browser.application.logout())],
  [
    'the shopper from another device',
    async (shop, { browser }) => {
      const { sessions } = expectOk(await browser.service.getOwnSessions()).body;
      const own = sessions.find(({ current }) => current)?.session ?? '';
      const other = (await fresh(shop)).browser;
      expectOk(await other.service.endOwnSession({ body: { session: own } }));
    },
  ],
  [
    'the shopper who ends all others',
    async (shop) => expectOk(await (await fresh(shop)).browser.service.endOtherSessions()),
  ],
  [
    'an operator who ends it',
    async (shop, { id }) => {
      const operator = await operatorOf(shop);
      const { items = [] } = expectOk(
        await operator.getActiveSessions({ params, query: { id } }),
      ).body;
      for (const { session_id = '' } of items) {
        const query = { id, session_id, reason: 'lost phone' };
        expectOk(await operator.deleteSession({ params, query }));
      }
    },
  ],
  [
    'an operator who ends all',
    async (shop, { id }) => {
      const operator = await operatorOf(shop);
      expectOk(
        await operator.deleteActiveSessions({ params, query: { id, reason: 'lost phone' } }),
      );
    },
  ],
  ['a login by code from the same browser', async (shop, { browser }) => prove(shop, browser)],
  [
    'a login by a code that was mailed, from the same browser',
    async (shop, { cookie }) => {
      const browser = shop.client();
      expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
      const body = { email: EMAIL, otp: await shop.otp(EMAIL) };
      expectOk(await shop.client({ cookie }).application.verifyEmailOTP({ body }));
    },
  ],
  [
    'a login by password from the same browser',
    async (_shop, { browser }) =>
      expectOk(
        await browser.application.loginWithEmailAndPassword({
          body: { username: EMAIL, password: PASSWORD },
        }),
      ),
  ],
  [
    'a reset of the password from the same browser',
    async (shop, { browser }) => {
      const body = { code: await resetCode(shop), password: 'another passphrase' };
      expectOk(await browser.application.forgotPassword({ body }));
    },
  ],
  [
    'a reset of the password elsewhere',
    async (shop) => {
      const body = { code: await resetCode(shop), password: 'another passphrase' };
      expectOk(await shop.client().application.forgotPassword({ body }));
    },
  ],
  [
    'a change of the password',
    async (_shop, { browser }) =>
      expectOk(
        await browser.application.updatePassword({
          body: { old_password: PASSWORD, new_password: 'another passphrase' },
        }),
      ),
  ],
  [
    'another registration from the same browser, by its profile form',
    async (shop, { cookie }) => {
      const { register_token } = (await prove(shop, shop.client(), '9876543210')).body;
      const body = { first_name: 'Neel', phone: { mobile: '9876543210' }, register_token };
      expectOk(await shop.client({ cookie }).application.registerWithForm({ body }));
    },
  ],
  [
    'another registration from the same browser, by its code',
    async (shop, { cookie }) => {
      const phone = { mobile: '9876543210', country_code: '91' };
      const form = expectOk(
        await shop.client().application.registerWithForm({ body: { first_name: 'Neel', phone } }),
      ).body;
      const { register_token, request_id = '' } = form;
      const body = { request_id, otp: await shop.otp('+919876543210'), register_token };
      expectOk(await shop.client({ cookie }).application.verifyMobileOTP({ body }));
    },
  ],
  [
    'twenty newer sessions',
    async (shop) => {
      for (let logins = 0; logins < 20; logins += 1) {
        shop.clock.advance(GAP);
        await prove(shop, shop.client());
        await shop.settle();
      }
    },
  ],
];

const MANY = { sendsPerHour: 100, sendsPerDay: 100, sendsPerIdentifierDay: 100 };

/** The cron runs in between, and forgets what it may forget. */
async function staysDead(shop: D1Shop, cookie: string): Promise<void> {
  for (const days of [0, 3, 5, 20]) {
    shop.clock.advance(days * DAY);
    await shop.runtime.scheduled(RETENTION);
    const after = await shop.client({ cookie }).application.getLoggedInUser();
    expect([days, after.status]).toEqual([days, 401]);
  }
}

describe('a session that was ended by', () => {
  test.each(ENDS)('%s stays dead, whatever KV says', async (_name, end) => {
    const shop = await forgetfulShop({ limits: MANY });
    const { id } = await member(shop);
    const one = await fresh(shop);
    expectOk(await one.browser.application.getLoggedInUser());
    await end(shop, { ...one, id });
    await shop.settle();
    await staysDead(shop, one.cookie);
  });

  test('a social login from the same browser stays dead, whatever KV says', async () => {
    const { shop, fake } = await socialShop(forgetfulShop);
    await member(shop);
    const one = await fresh(shop);
    const sub = '1015842246';
    const access_token = fake.grant({ sub, email: EMAIL, email_verified: true });
    // Whether it links by the address or begins a registration, what follows signs in from this browser.
    const login = expectOk(
      await one.browser.application.loginWithGoogle({ body: { oauth2: { access_token } } }),
    ).body;
    if (login.register_token !== undefined) {
      const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
      const body = {
        request_id: sent.request_id ?? '',
        otp: await shop.otp(E164),
        register_token: login.register_token,
      };
      expectOk(await shop.client({ cookie: one.cookie }).application.verifyMobileOTP({ body }));
    }
    await staysDead(shop, one.cookie);
  });

  test('nothing that lives is ended by the cron', async () => {
    const shop = await forgetfulShop();
    await member(shop);
    const { browser } = await fresh(shop);
    shop.clock.advance(25 * DAY);
    await shop.runtime.scheduled(RETENTION);
    expectOk(await browser.application.getLoggedInUser());
  });
});
