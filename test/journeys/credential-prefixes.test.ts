/** A part of a credential is no credential: not its beginning, not its end, not one character more, and no pattern that fits it. */
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import {
  cookieOf,
  E164,
  MOBILE,
  prove,
  expectOk,
  signUp,
  type Browser,
} from '../support/answers.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK, ORIGIN, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';
const PASSWORD = 'a long passphrase';

interface Answer {
  ok: boolean;
  status: number;
  body: object;
  headers: Headers;
}

interface Credential {
  whole: string;
  /** Signs in, proves or ends something with what is given in place of the whole one. */
  use(given: string): Promise<Answer>;
}

/** Four, so that a one-time code still has its fifth try left for the right one. */
const parts = (whole: string): string[] => [
  whole.slice(0, 1),
  whole.slice(0, -1),
  whole.slice(1),
  `${whole}0`,
];
/** What a comparison by pattern would take; a code is compared with its own characters alone. */
const patterns = (whole: string): string[] => [
  '%',
  `${whole.slice(0, -1)}%`,
  '*',
  '_'.repeat(whole.length),
];

async function linkCode(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to && !sent.drop);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}

async function member(shop: Shop) {
  const browser = shop.client();
  const done = await signUp(shop, browser);
  shop.clock.advance(31_000);
  return { browser, cookie: cookieOf(done), id: done.body.user?._id ?? '' };
}

/** With a verified email and a password. */
async function mailedMember(shop: Shop) {
  const one = await member(shop);
  expectOk(await one.browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const otp = await shop.otp(EMAIL);
  expectOk(await one.browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
  expectOk(await one.browser.application.updatePassword({ body: { new_password: PASSWORD } }));
  shop.clock.advance(31_000);
  return one;
}

const answer = (browser: Browser, request_id: string, more: { register_token?: string } = {}) => {
  return async (otp: string) =>
    browser.application.verifyMobileOTP({ body: { request_id, otp, ...more } });
};

const CODES: [string, (shop: Shop) => Promise<Credential>][] = [
  [
    'a login code by SMS',
    async (shop) => {
      const browser = shop.client();
      const { request_id = '' } = expectOk(
        await browser.application.loginWithOTP({ body: MOBILE }),
      ).body;
      return { whole: await shop.otp(E164), use: answer(browser, request_id) };
    },
  ],
  [
    'a login code by email',
    async (shop) => {
      const { application } = shop.client();
      expectOk(await application.sendOTPOnEmail({ body: { email: EMAIL } }));
      return {
        whole: await shop.otp(EMAIL),
        use: async (otp) => application.verifyEmailOTP({ body: { email: EMAIL, otp } }),
      };
    },
  ],
  [
    'a code for the own profile',
    async (shop) => {
      const { browser } = await member(shop);
      const body = { mobile: '9876543210', country_code: '91' };
      const { request_id = '' } = expectOk(
        await browser.application.sendOTPOnMobile({ body }),
      ).body;
      return { whole: await shop.otp('+919876543210'), use: answer(browser, request_id) };
    },
  ],
  [
    'a code that confirms the deletion of the account',
    async (shop) => {
      const { browser } = await member(shop);
      const { request_id = '' } = expectOk(
        await browser.application.sendOTPOnMobile({ body: MOBILE }),
      ).body;
      return {
        whole: await shop.otp(E164),
        use: async (otp) => browser.application.deleteUser({ body: { request_id, otp } }),
      };
    },
  ],
  [
    'a code of a registration',
    async (shop) => {
      const browser = shop.client();
      const { request_id = '', register_token } = expectOk(
        await browser.application.registerWithForm({ body: { first_name: 'Asha', phone: MOBILE } }),
      ).body;
      return { whole: await shop.otp(E164), use: answer(browser, request_id, { register_token }) };
    },
  ],
];

const TOKENS: [string, string, (shop: Shop) => Promise<Credential>][] = [
  [
    'the request id of a code',
    'otp_invalid',
    async (shop) => {
      const { application } = shop.client();
      const { request_id = '' } = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
      const otp = await shop.otp(E164);
      return {
        whole: request_id,
        use: async (given) => application.verifyMobileOTP({ body: { request_id: given, otp } }),
      };
    },
  ],
  [
    'the resend token of an SMS',
    'resend_token_invalid',
    async (shop) => {
      const { application } = shop.client();
      const sent = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
      shop.clock.advance(31_000);
      return {
        whole: sent.resend_token ?? '',
        use: async (token) => application.sendOTPOnMobile({ body: { ...MOBILE, token } }),
      };
    },
  ],
  [
    'the resend token of an email',
    'resend_token_invalid',
    async (shop) => {
      const { application } = shop.client();
      const sent = expectOk(await application.sendOTPOnEmail({ body: { email: EMAIL } })).body;
      shop.clock.advance(31_000);
      return {
        whole: sent.resend_email_token ?? '',
        use: async (token) => application.sendOTPOnEmail({ body: { email: EMAIL, token } }),
      };
    },
  ],
  [
    'a register_token, with the profile form',
    'register_token_invalid',
    async (shop) => {
      const { application } = shop.client();
      const { register_token = '' } = (await prove(shop, shop.client())).body;
      return {
        whole: register_token,
        use: async (given) =>
          application.updateProfile({ body: { first_name: 'Asha', register_token: given } }),
      };
    },
  ],
  [
    'the code of a reset link, looked at',
    'link_invalid',
    async (shop) => {
      await mailedMember(shop);
      const { application } = shop.client();
      expectOk(await application.sendResetPasswordEmail({ body: { email: EMAIL } }));
      return {
        whole: await linkCode(shop, EMAIL),
        use: async (code) => application.sendResetToken({ body: { code } }),
      };
    },
  ],
  [
    'the code of a reset link, used',
    'link_invalid',
    async (shop) => {
      await mailedMember(shop);
      const { application } = shop.client();
      expectOk(await application.sendResetPasswordEmail({ body: { email: EMAIL } }));
      return {
        whole: await linkCode(shop, EMAIL),
        use: async (code) =>
          application.forgotPassword({ body: { code, password: 'another passphrase' } }),
      };
    },
  ],
  [
    'the code of a link that verifies an email',
    'link_invalid',
    async (shop) => {
      const { browser } = await member(shop);
      expectOk(await browser.application.addEmail({ body: { email: EMAIL } }));
      return {
        whole: await linkCode(shop, EMAIL),
        use: async (code) => shop.client().application.verifyEmail({ body: { code } }),
      };
    },
  ],
  [
    'the code of a link that verifies a number',
    'link_invalid',
    async (shop) => {
      const { browser } = await member(shop);
      const body = { phone: '9876543210', country_code: '91' };
      expectOk(await browser.application.addMobileNumber({ body }));
      return {
        whole: await linkCode(shop, '+919876543210'),
        use: async (code) => shop.client().application.verifyMobile({ body: { code } }),
      };
    },
  ],
  [
    'the cookie of a session',
    'not_authenticated',
    async (shop) => {
      const { cookie } = await member(shop);
      const [name = '', value = ''] = cookie.split('=');
      return {
        whole: decodeURIComponent(value),
        use: async (given) =>
          shop
            .client({ cookie: `${name}=${encodeURIComponent(given)}` })
            .application.getLoggedInUser(),
      };
    },
  ],
  [
    'the name of a session that an operator ends',
    'not_found',
    async (shop) => {
      const { id } = await member(shop);
      const operator = await operatorOf(shop);
      const { items = [] } = expectOk(
        await operator.getActiveSessions({ params, query: { id } }),
      ).body;
      return {
        whole: items[0]?.session_id ?? '',
        use: async (session_id) =>
          operator.deleteSession({ params, query: { id, session_id, reason: 'lost phone' } }),
      };
    },
  ],
  [
    'the id of a customer that an operator names',
    'not_found',
    async (shop) => {
      const { id } = await member(shop);
      const operator = await operatorOf(shop);
      return {
        whole: id,
        use: async (user_id) => operator.archiveUser({ params, body: { user_id } }),
      };
    },
  ],
  [
    'the token of an application',
    'unauthorized',
    async (shop) => ({
      whole: DEMO.applicationToken,
      use: async (given) =>
        shop
          .client({ authorization: `Bearer ${btoa(`${DEMO.applicationId}:${given}`)}` })
          .application.getPlatformConfig(),
    }),
  ],
  [
    'the access token of an operator',
    'unauthorized',
    async (shop) => ({
      whole: await accessToken(shop),
      use: async (given) =>
        shop.client({ authorization: `Bearer ${given}` }).platform.getPlatformConfig({ params }),
    }),
  ],
];

describe.each(BACKENDS_AND_MOCK)('a part of a credential on %s', (_, createShop) => {
  test.each(CODES)('%s: only the whole code counts', async (_name, prepare) => {
    const shop = await createShop();
    const { whole, use } = await prepare(shop);
    expect(whole).toMatch(/^\d{6}$/);
    for (const part of parts(whole)) {
      const refused = await use(part);
      expect([part, refused]).toMatchObject([part, { status: 400, body: { code: 'otp_invalid' } }]);
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    expectOk(await use(whole));
  });

  test.each(CODES)('%s: no pattern fits it', async (_name, prepare) => {
    const shop = await createShop();
    const { whole, use } = await prepare(shop);
    for (const pattern of patterns(whole)) {
      const refused = await use(pattern);
      expect([pattern, refused.ok]).toEqual([pattern, false]);
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    expectOk(await use(whole));
  });

  test.each(TOKENS)('%s: only the whole one counts', async (_name, code, prepare) => {
    const shop = await createShop();
    const { whole, use } = await prepare(shop);
    expect(whole.length).toBeGreaterThan(10);
    const sent = (await shop.messages()).length;
    for (const part of [...parts(whole), ...patterns(whole)]) {
      const refused = await use(part);
      expect([part, refused.body]).toMatchObject([part, { code }]);
      expect(refused.headers.getSetCookie().filter((line) => !/Max-Age=0/.test(line))).toEqual([]);
    }
    expect(await shop.messages()).toHaveLength(sent);
    expectOk(await use(whole));
  });

  test('an OAuth secret: only the whole one counts', async () => {
    const shop = await createShop();
    const ask = async (secret: string) =>
      shop.fetch(
        `${ORIGIN}/service/panel/authentication/v1.0/company/${DEMO.companyId}/oauth/token`,
        {
          method: 'POST',
          headers: {
            authorization: `Basic ${btoa(`${DEMO.oauthKey}:${secret}`)}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ grant_type: 'client_credentials' }),
        },
      );
    for (const part of [...parts(DEMO.oauthSecret), ...patterns(DEMO.oauthSecret)]) {
      expect([part, (await ask(part)).status]).toEqual([part, 401]);
    }
    expect((await ask(DEMO.oauthSecret)).status).toBe(200);
  });
});
