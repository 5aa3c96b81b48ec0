/** What a shop's configuration changes for storefronts: one shop for each, on one server, through the published SDK. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequiredField } from '../../src/ports.ts';
import { Customer, mailed } from '../support/sdk-customer.ts';
import { shopsOnDisk, STOREFRONT } from '../support/shops-on-disk.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const PASSWORD = 'a long passphrase';
const HARD: RequiredField = { is_required: true, level: 'hard' };
const SOFT: RequiredField = { is_required: true, level: 'soft' };
const OFF: RequiredField = { is_required: false, level: 'hard' };
const demands = (email: RequiredField, mobile: RequiredField) => ({
  required_fields: { email, mobile },
  register_required_fields: { email, mobile },
});
const CONFIGS = {
  both: demands(HARD, HARD),
  softEmail: demands(SOFT, HARD),
  allSoft: demands(SOFT, SOFT),
  /** Registering takes both, signing in the number alone. */
  onlyToRegister: { ...demands(HARD, HARD), required_fields: { email: OFF, mobile: HARD } },
  closed: { register: false },
  withoutPassword: { login: { password: false, otp: true } },
  withoutOtp: { login: { password: true, otp: false } },
  withoutReset: { forgot_password: false },
} as const;
type Name = keyof typeof CONFIGS;

let server: StartedServer;
let shops: Awaited<ReturnType<typeof shopsOnDisk<Name>>>['shops'];
let state: string;
beforeAll(async () => {
  ({ shops, state } = await shopsOnDisk<Name>(CONFIGS));
  server = await startServer({
    state,
    limits: { sendGapSeconds: 1, sendsPerHour: 100, sendsPerDay: 100, sendsPerIdentifierDay: 100 },
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(state, { recursive: true });
});

const customer = (name: Name): Customer => new Customer(server.url, shops[name]);
const e164 = (mobile: string): string => `+91${mobile}`;

interface Form {
  mobile?: string;
  email?: string;
}
/** Sends the form, and gives back the codes that it brought. */
async function fillIn(one: Customer, { mobile, email }: Form, more: object = {}) {
  const known = await Promise.all([mobile && e164(mobile), email].map(async (to) => (to ? (await server.inbox(to)).length : 0)));
  const form = await one.patiently('registerWithForm', {
    first_name: 'Asha',
    last_name: 'Rao',
    password: PASSWORD,
    ...(email !== undefined && { email }),
    ...(mobile !== undefined && { phone: { country_code: '91', mobile } }),
    register_token: '',
    ...more,
  });
  const [phoneCodes = 0, emailCodes = 0] = known;
  const byPhone = async () =>
    one.send('verifyMobileOTP', {
      request_id: form.request_id,
      register_token: form.register_token,
      otp: await server.otpFor(e164(mobile ?? ''), { after: phoneCodes }),
    });
  const byEmail = async () =>
    one.send('verifyEmailOTP', {
      email: form.email,
      register_token: form.register_token,
      action: 'register',
      otp: await server.otpFor(email ?? '', { after: emailCodes }),
    });
  return { form, byPhone, byEmail };
}

async function proveMobile(one: Customer, mobile: string) {
  const { answer, otp } = await mailed(server, e164(mobile), async () =>
    one.patiently('loginWithOTP', { mobile, country_code: '91' }),
  );
  return one.send('verifyMobileOTP', { request_id: answer.request_id, otp });
}

describe('both identifiers demanded', () => {
  test.each([
    ['phone first', '9820098501', 'both-one@example.com'],
    ['email first', '9820098502', 'both-two@example.com'],
  ])('two codes, %s: a session comes with the last', async (order, mobile, email) => {
    const one = customer('both');
    const { form, byPhone, byEmail } = await fillIn(one, { mobile, email });
    expect(form).toMatchObject({
      success: true,
      user_exists: false,
      verify_mobile_otp: true,
      mobile,
      verify_email_otp: true,
      email,
    });
    const phoneFirst = order === 'phone first';
    const halfway = await (phoneFirst ? byPhone() : byEmail());
    const { register_token } = form;
    expect(halfway).toStrictEqual({
      user_exists: false,
      register_token,
      [phoneFirst ? 'verify_email_otp' : 'verify_mobile_otp']: true,
    });
    expect(one.cookie).toBeUndefined();
    const done = await (phoneFirst ? byEmail() : byPhone());
    expect(done).toStrictEqual({ user_exists: true, user: await one.user() });
    expect(done.user).toMatchObject({
      first_name: 'Asha',
      emails: [{ email, verified: true, primary: true }],
      phone_numbers: [{ phone: mobile, verified: true, primary: true }],
    });
    const body = { username: email, password: PASSWORD };
    expect((await customer('both').send('loginWithEmailAndPassword', body)).user).toStrictEqual(
      done.user,
    );
    // What the shop demands stays.
    await expect(one.call('deleteEmail', { email })).rejects.toMatchObject({
      details: { code: 'identifier_last' },
    });
  });

  test('email first, then the profile form, as a theme does when it hears user_exists false', async () => {
    const [mobile, email] = ['9820098503', 'both-three@example.com'];
    const one = customer('both');
    const { byEmail } = await fillIn(one, { mobile, email });
    const halfway = await byEmail();
    // The form's number is still known; the shopper types only what the page asks.
    const { answer: next, otp } = await mailed(server, e164(mobile), async () =>
      one.patiently('updateProfile', {
        register_token: halfway.register_token,
        last_name: 'Rao-Sharma',
        country_code: '91',
      }),
    );
    expect(next).toMatchObject({ user_exists: false, verify_mobile_otp: true, mobile });
    expect(next.verify_email_otp).toBeUndefined();
    const { request_id, register_token } = next;
    const done = await one.send('verifyMobileOTP', { otp, request_id, register_token });
    expect(done).toMatchObject({
      user_exists: true,
      user: {
        first_name: 'Asha',
        last_name: 'Rao-Sharma',
        emails: [{ email, verified: true }],
        phone_numbers: [{ phone: mobile, verified: true }],
      },
    });
    expect(await one.call('hasPassword')).toStrictEqual({ result: true });
  });

  test('the form names what is missing, and sends nothing', async () => {
    const mobile = '9820098504';
    await expect(fillIn(customer('both'), { mobile })).rejects.toMatchObject({
      code: 400,
      details: { code: 'required_field_missing', errors: [{ path: 'body.email' }] },
    });
    expect(await server.inbox(e164(mobile))).toStrictEqual([]);
  });

  test('a new shopper by OTP learns from the first code that an email is wanted', async () => {
    const [mobile, email] = ['9820098505', 'both-five@example.com'];
    const one = customer('both');
    const proven = await proveMobile(one, mobile);
    expect(proven).toMatchObject({ user_exists: false, verify_email_otp: true });
    const { register_token } = proven;
    const refused = await one.refusal('updateProfile', { register_token, first_name: 'Asha' });
    expect(refused).toMatchObject({ details: { code: 'required_field_missing' } });
    const { answer, otp } = await mailed(server, email, async () =>
      one.send('updateProfile', { register_token, first_name: 'Asha', email }),
    );
    expect(answer).toMatchObject({ verify_email_otp: true, email, user_exists: false });
    const body = { email, otp, register_token: answer.register_token, action: 'register' };
    const done = await one.send('verifyEmailOTP', body);
    expect(done).toMatchObject({ user_exists: true, user: { phone_numbers: [{ phone: mobile }] } });
    expect(await proveMobile(customer('both'), mobile)).toStrictEqual(done);
  });
});

describe('demanded for registration only', () => {
  test('both codes to register; afterwards the email may go', async () => {
    const [mobile, email] = ['9820098511', 'register-only@example.com'];
    const one = customer('onlyToRegister');
    const { byPhone, byEmail } = await fillIn(one, { mobile, email });
    await byPhone();
    expect(await byEmail()).toMatchObject({ user_exists: true });
    expect((await one.call('deleteEmail', { email })).user?.emails).toStrictEqual([]);
    const again = await proveMobile(customer('onlyToRegister'), mobile);
    expect(again).toMatchObject({ user_exists: true, user: { emails: [] } });
  });
});

describe('soft fields', () => {
  test('may be left out', async () => {
    const one = customer('softEmail');
    const { form, byPhone } = await fillIn(one, { mobile: '9820098521' });
    expect(form.verify_email_otp).toBeUndefined();
    expect(await byPhone()).toMatchObject({ user_exists: true, user: { emails: [] } });
    const config = await one.call('getPlatformConfig');
    expect(config.required_fields?.email).toStrictEqual(SOFT);
  });

  test('get a link when they are given, to the shop’s own storefront', async () => {
    const email = 'soft@example.com';
    const one = customer('softEmail');
    const { byPhone } = await fillIn(one, { mobile: '9820098522', email });
    const { answer, message, code } = await mailed(server, email, byPhone);
    expect(answer).toMatchObject({ user_exists: true, verify_email_link: true, email });
    expect(message.link).toBe(`${STOREFRONT}/auth/verify-email?code=${code}`);
    await customer('softEmail').send('verifyEmail', { code });
    expect((await one.user())?.emails).toMatchObject([{ email, verified: true, primary: true }]);
  });

  test('with nothing hard, either identifier alone registers; none at all is refused', async () => {
    const email = 'alone@example.com';
    const byMail = customer('allSoft');
    expect(await (await fillIn(byMail, { email })).byEmail()).toMatchObject({
      user_exists: true,
      user: { emails: [{ email, verified: true, primary: true }], phone_numbers: [] },
    });
    const byPhone = customer('allSoft');
    const phoneForm = await fillIn(byPhone, { mobile: '9820098523' });
    expect(await phoneForm.byPhone()).toMatchObject({ user_exists: true, user: { emails: [] } });
    await expect(fillIn(customer('allSoft'), {})).rejects.toMatchObject({
      code: 400,
      details: { code: 'required_field_missing' },
    });
  });

  test('a shopper without a number deletes the account by a code to the email, without request_id', async () => {
    const email = 'no-number@example.com';
    const one = customer('allSoft');
    await (await fillIn(one, { email })).byEmail();
    const { otp } = await mailed(server, email, async () =>
      one.patiently('sendOTPOnEmail', { email, action: 'send' }),
    );
    expect(await one.send('deleteUser', { otp, reason: 'No more' })).toStrictEqual({
      success: true,
    });
    const body = { username: email, password: PASSWORD };
    expect(await customer('allSoft').refusal('loginWithEmailAndPassword', body)).toMatchObject({
      code: 403,
      details: { meta: { is_deleted: true } },
    });
  });
});

describe('what is switched off', () => {
  test('registration: told at the form, and after the proof of a number that nobody has', async () => {
    const mobile = '9820098531';
    const closed = { code: 403, details: { code: 'registration_closed' } };
    await expect(fillIn(customer('closed'), { mobile })).rejects.toMatchObject(closed);
    expect(await server.inbox(e164(mobile))).toStrictEqual([]);
    await expect(proveMobile(customer('closed'), mobile)).rejects.toMatchObject(closed);
  });

  test('password login: this method only', async () => {
    const [mobile, email] = ['9820098532', 'no-password@example.com'];
    const one = customer('withoutPassword');
    const { byPhone } = await fillIn(one, { mobile, email });
    await byPhone();
    const body = { username: mobile, password: PASSWORD };
    expect(await one.refusal('loginWithEmailAndPassword', body)).toMatchObject({
      code: 403,
      message: 'Login by password is switched off.',
      details: { code: 'password_login_disabled' },
    });
    expect(await proveMobile(customer('withoutPassword'), mobile)).toMatchObject({
      user_exists: true,
    });
  });

  test('OTP login: this method only; forms, profiles and passwords go on', async () => {
    const [mobile, email] = ['9820098533', 'no-otp@example.com'];
    const one = customer('withoutOtp');
    const off = { code: 403, details: { code: 'otp_login_disabled' } };
    expect(await one.refusal('loginWithOTP', { mobile })).toMatchObject(off);
    expect(await one.refusal('sendOTPOnMobile', { mobile })).toMatchObject(off);
    expect(await one.refusal('sendOTPOnEmail', { email })).toMatchObject(off);
    const { byPhone } = await fillIn(one, { mobile });
    expect(await byPhone()).toMatchObject({ user_exists: true });
    const { otp } = await mailed(server, email, async () => one.send('sendOTPOnEmail', { email }));
    expect(await one.send('verifyEmailOTP', { email, otp })).toMatchObject({ user_exists: true });
    const body = { username: email, password: PASSWORD };
    expect((await customer('withoutOtp').send('loginWithEmailAndPassword', body)).user).toMatchObject(
      { emails: [{ email, verified: true }] },
    );
  });

  test('password reset: all three of its operations', async () => {
    const one = customer('withoutReset');
    for (const [operation, body] of [
      ['sendResetPasswordEmail', { email: 'any@example.com' }],
      ['sendResetToken', { code: '0'.repeat(32) }],
      ['forgotPassword', { code: '0'.repeat(32), password: PASSWORD }],
    ] as const) {
      expect(await one.refusal(operation, body), operation).toMatchObject({
        code: 403,
        details: { code: 'forgot_password_disabled' },
      });
    }
  });
});

describe('two shops on one server', () => {
  test('share neither shoppers nor codes nor sessions', async () => {
    const mobile = '9820098541';
    const one = customer('softEmail');
    await (await fillIn(one, { mobile })).byPhone();
    const elsewhere = customer('allSoft');
    const { answer, otp } = await mailed(server, e164(mobile), async () =>
      elsewhere.send('loginWithOTP', { mobile }),
    );
    const body = { request_id: answer.request_id, otp };
    expect(await customer('softEmail').refusal('verifyMobileOTP', body)).toMatchObject({
      code: 400,
      details: { code: 'otp_invalid' },
    });
    expect(await elsewhere.send('verifyMobileOTP', body)).toMatchObject({ user_exists: false });
    elsewhere.present(one.cookie ?? '');
    expect(await elsewhere.user()).toBeUndefined();
    expect(await one.user()).toBeDefined();
  });
});
