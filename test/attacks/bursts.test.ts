/** Every budget, met by 50 calls at once: no more are judged than it allows, and the first ones are. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { cookieOf, expectOk, wrongCode } from '../support/answers.ts';
import { judgedOf, STRANGER, type Burst } from '../support/flows/burst.ts';
import type { Theatre } from '../support/flows/disturb.ts';
import { PASSWORD } from '../support/flows/stage.ts';
import { tally } from '../support/tally.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const PAID = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://provider.example/messages',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
};

const sends = async ({ shop, person }: Theatre) => {
  const body = { mobile: person().phone };
  return async () => shop.client().application.loginWithOTP({ body });
};

/** Wrong codes for several live challenges of one number. */
const wrongCodes = (challenges: number) => async (theatre: Theatre) => {
  const { shop, person } = theatre;
  const { phone: mobile, e164 } = person();
  const asked: { request_id: string; otp: string }[] = [];
  for (let sent = 0; sent < challenges; sent += 1) {
    const { body } = expectOk(await shop.client().application.loginWithOTP({ body: { mobile } }));
    asked.push({ request_id: body.request_id ?? '', otp: wrongCode(await shop.otp(e164)) });
    shop.clock.advance(31 * SECOND);
  }
  return async (index: number) => {
    const body = asked[index % challenges] ?? { request_id: '', otp: '' };
    return shop.client().application.verifyMobileOTP({ body });
  };
};

const wrongPassword =
  (username: (index: number) => string, headers = {}) =>
  async ({ shop }: Theatre) =>
  async (index: number) =>
    shop.client(headers).application.loginWithEmailAndPassword({
      body: { username: username(index), password: 'not the passphrase' },
    });

const BURSTS: Burst[] = [
  { name: 'codes to one number within 30 s', judged: 'ok', max: 1, prepare: sends },
  {
    name: 'codes to one number within an hour',
    apartMs: 31 * SECOND,
    judged: 'ok',
    max: 5,
    prepare: sends,
  },
  {
    name: 'codes to one number within a day',
    apartMs: 28 * MINUTE,
    judged: 'ok',
    max: 10,
    prepare: sends,
  },
  {
    name: 'codes of two purposes to one number within a day',
    apartMs: 28 * MINUTE,
    judged: 'ok',
    max: 15,
    async prepare({ shop, member, person }) {
      const body = { mobile: person().phone };
      const { browser } = await member();
      return async (index) =>
        (index % 2 === 0 ? browser : shop.client()).application.sendOTPOnMobile({ body });
    },
  },
  {
    name: 'codes to many numbers from one address',
    options: { limits: { sendsPerIpHour: 12 } },
    judged: 'ok',
    max: 12,
    prepare: async ({ shop, person }) => {
      return async () =>
        shop.client(STRANGER).application.loginWithOTP({ body: { mobile: person().phone } });
    },
  },
  {
    name: 'codes to many numbers of a shop that pays for SMS',
    options: { env: PAID, limits: { smsPerDay: 9 } },
    judged: 'ok',
    max: 9,
    prepare: async ({ shop, person }) => {
      return async () =>
        shop.client().application.loginWithOTP({ body: { mobile: person().phone } });
    },
  },
  {
    name: 'links of one customer',
    options: { limits: { linksPerUserHour: 6 } },
    judged: 'ok',
    max: 6,
    async prepare({ member, person }) {
      const { browser } = await member();
      return async () => browser.application.addEmail({ body: { email: person().email } });
    },
  },
  {
    name: 'links to one address within an hour',
    apartMs: 31 * SECOND,
    judged: 'ok',
    max: 5,
    async prepare({ member, person }) {
      const { browser } = await member();
      const body = { email: person().email };
      expectOk(await browser.application.addEmail({ body: { email: person().email } }));
      return async () => browser.application.addEmail({ body });
    },
  },
  { name: 'wrong answers to one code', judged: 'otp_invalid', max: 5, prepare: wrongCodes(1) },
  { name: 'wrong answers to three codes', judged: 'otp_invalid', max: 10, prepare: wrongCodes(3) },
  {
    name: 'wrong answers to an emailed code',
    judged: 'otp_invalid',
    max: 5,
    async prepare({ shop, person }) {
      const { email } = person();
      expectOk(await shop.client().application.sendOTPOnEmail({ body: { email } }));
      const body = { email, otp: wrongCode(await shop.otp(email)) };
      return async () => shop.client().application.verifyEmailOTP({ body });
    },
  },
  {
    name: 'codes for a new password to one number within 30 s',
    judged: 'ok',
    max: 1,
    async prepare({ shop, member }) {
      const body = { mobile: (await member()).person.phone };
      return async () => shop.client().application.sendForgotOTPOnMobile({ body });
    },
  },
  {
    name: 'wrong answers to a code for a new password of nobody',
    judged: 'otp_invalid',
    max: 5,
    async prepare({ shop, person }) {
      const { phone: mobile, e164 } = person();
      const { application } = shop.client();
      const { request_id = '' } = expectOk(
        await application.sendForgotOTPOnMobile({ body: { mobile } }),
      ).body;
      // The code that was dropped: right for nobody, and charged as a wrong one.
      const body = { request_id, otp: await shop.otp(e164) };
      return async () => application.verifyMobileForgotOTP({ body });
    },
  },
  {
    name: 'questions who is registered from one address',
    options: { limits: { existsPerIpHour: 7 } },
    judged: 'ok',
    max: 7,
    prepare:
      async ({ shop }) =>
      async (index) =>
        shop
          .client(STRANGER)
          .application.userExists({ query: { q: `somebody${index}@example.com` } }),
  },
  {
    name: 'questions who is registered from all addresses',
    options: { limits: { existsPerApplicationHour: 9 } },
    judged: 'ok',
    max: 9,
    prepare:
      async ({ shop }) =>
      async (index) =>
        shop
          .client({ 'cf-connecting-ip': `203.0.113.${index}` })
          .application.userExists({ query: { q: `somebody${index}@example.com` } }),
  },
  {
    name: 'wrong passwords of a customer',
    judged: 'login_failed',
    max: 10,
    async prepare(theatre) {
      const { email } = (await theatre.passwordMember()).person;
      return wrongPassword(() => email)(theatre);
    },
  },
  {
    name: 'wrong passwords of nobody',
    judged: 'login_failed',
    max: 10,
    prepare: wrongPassword(() => 'nobody@example.com'),
  },
  {
    name: 'wrong passwords of many from one address',
    options: { limits: { loginFailuresPerIpQuarter: 8 } },
    judged: 'login_failed',
    max: 8,
    prepare: wrongPassword((index) => `nobody${index}@example.com`, STRANGER),
  },
  {
    name: 'wrong old passwords of somebody signed in',
    judged: 'password_wrong',
    max: 10,
    async prepare({ shop, passwordMember }) {
      const { person } = await passwordMember();
      const { application } = shop.client();
      const body = { username: person.email, password: PASSWORD };
      const cookie = cookieOf(expectOk(await application.loginWithEmailAndPassword({ body })));
      const passwords = { old_password: 'not the passphrase', new_password: 'another passphrase' };
      return async () => shop.client({ cookie }).application.updatePassword({ body: passwords });
    },
  },
];

describe('a burst of', () => {
  test.each(BURSTS)('$name: $max are judged', async (burst) => {
    const { judged, calls } = await judgedOf(burst);
    expect(judged).toBe(burst.max);
    tally('race', calls);
  });

  test('resets of a password: one mail, and all hear the same', async () => {
    const { judged, calls } = await judgedOf({
      name: 'resets',
      judged: 'ok',
      max: 50,
      async prepare({ shop, mailedMember }) {
        const { email } = (await mailedMember()).person;
        return async () => shop.client().application.sendResetPasswordEmail({ body: { email } });
      },
    });
    expect(judged).toBe(calls);
    const links = await env.DB.prepare(
      "SELECT COUNT(*) AS n FROM links WHERE link_kind = 'reset'",
    ).first('n');
    expect(links).toBe(1);
    tally('race', calls);
  });
});
