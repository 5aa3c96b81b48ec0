/**
 * Of two callers who want the same thing once, the loser leaves nothing behind: no row is changed by the statement with which
 * it loses, nothing is stored in KV, and no message goes out. The winner comes in just before the loser's last round trip.
 */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { watchFirstPut } from '../support/round-trips.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, BACKENDS_AND_MOCK, type D1Shop, type Shop } from '../support/shop.ts';
import { allRows, clear } from '../support/traces.ts';

const EMAIL = 'asha@example.com';
const PASSWORD = 'a long passphrase';
const OTHER = { mobile: '9876543210', country_code: '91' };
const GAP = 31_000;

interface Answer {
  ok: boolean;
  status: number;
  body: object;
  headers: Headers;
}
type Call = () => Promise<Answer>;

interface Race {
  name: string;
  /** What the loser is told. */
  code: string;
  prepare(shop: D1Shop): Promise<{ winner: Call; loser: Call }>;
  /** Round trips that go on behind the answer and are counted with its own: the audit of a notice. */
  behind?: number;
}

async function linkCode(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to && !sent.drop);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}

/** Signed in, with a password and a verified email. */
async function member(shop: D1Shop) {
  const browser = shop.client();
  const id = (await signUp(shop, browser)).body.user?._id ?? '';
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const otp = await shop.otp(EMAIL);
  expectOk(await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
  const done = expectOk(
    await browser.application.updatePassword({ body: { new_password: PASSWORD } }),
  );
  shop.clock.advance(GAP);
  return { cookie: cookieOf(done), id };
}

/** Another session of the number's owner, to be presented with a call. */
async function session(shop: D1Shop): Promise<string> {
  const cookie = cookieOf(await prove(shop, shop.client()));
  shop.clock.advance(GAP);
  return cookie;
}

/** Both call from browsers of their own, each with what it has; the loser is signed in already. */
const RACES: Race[] = [
  {
    name: 'a login by code',
    code: 'otp_invalid',
    async prepare(shop) {
      await member(shop);
      const cookie = await session(shop);
      const { request_id = '' } = expectOk(
        await shop.client().application.loginWithOTP({ body: MOBILE }),
      ).body;
      const body = { request_id, otp: await shop.otp(E164) };
      return {
        winner: async () => shop.client().application.verifyMobileOTP({ body }),
        loser: async () => shop.client({ cookie }).application.verifyMobileOTP({ body }),
      };
    },
  },
  {
    name: 'a login by a mailed code',
    code: 'otp_invalid',
    async prepare(shop) {
      const { cookie } = await member(shop);
      expectOk(await shop.client().application.sendOTPOnEmail({ body: { email: EMAIL } }));
      const body = { email: EMAIL, otp: await shop.otp(EMAIL) };
      return {
        winner: async () => shop.client().application.verifyEmailOTP({ body }),
        loser: async () => shop.client({ cookie }).application.verifyEmailOTP({ body }),
      };
    },
  },
  {
    name: 'a proof of a new number',
    code: 'otp_invalid',
    async prepare(shop) {
      const { application } = shop.client();
      const { request_id = '' } = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
      const body = { request_id, otp: await shop.otp(E164) };
      const call = async () => shop.client().application.verifyMobileOTP({ body });
      return { winner: call, loser: call };
    },
  },
  {
    name: 'the last code of a registration',
    code: 'otp_invalid',
    async prepare(shop) {
      const { cookie } = await member(shop);
      const form = expectOk(
        await shop.client().application.registerWithForm({
          body: { first_name: 'Neel', phone: OTHER, password: PASSWORD },
        }),
      ).body;
      const { request_id = '', register_token } = form;
      const body = { request_id, otp: await shop.otp('+919876543210'), register_token };
      return {
        winner: async () => shop.client().application.verifyMobileOTP({ body }),
        loser: async () => shop.client({ cookie }).application.verifyMobileOTP({ body }),
      };
    },
  },
  {
    name: 'the code of a registration by a number that has an account',
    code: 'otp_invalid',
    async prepare(shop) {
      const { cookie } = await member(shop);
      const form = expectOk(
        await shop.client().application.registerWithForm({
          body: { first_name: 'M', phone: MOBILE },
        }),
      ).body;
      const { request_id = '', register_token } = form;
      const body = { request_id, otp: await shop.otp(E164), register_token };
      return {
        winner: async () => shop.client().application.verifyMobileOTP({ body }),
        loser: async () => shop.client({ cookie }).application.verifyMobileOTP({ body }),
      };
    },
  },
  {
    name: 'a code for the own profile',
    code: 'otp_invalid',
    behind: 1,
    async prepare(shop) {
      const { cookie } = await member(shop);
      const { application } = shop.client({ cookie });
      const { request_id = '' } = expectOk(await application.sendOTPOnMobile({ body: OTHER })).body;
      const body = { request_id, otp: await shop.otp('+919876543210') };
      const call = async () => application.verifyMobileOTP({ body });
      return { winner: call, loser: call };
    },
  },
  {
    name: 'a deletion of the account',
    code: 'otp_invalid',
    async prepare(shop) {
      const { cookie } = await member(shop);
      const { request_id = '' } = expectOk(
        await shop.client({ cookie }).application.sendOTPOnMobile({ body: MOBILE }),
      ).body;
      const otp = await shop.otp(E164);
      const call = (reason: string) => async () =>
        shop.client({ cookie }).application.deleteUser({ body: { request_id, otp, reason } });
      return { winner: call('first'), loser: call('second') };
    },
  },
  ...(['updateProfile', 'registerWithForm'] as const).map((operation): Race => ({
    name: `the form of a registration, by ${operation}`,
    code: 'registration_finished',
    async prepare(shop) {
      const { register_token } = (await prove(shop, shop.client(), OTHER.mobile)).body;
      const call = (first_name: string) => async () =>
        shop.client().application[operation]({ body: { first_name, register_token } });
      return { winner: call('Winner'), loser: call('Loser') };
    },
  })),
  {
    name: 'a reset link',
    code: 'link_invalid',
    async prepare(shop) {
      const { cookie } = await member(shop);
      expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: EMAIL } }));
      const code = await linkCode(shop, EMAIL);
      const call =
        (password: string, headers = {}) =>
        async () =>
          shop.client(headers).application.forgotPassword({ body: { code, password } });
      return { winner: call('the winner phrase'), loser: call('the loser phrase', { cookie }) };
    },
  },
  {
    name: 'a link that verifies an email',
    code: 'link_invalid',
    behind: 1,
    async prepare(shop) {
      const { cookie } = await member(shop);
      const email = 'second@example.com';
      expectOk(await shop.client({ cookie }).application.addEmail({ body: { email } }));
      const code = await linkCode(shop, email);
      const call = async () => shop.client().application.verifyEmail({ body: { code } });
      return { winner: call, loser: call };
    },
  },
  {
    name: 'a change of the password',
    code: 'password_wrong',
    async prepare(shop) {
      const { cookie } = await member(shop);
      const call = (new_password: string) => async () =>
        shop.client({ cookie }).application.updatePassword({
          body: { old_password: PASSWORD, new_password },
        });
      return { winner: call('the winner phrase'), loser: call('the loser phrase') };
    },
  },
  {
    name: 'a first password',
    code: 'password_wrong',
    async prepare(shop) {
      const cookie = cookieOf(await signUp(shop, shop.client()));
      const call = (new_password: string) => async () =>
        shop.client({ cookie }).application.updatePassword({ body: { new_password } });
      return { winner: call('the winner phrase'), loser: call('the loser phrase') };
    },
  },
  {
    name: 'a send of a code',
    code: 'too_many_requests',
    async prepare(shop) {
      const call = async () => shop.client().application.loginWithOTP({ body: MOBILE });
      return { winner: call, loser: call };
    },
  },
  {
    name: 'a resend of a code',
    code: 'too_many_requests',
    async prepare(shop) {
      const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
      shop.clock.advance(GAP);
      const body = { ...MOBILE, token: sent.resend_token };
      const call = async () => shop.client().application.sendOTPOnMobile({ body });
      return { winner: call, loser: call };
    },
  },
  {
    name: 'a customer whom two operators make',
    code: 'identifier_taken',
    async prepare(shop) {
      const operator = await operatorOf(shop);
      const call = (username: string) => async () =>
        operator.createUser({
          params,
          body: { phone_number: OTHER.mobile, username, first_name: username },
        });
      return { winner: call('winner'), loser: call('loser') };
    },
  },
  {
    name: 'an address that two customers are given',
    code: 'identifier_taken',
    async prepare(shop) {
      const operator = await operatorOf(shop);
      const call = async (username: string, phone_number: string) => {
        const body = { phone_number, username };
        const { user } = expectOk(await operator.createUser({ params, body })).body;
        const path = { ...params, user_id: user?._id ?? '' };
        const emails = [{ email: EMAIL }];
        return async () =>
          operator.updateUser({ params: path, body: { first_name: username, emails } });
      };
      return {
        winner: await call('winner', '9820098201'),
        loser: await call('loser', '9820098202'),
      };
    },
  },
];

async function ready({ prepare }: Race) {
  const shop = await d1Shop();
  const calls = await prepare(shop);
  expectOk(await shop.client().application.getPlatformConfig());
  await shop.settle();
  shop.db.roundTrips = 0;
  return { shop, ...calls };
}

/** The call's own round trips: until it stores something in KV, or answers. */
async function tripsOf(race: Race): Promise<number> {
  const { shop, loser } = await ready(race);
  const tripsAtFirstPut = watchFirstPut(shop);
  // Of the loser's call, which may bring a session that is looked up first.
  expectOk(await loser());
  const trips = tripsAtFirstPut() || shop.db.roundTrips;
  await shop.settle();
  return trips - (race.behind ?? 0);
}

describe('the loser of two leaves nothing behind', () => {
  test.each(RACES)('$name', async (race) => {
    const trips = await tripsOf(race);
    expect(trips).toBeGreaterThan(0);
    await clear();
    const { shop, winner, loser } = await ready(race);
    let before: Awaited<ReturnType<typeof allRows>> | undefined;
    let after: Awaited<ReturnType<typeof allRows>> | undefined;
    const puts = () => shop.kv.calls.filter((name) => name === 'put').length;
    let stored = 0;
    let sent = 0;
    shop.db.onTrip = async (when, trip) => {
      if (when !== 'before' || trip !== trips) return;
      shop.db.onTrip = undefined;
      expectOk(await winner());
      await shop.settle();
      [stored, sent] = [puts(), shop.queue.sent.length];
      before = await allRows();
      shop.db.onTrip = async (moment) => {
        if (moment !== 'after') return;
        shop.db.onTrip = undefined;
        after = await allRows();
      };
    };
    const answer = await loser();
    await shop.settle();
    expect(answer.body).toMatchObject({ code: race.code });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(before).toBeDefined();
    expect(after).toEqual(before);
    expect([puts(), shop.queue.sent.length]).toEqual([stored, sent]);
  });
});

describe.each(BACKENDS_AND_MOCK)('races on %s', (_, createShop) => {
  test('of four browsers that answer one code with sessions of their own, the losers keep theirs', async () => {
    const shop = await createShop();
    await signUp(shop, shop.client());
    const cookies: string[] = [];
    for (let browsers = 0; browsers < 4; browsers += 1) {
      shop.clock.advance(GAP);
      cookies.push(cookieOf(await prove(shop, shop.client())));
    }
    shop.clock.advance(3_600_000);
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const answers = await Promise.all(
      cookies.map(async (cookie) => shop.client({ cookie }).application.verifyMobileOTP({ body })),
    );
    await shop.settle();
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    for (const [at, cookie] of cookies.entries()) {
      const won = answers[at]?.ok === true;
      const { status } = await shop.client({ cookie }).application.getLoggedInUser();
      expect([at, status]).toEqual([at, won ? 401 : 200]);
    }
  });

  test('of five changes of one password at once one is made, and it is the one that counts', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const username = (await signUp(shop, browser)).body.user?.username ?? '';
    const set = expectOk(
      await browser.application.updatePassword({ body: { new_password: PASSWORD } }),
    );
    const cookie = cookieOf(set);
    const wanted = [1, 2, 3, 4, 5].map((n) => `the new passphrase ${n}`);
    const answers = await Promise.all(
      wanted.map(async (new_password) =>
        shop.client({ cookie }).application.updatePassword({
          body: { old_password: PASSWORD, new_password },
        }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    for (const [at, password] of wanted.entries()) {
      const login = await shop
        .client()
        .application.loginWithEmailAndPassword({ body: { username, password } });
      expect([at, login.ok]).toEqual([at, answers[at]?.ok]);
    }
  });
});
