/** What may happen once happens once, however many calls meet; and those that lose leave nothing behind. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { cookieOf, expectOk } from '../support/answers.ts';
import { FILES } from '../support/file-server.ts';
import { openFor, type Theatre } from '../support/flows/disturb.ts';
import { AT_ONCE, atOnce, growth, outcomes, stock } from '../support/flows/race.ts';
import {
  isOwned,
  linkCode,
  PASSWORD,
  type Answer,
  type Flow,
  type Member,
} from '../support/flows/stage.ts';
import { invariants } from '../support/invariants.ts';
import { operatorOf, params } from '../support/operator.ts';
import { LOGIN_SECRET } from '../support/social-shop.ts';
import { tally } from '../support/tally.ts';

const DAY = 86_400_000;
/** Each is tried again by the server until it is the next one, so that their number counts twice. */
const WRITERS = 12;

interface Race {
  name: string;
  options?: Flow['options'];
  /** How those are refused that lose; a list when it depends on how far they got. */
  lost: string[];
  /** Brings somebody new to where all meet; the call of each. */
  prepare(theatre: Theatre): Promise<(index: number) => Promise<Answer>>;
}

const cookieOfMember = async ({ shop }: Theatre, { person }: Member): Promise<string> => {
  const browser = shop.client();
  const body = { username: person.email, password: PASSWORD };
  return cookieOf(expectOk(await browser.application.loginWithEmailAndPassword({ body })));
};

/** A register_token of somebody who has proven a number. */
async function proven({ shop, person }: Theatre) {
  const one = person();
  const { application } = shop.client();
  const sent = expectOk(await application.loginWithOTP({ body: { mobile: one.phone } })).body;
  const body = { request_id: sent.request_id ?? '', otp: await shop.otp(one.e164) };
  const { register_token } = expectOk(await application.verifyMobileOTP({ body })).body;
  return { one, register_token };
}

const RACES: Race[] = [
  {
    name: 'a code by SMS',
    lost: ['otp_invalid', 'otp_exhausted'],
    async prepare({ shop, member }) {
      const { person } = await member();
      const { application } = shop.client();
      const sent = expectOk(
        await application.loginWithOTP({ body: { mobile: person.phone } }),
      ).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(person.e164) };
      return async () => shop.client().application.verifyMobileOTP({ body });
    },
  },
  {
    name: 'a code by email',
    lost: ['otp_invalid', 'otp_exhausted'],
    async prepare({ shop, mailedMember }) {
      const { email } = (await mailedMember()).person;
      expectOk(await shop.client().application.sendOTPOnEmail({ body: { email } }));
      const body = { email, otp: await shop.otp(email) };
      return async () => shop.client().application.verifyEmailOTP({ body });
    },
  },
  {
    name: 'a link by email',
    lost: ['link_invalid'],
    async prepare({ shop, member, person }) {
      const { email } = person();
      expectOk(await (await member()).browser.application.addEmail({ body: { email } }));
      const body = { code: await linkCode(shop, email) };
      return async () => shop.client().application.verifyEmail({ body });
    },
  },
  {
    name: 'a link by SMS',
    lost: ['link_invalid'],
    async prepare({ shop, member, person }) {
      const { phone, e164 } = person();
      expectOk(await (await member()).browser.application.addMobileNumber({ body: { phone } }));
      const body = { code: await linkCode(shop, e164) };
      return async () => shop.client().application.verifyMobile({ body });
    },
  },
  {
    name: 'a link that resets the password',
    lost: ['link_invalid'],
    async prepare({ shop, mailedMember }) {
      const { email } = (await mailedMember()).person;
      expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email } }));
      const code = await linkCode(shop, email);
      return async (index) =>
        shop.client().application.forgotPassword({ body: { code, password: PASSWORD + index } });
    },
  },
  {
    name: 'a code for a new password',
    lost: ['otp_invalid', 'otp_exhausted'],
    async prepare({ shop, member }) {
      const { person } = await member();
      const { application } = shop.client();
      const sent = expectOk(
        await application.sendForgotOTPOnMobile({ body: { mobile: person.phone } }),
      ).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(person.e164) };
      return async () => shop.client().application.verifyMobileForgotOTP({ body });
    },
  },
  {
    name: 'a forgot_token',
    lost: ['forgot_token_invalid'],
    async prepare({ shop, mailedMember }) {
      const { email } = (await mailedMember()).person;
      const { application } = shop.client();
      expectOk(await application.sendForgotOTPOnEmail({ body: { email } }));
      const proof = { email, otp: await shop.otp(email) };
      const { forgot_token: code = '' } = expectOk(
        await application.verifyEmailForgotOTP({ body: proof }),
      ).body;
      return async (index) =>
        shop
          .client()
          .application.resetForgotPassword({ body: { code, password: PASSWORD + index } });
    },
  },
  {
    name: 'a code that proves the old primary',
    lost: ['otp_invalid', 'otp_exhausted'],
    async prepare({ shop, member }) {
      const { person, browser } = await member();
      const { application } = browser;
      const sent = expectOk(
        await application.sendOTPOnPrimary({ params: { entity: 'mobile' }, body: {} }),
      ).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(person.e164) };
      return async () => application.verifyOTPonPrimary({ params: { entity: 'mobile' }, body });
    },
  },
  {
    name: 'the proof of an old primary, by codes to several new ones',
    lost: ['primary_unproven', 'otp_invalid', 'too_many_requests'],
    async prepare({ shop, member, person }) {
      const one = await member();
      const { application } = one.browser;
      const entity = { entity: 'mobile' } as const;
      const sent = expectOk(await application.sendOTPOnPrimary({ params: entity, body: {} })).body;
      const proof = { request_id: sent.request_id ?? '', otp: await shop.otp(one.person.e164) };
      expectOk(await application.verifyOTPonPrimary({ params: entity, body: proof }));
      const codes: { request_id: string; otp: string }[] = [];
      // Two codes, and all others of the same two: a shopper may be sent only so many.
      for (let n = 0; n < 2; n += 1) {
        const { phone: mobile, e164 } = person();
        const next = { params: entity, body: { mobile } };
        const { request_id = '' } = expectOk(await application.sendOTPForUpdate(next)).body;
        codes.push({ request_id, otp: await shop.otp(e164) });
        shop.clock.advance(31_000);
      }
      return async (index) => {
        const body = codes[index % codes.length] ?? { request_id: '', otp: '' };
        return application.verifyOTPForUpdate({ params: entity, body });
      };
    },
  },
  {
    name: 'a token of the company',
    lost: ['login_failed'],
    async prepare({ shop, fake, mailedMember }) {
      const { person } = await mailedMember();
      const { email } = person;
      const claims = { sub: email, email, email_verified: true, jti: crypto.randomUUID() };
      const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
      return async () => shop.client().application.loginWithToken({ body: { token } });
    },
  },
  {
    name: 'the end of a registration, by the profile',
    lost: ['registration_finished', 'register_token_invalid'],
    async prepare(theatre) {
      const { one, register_token } = await proven(theatre);
      const body = { first_name: one.first_name, register_token };
      return async () => theatre.shop.client().application.updateProfile({ body });
    },
  },
  {
    name: 'the end of a registration, by the form',
    lost: ['registration_finished', 'register_token_invalid'],
    async prepare(theatre) {
      const { one, register_token } = await proven(theatre);
      const phone = { mobile: one.phone };
      const body = { first_name: one.first_name, phone, password: PASSWORD, register_token };
      return async () => theatre.shop.client().application.registerWithForm({ body });
    },
  },
  {
    name: 'a code that is sent again',
    lost: ['too_many_requests'],
    async prepare({ shop, person }) {
      const { phone: mobile } = person();
      const { application } = shop.client();
      const { resend_token: token } = expectOk(
        await application.loginWithOTP({ body: { mobile } }),
      ).body;
      shop.clock.advance(31_000);
      return async () => shop.client().application.sendOTPOnMobile({ body: { mobile, token } });
    },
  },
  ...(['phone_number', 'email', 'username'] as const).map((same): Race => ({
    name: `customers with one ${same}`,
    lost: ['identifier_taken'],
    async prepare({ operator, person }) {
      const shared = person();
      return async (index) => {
        const own = person();
        const fresh = { phone_number: own.phone, email: own.email, username: `one-${own.phone}` };
        const one = {
          phone_number: shared.phone,
          email: shared.email,
          username: `x${shared.phone}`,
        };
        const body = { ...fresh, [same]: one[same], first_name: `Number ${index}` };
        return operator.createUser({ params, body });
      };
    },
  })),
  {
    name: 'a new password over the same old one',
    lost: ['password_wrong', 'not_authenticated', 'too_many_requests'],
    async prepare(theatre) {
      const cookie = await cookieOfMember(theatre, await theatre.passwordMember());
      return async (index) =>
        theatre.shop.client({ cookie }).application.updatePassword({
          body: { old_password: PASSWORD, new_password: `${PASSWORD} ${index}` },
        });
    },
  },
  {
    name: 'a first password',
    lost: ['password_wrong', 'not_authenticated', 'required_field_missing'],
    async prepare({ shop, person }) {
      const { first_name, phone, e164 } = person();
      const browser = shop.client();
      const { application } = browser;
      const sent = expectOk(await application.loginWithOTP({ body: { mobile: phone } })).body;
      const code = { request_id: sent.request_id ?? '', otp: await shop.otp(e164) };
      const { register_token } = expectOk(await application.verifyMobileOTP({ body: code })).body;
      const body = { first_name, register_token };
      const cookie = cookieOf(expectOk(await application.updateProfile({ body })));
      return async (index) =>
        shop.client({ cookie }).application.updatePassword({
          body: { new_password: `${PASSWORD} ${index}` },
        });
    },
  },
  {
    name: 'the end of an account',
    lost: ['otp_invalid', 'not_authenticated', 'otp_exhausted'],
    async prepare(theatre) {
      const { shop } = theatre;
      const one = await theatre.passwordMember();
      const cookie = await cookieOfMember(theatre, one);
      const { application } = shop.client({ cookie });
      const mobile = one.person.phone;
      const sent = expectOk(await application.sendOTPOnMobile({ body: { mobile } })).body;
      const body = { request_id: sent.request_id, otp: await shop.otp(one.person.e164) };
      return async () => shop.client({ cookie }).application.deleteUser({ body });
    },
  },
  {
    name: 'the return of a customer',
    lost: ['not_deleted'],
    async prepare({ operator, member }) {
      const { id } = await member();
      expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
      const body = { user_id: id, reason: 'back again', reason_id: '1' };
      return async () => operator.unDeleteUser({ params, body });
    },
  },
];

describe(`${AT_ONCE} at once`, () => {
  test.each(RACES)('$name: one wins, and the others leave nothing', async (race) => {
    const theatre = await openFor(race);
    const { shop } = theatre;
    const alone = await race.prepare(theatre);
    const before = await stock(shop);
    expectOk(await alone(0));
    const one = await growth(shop, before);
    shop.clock.advance(31_000);

    const call = await race.prepare(theatre);
    const start = await stock(shop);
    const seen = outcomes(await atOnce(call));
    expect(seen).toMatchObject({ ok: 1 });
    const others = Object.keys(seen).filter((code) => code !== 'ok');
    expect(race.lost).toEqual(expect.arrayContaining(others));
    expect(await growth(shop, start)).toEqual(one);
    expect(await invariants(shop)).toEqual([]);
    tally('race', AT_ONCE);
  });

  test('logins by a new identity of one customer make one link, and one notice', async () => {
    const theatre = await openFor({});
    const { shop, fake, mailedMember } = theatre;
    const { email } = (await mailedMember()).person;
    const person = { sub: 'subject', email, email_verified: true, hd: 'example.com' };
    const tokens = Array.from({ length: AT_ONCE }, () => fake.grant(person));
    const before = await stock(shop);
    const answers = await atOnce(async (index) => {
      const oauth2 = { access_token: tokens[index] ?? '' };
      return shop.client().application.loginWithGoogle({ body: { oauth2 } });
    });
    expect(outcomes(answers)).toEqual({ ok: AT_ONCE });
    const grown = await growth(shop, before);
    expect(grown).toMatchObject({ social_identities: 1, messages: 1 });
    expect(await invariants(shop)).toEqual([]);
    tally('race', AT_ONCE);
  });

  test('changes of the configuration: what was acknowledged is there', async () => {
    const { shop, operator } = await openFor({});
    const answers = await atOnce(
      async (index) =>
        operator.updatePlatformConfig({ params, body: { meta: { [`key${index}`]: index } } }),
      WRITERS,
    );
    const kept = answers.flatMap(({ ok }, index) => (ok ? [`key${index}`] : []));
    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
    expect(kept.length).toBeGreaterThan(0);
    const { meta } = expectOk(await operator.getPlatformConfig({ params })).body;
    expect(Object.keys(meta ?? {})).toEqual(expect.arrayContaining(kept));
    expect(await invariants(shop)).toEqual([]);
    tally('race', WRITERS);
  });

  test('the last group that an application may have', async () => {
    const { shop, operator, files } = await openFor({});
    files.files['/members.csv'] = { content: 'user_id\n' };
    const body = { name: 'A group', description: 'x', file_url: `${FILES}/members.csv` };
    expectOk(await operator.createUserGroup({ params, body }));
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
       INSERT INTO user_groups (application_id, id, uid, name, description, import_id, members_of, created_at, modified_at)
       SELECT application_id, printf('%024x', n.i), n.i, name, description, import_id, members_of, created_at, modified_at
       FROM user_groups, n`,
    ).run();
    const answers = await atOnce(async () => operator.createUserGroup({ params, body }));
    expect(outcomes(answers)).toEqual({ ok: 1, group_limit: AT_ONCE - 1 });
    const groups = await env.DB.prepare('SELECT COUNT(*) AS n FROM user_groups').first('n');
    expect(groups).toBe(1_000);
    await shop.settle();
    expect(shop.imports.length).toBe(2);
    tally('race', AT_ONCE);
  });

  test('emails on one profile: never more than it holds', async () => {
    const { shop, member, person } = await openFor({
      options: { limits: { linksPerUserHour: 100 } },
    });
    const one = await member();
    const answers = await atOnce(async () =>
      one.browser.application.addEmail({ body: { email: person().email } }),
    );
    outcomes(answers);
    const { user } = expectOk(await one.browser.application.getLoggedInUser()).body;
    expect(user?.emails?.length).toBe(10);
    expect(await invariants(shop)).toEqual([]);
    tally('race', AT_ONCE);
  });

  test('logins while an operator blocks the customer: no session is left alive', async () => {
    const theatre = await openFor({});
    const { shop, operator, passwordMember } = theatre;
    const { id, person } = await passwordMember();
    const body = { username: person.email, password: PASSWORD };
    const block = { status: true, user_id: [id], reason: 'chargebacks' };
    const browsers = Array.from({ length: AT_ONCE }, () => shop.client());
    await atOnce(async (index) =>
      index === AT_ONCE / 2
        ? expectOk(await operator.blockOrUnblockUsers({ params, body: block }))
        : browsers[index]?.application.loginWithEmailAndPassword({ body }),
    );
    const after = await Promise.all(
      browsers.map(async ({ application }) => application.getLoggedInUser()),
    );
    expect(after.filter(({ ok }) => ok)).toEqual([]);
    // Nor does one come back to life when the block is lifted.
    expectOk(await operator.blockOrUnblockUsers({ params, body: { ...block, status: false } }));
    const later = await Promise.all(
      browsers.map(async ({ application }) => application.getLoggedInUser()),
    );
    expect(later.filter(({ ok }) => ok)).toEqual([]);
    expect(await invariants(shop)).toEqual([]);
    tally('race', AT_ONCE);
  });

  test.each([
    ['a moment before the last day is over', -1_000],
    ['a moment after', 1_000],
  ])(
    'a customer who returns while the purge runs, %s: all there, or all gone',
    async (_, offset) => {
      const theatre = await openFor({});
      const { shop } = theatre;
      const one = await theatre.mailedMember();
      const { application } = one.browser;
      const mobile = one.person.phone;
      const sent = expectOk(await application.sendOTPOnMobile({ body: { mobile } })).body;
      const otp = await shop.otp(one.person.e164);
      expectOk(await application.deleteUser({ body: { request_id: sent.request_id, otp } }));
      await shop.settle();
      shop.clock.advance(shop.application.config.delete_account_day * DAY + offset);
      const operator = await operatorOf(shop);
      const body = { user_id: one.id, reason: 'back again', reason_id: '1' };
      const answers = await atOnce(async (index) => {
        if (index % 10 === 0) await shop.runtime.scheduled(PURGE_CRON);
        return operator.unDeleteUser({ params, body });
      });
      const seen = outcomes(answers);
      const isBack = seen['ok'] === 1;
      expect(isBack).toBe(offset < 0);
      expect(await isOwned(one.person.email)).toBe(isBack);
      expect(await isOwned(one.person.e164)).toBe(isBack);
      expect((await shop.ports.users.find(one.id)) !== undefined).toBe(isBack);
      expect(await invariants(shop)).toEqual([]);
      tally('race', AT_ONCE);
    },
  );
});
