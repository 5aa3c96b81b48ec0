/**
 * A block that comes while a sign-in is going on, wherever it comes. Each way to sign in is run once for every round trip
 * to D1 that it makes, with the block just before or just behind it.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { watchFirstPut } from '../support/round-trips.ts';
import { d1Shop, type D1Shop, type ShopOptions } from '../support/shop.ts';
import type { FakeProvider } from '../support/fake-provider.ts';
import { LOGIN_SECRET, socialShop } from '../support/social-shop.ts';
import { clear } from '../support/traces.ts';

const EMAIL = 'asha@example.com';
const PASSWORD = 'a long passphrase';
const GAP = 31_000;
const HARD = { is_required: true, level: 'hard' } as const;

interface Answer {
  ok: boolean;
  status: number;
  body: object;
  headers: Headers;
}
type SignIn = () => Promise<Answer>;
type Prepared = (shop: D1Shop, fake: FakeProvider, id: string) => Promise<SignIn>;

interface Way {
  name: string;
  /** The state is judged once more behind the proof, so the shopper hears of the block. */
  told: boolean;
  /** The round trip with which the sign-in begins, where another comes first: what is taken back before it never was. */
  from?: number;
  /** A statement of the last round trip in which the block is still judged; else it is the one before the session is stored. */
  judgedBy?: RegExp;
  prepare: Prepared;
  options?: ShopOptions;
}

const PERSON = { sub: '1015842246', email: EMAIL, email_verified: true };

const WAYS: Way[] = [
  {
    name: 'a code by SMS',
    told: true,
    prepare: async (shop) => {
      const { application } = shop.client();
      const { request_id = '' } = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
      const body = { request_id, otp: await shop.otp(E164) };
      return async () => application.verifyMobileOTP({ body });
    },
  },
  {
    name: 'a code by email',
    told: true,
    prepare: async (shop) => {
      const { application } = shop.client();
      expectOk(await application.sendOTPOnEmail({ body: { email: EMAIL } }));
      const body = { email: EMAIL, otp: await shop.otp(EMAIL) };
      return async () => application.verifyEmailOTP({ body });
    },
  },
  {
    name: 'the code of a registration by a number that has an account',
    told: true,
    prepare: async (shop) => {
      const { application } = shop.client();
      const form = expectOk(
        await application.registerWithForm({ body: { first_name: 'M', phone: MOBILE } }),
      ).body;
      const { request_id = '', register_token } = form;
      const body = { request_id, otp: await shop.otp(E164), register_token };
      return async () => application.verifyMobileOTP({ body });
    },
  },
  {
    name: 'the code of a demanded email that was missing',
    told: true,
    prepare: async (shop) => {
      const config = shop.application.config;
      const required_fields = { email: HARD, mobile: HARD };
      await env.DB.prepare(`DELETE FROM identifiers WHERE kind = 'email'`).run();
      await shop.writeConfig({ ...config, required_fields });
      shop.clock.advance(GAP);
      const { application } = shop.client();
      const proven = (await prove(shop, shop.client())).body;
      const form = expectOk(
        await application.updateProfile({
          body: { email: EMAIL, register_token: proven.register_token },
        }),
      ).body;
      const { register_token } = form;
      const body = { email: EMAIL, otp: await shop.otp(EMAIL), register_token };
      return async () => application.verifyEmailOTP({ body });
    },
  },
  {
    name: 'a social login that is known',
    told: true,
    prepare: async (shop, fake) => {
      const { application } = shop.client();
      const login = async () =>
        application.loginWithGoogle({ body: { oauth2: { access_token: fake.grant(PERSON) } } });
      const first = expectOk(await login()).body;
      if (first.register_token !== undefined) {
        const sent = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
        const { register_token } = first;
        const body = {
          request_id: sent.request_id ?? '',
          otp: await shop.otp(E164),
          register_token,
        };
        expectOk(await shop.client().application.verifyMobileOTP({ body }));
      }
      await shop.settle();
      shop.clock.advance(GAP);
      return login;
    },
  },
  {
    name: 'a token of the company',
    told: true,
    from: 3,
    prepare: async (shop, fake) => {
      const { application } = shop.client();
      const login = async () => {
        const claims = {
          sub: 'crm-7',
          jti: crypto.randomUUID(),
          phone_number: E164,
          phone_number_verified: true,
        };
        const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
        return application.loginWithToken({ body: { token } });
      };
      expectOk(await login());
      return login;
    },
  },
  {
    name: 'a password',
    told: true,
    prepare: async (shop) => {
      const body = { username: EMAIL, password: PASSWORD };
      return async () => shop.client().application.loginWithEmailAndPassword({ body });
    },
  },
  {
    name: 'a reset link',
    told: true,
    from: 2,
    // The audit of the notice goes on beside the session.
    judgedBy: /^update "links" set "used_at"/i,
    prepare: async (shop) => {
      const { application } = shop.client();
      expectOk(await application.sendResetPasswordEmail({ body: { email: EMAIL } }));
      const sent = (await shop.messages()).findLast(({ to, drop }) => to === EMAIL && !drop);
      if (!sent || !('code' in sent.content)) throw new Error('no link was sent');
      const body = { code: sent.content.code, password: 'another passphrase' };
      return async () => application.forgotPassword({ body });
    },
  },
  {
    name: 'the form of a registration whose number has got an account meanwhile',
    told: false,
    prepare: async (shop) => {
      const { application } = shop.client();
      // The number is let go of, proven for a registration, and taken back.
      const { results } = await env.DB.prepare(
        `SELECT user_id AS at FROM identifiers WHERE kind = 'phone'`,
      ).all<{ at: string }>();
      const rows = JSON.stringify(results.map(({ at }) => at));
      const verified = async (value: 0 | 1) =>
        env.DB.prepare(
          `UPDATE identifiers SET verified = ? WHERE kind = 'phone' AND user_id IN (SELECT value FROM json_each(?))`,
        )
          .bind(value, rows)
          .run();
      await verified(0);
      const { register_token } = (await prove(shop, shop.client())).body;
      await verified(1);
      const body = { first_name: 'M', register_token };
      return async () => application.updateProfile({ body });
    },
  },
];

/** A shop with one shopper who can sign in every way, and everything ready for the one that is tried. */
async function ready({ prepare, options }: Way) {
  const { shop, fake } = await socialShop(d1Shop, options);
  const browser = shop.client();
  const id = (await signUp(shop, browser)).body.user?._id ?? '';
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const otp = await shop.otp(EMAIL);
  expectOk(await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
  expectOk(await browser.application.updatePassword({ body: { new_password: PASSWORD } }));
  shop.clock.advance(GAP);
  const signIn = await prepare(shop, fake, id);
  await shop.settle();
  // Warm: the application's record is cached, so that the round trips are those of the sign-in alone.
  expectOk(await shop.client().application.getPlatformConfig());
  await shop.settle();
  shop.db.roundTrips = 0;
  return { shop, signIn, id };
}

/** As an operator's block: the sessions made until now are dead. */
async function setBlocked(shop: D1Shop, blocked: boolean): Promise<void> {
  const now = shop.clock.now();
  const column = blocked ? 'blocked_at = ?, sessions_valid_from = ? + 1' : 'blocked_at = NULL';
  await env.DB.prepare(`UPDATE users SET ${column}`)
    .bind(...(blocked ? [now, now] : []))
    .run();
}

/** The round trips of the sign-in until its session is stored; what comes then goes on behind the answer. */
async function tripsOf(way: Way): Promise<number> {
  const { shop, signIn } = await ready(way);
  const tripsAtFirstPut = watchFirstPut(shop);
  let judgedIn = 0;
  shop.db.onPrepare = (statement) => {
    // It is prepared for the round trip that comes next.
    if (way.judgedBy?.test(statement)) judgedIn = shop.db.roundTrips + 1;
  };
  const cookie = cookieOf(expectOk(await signIn()));
  expect(cookie).toContain('f.session=');
  expectOk(await shop.client({ cookie }).application.getLoggedInUser());
  await shop.settle();
  return way.judgedBy ? judgedIn : tripsAtFirstPut();
}

describe.each(WAYS)('a block while somebody signs in with $name', (way) => {
  test('before the last round trip: no session, wherever it comes', async () => {
    const trips = await tripsOf(way);
    expect(trips).toBeGreaterThan(0);
    for (let at = 1; at <= trips; at += 1) {
      await clear();
      const { shop, signIn } = await ready(way);
      shop.db.onTrip = async (when, trip) => {
        if (when !== 'before' || trip !== at) return;
        shop.db.onTrip = undefined;
        shop.clock.advance(10);
        await setBlocked(shop, true);
      };
      const answer = await signIn();
      expect(shop.db.onTrip).toBeUndefined();
      // A block ends what was pending: whoever still holds that hears of it, and whoever needs none hears of the block.
      const code = expect.stringMatching(/^(account_blocked|(register_token|link|otp)_invalid)$/);
      if (way.told) expect([at, answer]).toMatchObject([at, { ok: false, body: { code } }]);
      if (!answer.ok) expect(answer.headers.getSetCookie()).toEqual([]);
      const cookie = cookieOf(answer);
      await setBlocked(shop, false);
      const { status } = await shop.client({ cookie }).application.getLoggedInUser();
      expect([at, status]).toEqual([at, 401]);
      await shop.settle();
    }
  });

  test('behind any round trip, and taken back at once: the session is dead all the same', async () => {
    const trips = await tripsOf(way);
    for (let at = way.from ?? 1; at <= trips; at += 1) {
      await clear();
      const { shop, signIn } = await ready(way);
      shop.db.onTrip = async (when, trip) => {
        if (when !== 'after' || trip !== at) return;
        shop.db.onTrip = undefined;
        shop.clock.advance(10);
        await setBlocked(shop, true);
        await setBlocked(shop, false);
        // What is made from now on must still count as begun before.
        shop.clock.advance(10);
      };
      const answer = await signIn();
      expect(shop.db.onTrip).toBeUndefined();
      const cookie = cookieOf(answer);
      const { status } = await shop.client({ cookie }).application.getLoggedInUser();
      expect([at, status]).toEqual([at, 401]);
      await shop.settle();
    }
  });
});
