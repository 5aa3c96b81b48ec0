/** How sends of codes, logins and registrations are refused. */
import { expectOk } from '../answers.ts';
import type { Shop } from '../shop.ts';
import {
  asRobot,
  boundToken,
  configure,
  fill,
  finishedToken,
  formToken,
  SEND_GAP_MS,
  mark,
  member,
  MINE,
  on,
  PASSWORD,
  passwordMember,
  provenToken,
  queueDown,
  twice,
  type RefusedAnswer,
  type Scenario,
} from './scenario.ts';

const PHONE = { mobile: MINE.phone };
const { email } = MINE;
const WITHOUT_OTP = { config: { login: { password: true, otp: false } } };

const loginByOtp = async (shop: Shop, body = PHONE) =>
  shop.client().application.loginWithOTP({ body });
const sendToMobile = async (shop: Shop, body: { mobile: string; token?: string } = PHONE) =>
  shop.client().application.sendOTPOnMobile({ body });
const sendToEmail = async (shop: Shop, more: { token?: string; register_token?: string } = {}) =>
  shop.client().application.sendOTPOnEmail({ body: { email, ...more } });
const login = async (shop: Shop, password = PASSWORD) =>
  shop.client().application.loginWithEmailAndPassword({ body: { username: email, password } });

const inactive = (call: (shop: Shop) => Promise<RefusedAnswer>): Scenario =>
  on(async (shop) => {
    await configure(shop, { active: false });
    return call(shop);
  });

/** A resend of a code whose tries are used up. */
const exhausted = (
  send: (shop: Shop) => Promise<{ body: { resend_token?: string; resend_email_token?: string } }>,
  wrong: (shop: Shop, requestId: string) => Promise<unknown>,
  again: (shop: Shop, token: string) => Promise<RefusedAnswer>,
): Scenario =>
  on(
    async (shop) => {
      const { body } = await send(shop);
      await wrong(shop, 'request_id' in body ? String(body.request_id) : '');
      shop.clock.advance(SEND_GAP_MS);
      return again(shop, body.resend_token ?? body.resend_email_token ?? '');
    },
    { limits: { otpTriesPerCode: 1 } },
  );

export const loginWithOTP = {
  application_inactive: inactive(async (shop) => loginByOtp(shop)),
  validation_failed: on(async (shop) => loginByOtp(shop, { mobile: '12345' })),
  otp_login_disabled: on(async (shop) => loginByOtp(shop), WITHOUT_OTP),
  captcha_failed: asRobot(async (shop) => loginByOtp(shop)),
  too_many_requests: on(async (shop) => twice(async () => loginByOtp(shop))),
};

export const sendOTPOnMobile = {
  application_inactive: inactive(async (shop) => sendToMobile(shop)),
  otp_exhausted: exhausted(
    async (shop) => expectOk(await sendToMobile(shop)),
    async (shop, request_id) =>
      shop.client().application.verifyMobileOTP({ body: { request_id, otp: 'wrong' } }),
    async (shop, token) => sendToMobile(shop, { ...PHONE, token }),
  ),
  validation_failed: on(async (shop) => sendToMobile(shop, { mobile: '12345' })),
  otp_login_disabled: on(async (shop) => sendToMobile(shop), WITHOUT_OTP),
  captcha_failed: asRobot(async (shop) => sendToMobile(shop)),
  too_many_requests: on(async (shop) => twice(async () => sendToMobile(shop))),
  resend_token_invalid: on(async (shop) =>
    sendToMobile(shop, { ...PHONE, token: crypto.randomUUID() }),
  ),
  unavailable: queueDown(async (shop) => async () => sendToMobile(shop)),
};

export const sendOTPOnEmail = {
  application_inactive: inactive(async (shop) => sendToEmail(shop)),
  otp_exhausted: exhausted(
    async (shop) => expectOk(await sendToEmail(shop)),
    async (shop) => shop.client().application.verifyEmailOTP({ body: { email, otp: 'wrong' } }),
    async (shop, token) => sendToEmail(shop, { token }),
  ),
  validation_failed: on(async (shop) =>
    shop.client().application.sendOTPOnEmail({ body: { email: 'asha@' } }),
  ),
  otp_login_disabled: on(async (shop) => sendToEmail(shop), WITHOUT_OTP),
  captcha_failed: asRobot(async (shop) => sendToEmail(shop)),
  too_many_requests: on(async (shop) => twice(async () => sendToEmail(shop))),
  resend_token_invalid: on(async (shop) => sendToEmail(shop, { token: crypto.randomUUID() })),
  register_token_invalid: on(async (shop) =>
    sendToEmail(shop, { register_token: crypto.randomUUID() }),
  ),
  unavailable: queueDown(async (shop) => async () => sendToEmail(shop)),
};

const passwordOf = (state: 'blocked' | 'deleted'): Scenario =>
  on(async (shop) => {
    const { id } = await passwordMember(shop);
    await mark(shop, id, state);
    return login(shop);
  });

export const loginWithEmailAndPassword = {
  password_login_disabled: on(async (shop) => login(shop), {
    config: { login: { password: false, otp: true } },
  }),
  login_failed: on(async (shop) => {
    await passwordMember(shop);
    return login(shop, 'another passphrase');
  }),
  captcha_failed: asRobot(async (shop) => login(shop)),
  identifier_unverified: on(async (shop) => {
    const { browser } = await member(shop);
    const { application } = browser;
    expectOk(await application.updatePassword({ body: { new_password: PASSWORD } }));
    expectOk(await application.updateProfile({ body: { email } }));
    return login(shop);
  }),
  account_blocked: passwordOf('blocked'),
  account_deleted: passwordOf('deleted'),
  application_inactive: on(async (shop) => {
    await passwordMember(shop);
    await configure(shop, { active: false });
    return login(shop);
  }),
  too_many_requests: on(
    async (shop) => {
      await passwordMember(shop);
      await login(shop, 'another passphrase');
      return login(shop);
    },
    { limits: { loginFailuresPerAccountQuarter: 1 } },
  ),
};

/** What ends a registration is refused alike, whether the form or the profile page does it. */
const ending = (end: (shop: Shop, token: string) => Promise<RefusedAnswer>) => {
  const ofOwner = (state: 'blocked' | 'deleted'): Scenario =>
    on(async (shop) => {
      const { token, owner } = await boundToken(shop);
      await mark(shop, owner, state);
      return end(shop, token);
    });
  return {
    register_token_invalid: on(async (shop) => end(shop, crypto.randomUUID())),
    registration_finished: on(async (shop) => end(shop, await finishedToken(shop))),
    registration_closed: on(async (shop) => {
      const token = await provenToken(shop);
      await configure(shop, { register: false });
      return end(shop, token);
    }),
    application_inactive: on(async (shop) => {
      const token = await provenToken(shop);
      await configure(shop, { active: false });
      return end(shop, token);
    }),
    account_blocked: ofOwner('blocked'),
    account_deleted: ofOwner('deleted'),
  };
};

const form = async (shop: Shop, more: { register_token?: string; password?: string } = {}) =>
  shop.client().application.registerWithForm({
    body: { first_name: 'Asha', phone: PHONE, ...more },
  });

export const registerWithForm = {
  ...ending(async (shop, register_token) => form(shop, { register_token })),
  validation_failed: on(async (shop) =>
    shop.client().application.registerWithForm({ body: { phone: { mobile: '12345' } } }),
  ),
  required_field_missing: on(async (shop) =>
    shop.client().application.registerWithForm({ body: { email } }),
  ),
  password_weak: on(async (shop) => form(shop, { password: 'password1' })),
  captcha_failed: asRobot(async (shop) => form(shop)),
  too_many_requests: on(async (shop) => twice(async () => form(shop))),
  unavailable: queueDown(async (shop) => async () => form(shop)),
};

export const updateProfile = {
  ...ending(async (shop, register_token) =>
    shop.client().application.updateProfile({ body: { register_token } }),
  ),
  validation_failed: on(async (shop) =>
    shop.client().application.updateProfile({ body: { dob: '2999-01-01' } }),
  ),
  not_authenticated: on(async (shop) =>
    shop.client().application.updateProfile({ body: { first_name: 'Asha' } }),
  ),
  required_field_missing: on(
    async (shop) => {
      const register_token = await provenToken(shop);
      return shop.client().application.updateProfile({ body: { register_token } });
    },
    {
      config: {
        register_required_fields: {
          email: { is_required: true, level: 'hard' },
          mobile: { is_required: true, level: 'hard' },
        },
      },
    },
  ),
  captcha_failed: asRobot(async (shop) => {
    const register_token = await formToken(shop);
    const body = { register_token, mobile: { phone: MINE.phone } };
    return shop.client().application.updateProfile({ body });
  }),
  identifier_limit: on(async (shop) => {
    const { browser, id } = await member(shop);
    await fill(shop, id, 'email');
    return browser.application.updateProfile({ body: { email } });
  }),
  too_many_requests: on(async (shop) => {
    const { browser } = await member(shop);
    return twice(async () => browser.application.updateProfile({ body: { email } }));
  }),
};

export const getPlatformConfig = {
  not_found: on(async (shop) =>
    shop.client().application.getPlatformConfig({ query: { name: 'Elsewhere' } }),
  ),
};
