/** Registration by form and passwords through the published SDK, called in the order in which storefront themes call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Customer, e164, mailed, RELAXED } from '../support/sdk-customer.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const PASSWORD = 'eine lange Paßphrase';
const OTHER_PASSWORD = 'quite another phrase';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({
    limits: RELAXED,
  });
});
afterAll(async () => {
  await server.stop();
});

const customer = (): Customer => new Customer(server.url);

/** What a theme's form sends: blank and unknown fields are among it. */
const formOf = (mobile: string, more: object = {}): object => ({
  first_name: 'Asha',
  last_name: 'Rao',
  gender: 'female',
  password: PASSWORD,
  consent: true,
  register_token: '',
  phone: { country_code: '91', mobile },
  ...more,
});

/** Sends the form and hands the code in, as a theme's verify page does. */
async function register(mobile: string, more: object = {}) {
  const one = customer();
  const { answer: form, otp } = await mailed(server, e164(mobile), async () =>
    one.patiently('registerWithForm', formOf(mobile, more)),
  );
  const { request_id, register_token } = form;
  const done = await one.send('verifyMobileOTP', { otp, register_token, request_id });
  return { one, form, done };
}

/** The same with an email, which is verified by the link of its mail. */
async function registerWithEmail(mobile: string, email: string): Promise<Customer> {
  const { answer, code } = await mailed(server, email, async () => register(mobile, { email }));
  await customer().send('verifyEmail', { code });
  return answer.one;
}

const login = async (username: string, password: string, one = customer()) => {
  const { user } = await one.send('loginWithEmailAndPassword', { username, password });
  return { one, user };
};
const wrongLogin = async (username: string, password: string) =>
  customer().refusal('loginWithEmailAndPassword', { username, password });

describe('registration by form', () => {
  test('with a phone alone: one code, and the shopper is signed in', async () => {
    const mobile = '9820098301';
    const { one, form, done } = await register(mobile);
    expect(form).toStrictEqual({
      success: true,
      message: 'OTP sent',
      register_token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      resend_token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      resend_timer: 1,
      mobile,
      country_code: '91',
      verify_mobile_otp: true,
      user_exists: false,
      userExists: false,
    });
    expect(done).toMatchObject({
      user_exists: true,
      user: {
        first_name: 'Asha',
        last_name: 'Rao',
        gender: 'female',
        emails: [],
        phone_numbers: [{ phone: mobile, country_code: 91, verified: true, primary: true }],
      },
    });
    expect(await one.user()).toStrictEqual(done.user);
    expect(await one.call('hasPassword')).toStrictEqual({ result: true });
    expect((await login(mobile, PASSWORD)).user).toStrictEqual(done.user);
  });

  test('sends the same code again for the resend_token of the form', async () => {
    const mobile = '9820098302';
    const one = customer();
    const first = await mailed(server, e164(mobile), async () =>
      one.send('registerWithForm', formOf(mobile)),
    );
    const { register_token, request_id, resend_token } = first.answer;
    const again = await mailed(server, e164(mobile), async () =>
      one.patiently('sendOTPOnMobile', {
        mobile,
        country_code: '91',
        token: resend_token,
        action: 'resend',
      }),
    );
    expect(again.otp).toBe(first.otp);
    expect(again.answer).toMatchObject({ success: true, request_id, resend_token });
    const done = await one.send('verifyMobileOTP', {
      request_id,
      register_token,
      otp: again.otp,
    });
    expect(done.user_exists).toBe(true);
  });

  test('needs the register_token beside the code: the code alone proves nothing', async () => {
    const mobile = '9820098303';
    const one = customer();
    const { answer, otp } = await mailed(server, e164(mobile), async () =>
      one.send('registerWithForm', formOf(mobile)),
    );
    const { request_id, register_token } = answer;
    const bare = await one.refusal('verifyMobileOTP', { request_id, otp, register_token: '' });
    expect(bare).toMatchObject({ code: 400, details: { code: 'otp_invalid' } });
    const done = await one.send('verifyMobileOTP', { request_id, otp, register_token });
    expect(done.user_exists).toBe(true);
  });

  test('an email that nobody demands is added unverified, and its link is on its way', async () => {
    const [mobile, email] = ['9820098304', 'unasked@example.com'];
    const { answer, message, code } = await mailed(server, email, async () =>
      register(mobile, { email: ' Unasked@Example.com' }),
    );
    expect(answer.form.verify_email_otp).toBeUndefined();
    // Themes go to their page "we have sent you a link" by these two.
    expect(answer.done).toMatchObject({
      user_exists: true,
      verify_email_link: true,
      email,
      user: { emails: [{ email, verified: false, primary: false, active: true }] },
    });
    expect(message.link).toBe(`${server.url}/auth/verify-email?code=${code}`);
    expect(await wrongLogin(email, OTHER_PASSWORD)).toMatchObject({ code: 401 });
    // The right password is told what is still missing (D-92).
    expect(await wrongLogin(email, PASSWORD)).toMatchObject({
      code: 400,
      details: { code: 'identifier_unverified' },
    });
    expect(await customer().send('verifyEmail', { code })).toStrictEqual({ message: 'verified' });
    expect(await customer().refusal('verifyEmail', { code })).toMatchObject({
      code: 400,
      details: { code: 'link_invalid' },
    });
    expect((await answer.one.user())?.emails).toStrictEqual([
      { email, verified: true, primary: true, active: true },
    ]);
  });

  test('of a phone that has an account signs its owner in, and nothing of the form overwrites it', async () => {
    const [mobile, email] = ['9820098305', 'second-form@example.com'];
    const first = await register(mobile);
    const second = await register(mobile, {
      first_name: 'Mallory',
      email,
      password: OTHER_PASSWORD,
    });
    expect(Object.keys(second.form)).toStrictEqual(Object.keys(first.form));
    expect(second.done).toStrictEqual({ user: first.done.user, user_exists: true });
    expect(await second.one.user()).toStrictEqual(first.done.user);
    expect(await wrongLogin(mobile, OTHER_PASSWORD)).toMatchObject({ code: 401 });
    expect((await login(mobile, PASSWORD)).user).toStrictEqual(first.done.user);
    expect(await server.inbox(email)).toStrictEqual([]);
  });

  test('names the field that is missing or bad', async () => {
    const one = customer();
    const refused = async (body: object) => one.refusal('registerWithForm', body);
    const mobile = '9820098306';
    expect(await refused({ first_name: 'Asha', email: 'no-phone@example.com' })).toMatchObject({
      code: 400,
      details: { code: 'required_field_missing' },
    });
    expect(await refused(formOf('12345'))).toMatchObject({
      code: 400,
      message: 'body.phone.mobile is not a mobile number.',
      details: { code: 'validation_failed', errors: [{ path: 'body.phone.mobile' }] },
    });
    expect(await refused(formOf(mobile, { password: 'password' }))).toMatchObject({
      code: 400,
      details: { code: 'password_weak', errors: [{ path: 'body.password' }] },
    });
    expect(await server.inbox(e164(mobile))).toStrictEqual([]);
  });
});

describe('passwords', () => {
  const [mobile, email] = ['9820098310', 'three.ways@example.com'];
  let first: Customer;
  beforeAll(async () => {
    first = await registerWithEmail(mobile, email);
  });

  test('sign in by email, phone and username', async () => {
    const user = await first.user();
    expect(user?.username).toMatch(/^9820098310_\d{5}$/);
    for (const name of [email, mobile, e164(mobile), user?.username ?? '']) {
      const { one, user: answered } = await login(name, PASSWORD);
      expect(answered, name).toStrictEqual(user);
      expect(await one.user(), name).toStrictEqual(user);
    }
  });

  test('wrong ones, unknown shoppers and none at all get one answer', async () => {
    for (const name of [email, 'nobody@example.com', '9820098319', 'nobody_12345']) {
      expect(await wrongLogin(name, OTHER_PASSWORD), name).toMatchObject({
        code: 401,
        message: 'The username or the password is wrong.',
        details: { code: 'login_failed', status: 401 },
      });
    }
  });

  test('a login ends the session that is presented with it', async () => {
    const { one } = await login(email, PASSWORD);
    const left = customer();
    left.present(one.cookie ?? '');
    expect(await left.user()).toBeDefined();
    await login(email, PASSWORD, one);
    expect(await one.user()).toBeDefined();
    expect(await left.user()).toBeUndefined();
  });

  test('are changed with the old one: other sessions end, this one goes on under a new cookie', async () => {
    const { one: here } = await login(email, PASSWORD);
    const { one: elsewhere } = await login(email, PASSWORD);
    const before = here.cookie;
    const change = { old_password: PASSWORD, new_password: OTHER_PASSWORD };
    for (const [body, code] of [
      [{ ...change, old_password: OTHER_PASSWORD }, 'password_wrong'],
      [{ new_password: OTHER_PASSWORD }, 'required_field_missing'],
      [{ ...change, new_password: 'password1' }, 'password_weak'],
    ] as const) {
      const refused = await here.refusal('updatePassword', body);
      expect(refused, code).toMatchObject({ code: 400, details: { code } });
    }
    expect(await elsewhere.user()).toBeDefined();

    const { answer, message } = await mailed(server, email, async () =>
      here.send('updatePassword', change),
    );
    expect(answer).toStrictEqual({ message: 'success' });
    expect(message.template).toBe('notice_password_set');
    expect(here.cookie).not.toBe(before);
    expect(await here.user()).toMatchObject({ emails: [{ email }] });
    expect(await elsewhere.user()).toBeUndefined();
    const left = customer();
    left.present(before ?? '');
    expect(await left.user()).toBeUndefined();
    expect((await here.call('getListOfActiveSessions')).sessions).toHaveLength(1);
    expect(await wrongLogin(email, PASSWORD)).toMatchObject({ code: 401 });
    await here.send('updatePassword', { old_password: OTHER_PASSWORD, new_password: PASSWORD });
    expect((await login(email, PASSWORD)).user?.emails).toMatchObject([{ email }]);
  });

  test('are reset by the mailed link: sessions die, the old one is refused, the holder is signed in', async () => {
    const { one: thief } = await login(email, PASSWORD);
    const one = customer();
    const { answer, message, code } = await mailed(server, email, async () =>
      one.send('sendResetPasswordEmail', { email, captcha_code: '' }),
    );
    expect(answer).toStrictEqual({ status: 'sent' });
    expect(message).toMatchObject({
      template: 'reset_link',
      link: `${server.url}/auth/set-password?code=${code}`,
    });
    for (const _ of ['once', 'and again'])
      expect(await one.send('sendResetToken', { code })).toStrictEqual({ status: 'success' });
    expect(await thief.user()).toBeDefined();

    const done = await one.send('forgotPassword', { code, password: OTHER_PASSWORD });
    expect(await one.user()).toStrictEqual(done.user);
    expect(done.user?.emails).toMatchObject([{ email, verified: true }]);
    expect(await thief.user()).toBeUndefined();
    expect(await wrongLogin(email, PASSWORD)).toMatchObject({ code: 401 });
    expect((await login(email, OTHER_PASSWORD)).user?._id).toBe(done.user?._id);
    // Themes ask again while they leave the page; the answer opens nothing.
    expect(await one.send('sendResetToken', { code })).toStrictEqual({ status: 'success' });
    expect(await one.refusal('forgotPassword', { code, password: PASSWORD })).toMatchObject({
      code: 400,
      details: { code: 'link_invalid' },
    });
  });

  test('are reset by a code, as the theme’s forgot-password page calls: sent, sent again, verified, set', async () => {
    const { one: thief } = await login(email, OTHER_PASSWORD);
    const one = customer();
    const phone = { mobile, country_code: '91' };
    const { answer: sent, otp } = await mailed(server, e164(mobile), async () =>
      one.send('sendForgotOTPOnMobile', { ...phone, android_hash: '0.25', action: 'send' }),
    );
    const again = await mailed(server, e164(mobile), async () =>
      one.patiently('sendForgotOTPOnMobile', {
        ...phone,
        action: 'resend',
        token: sent.resend_token,
      }),
    );
    expect([again.answer, again.otp]).toStrictEqual([sent, otp]);
    const { request_id } = sent;
    const { forgot_token } = await one.send('verifyMobileForgotOTP', { request_id, otp });
    const body = { code: forgot_token, password: PASSWORD };
    expect(await one.send('resetForgotPassword', body)).toStrictEqual({ success: true });
    // The page sends the shopper to the login page: nobody is signed in.
    expect(await one.user()).toBeUndefined();
    expect(await thief.user()).toBeUndefined();
    expect(await one.refusal('resetForgotPassword', body)).toMatchObject({
      code: 400,
      details: { code: 'forgot_token_invalid' },
    });
    expect((await login(email, PASSWORD)).user?.emails).toMatchObject([{ email }]);
  });

  test('a reset of an address that nobody has verified answers the same, and mails nothing', async () => {
    const nobody = 'nobody-at-all@example.com';
    const sent = await customer().send('sendResetPasswordEmail', { email: nobody });
    expect(sent).toStrictEqual({ status: 'sent' });
    // What comes later in the same queue is here, so the first is not merely late.
    const later = 'later@example.com';
    await mailed(server, later, async () => customer().send('sendOTPOnEmail', { email: later }));
    expect(await server.inbox(nobody)).toStrictEqual([]);
  });
});
