/** What a shop has switched off, and what shops do not share: several shops on one server, through the published SDK. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { e164, fillIn, FORM_PASSWORD, mailed, proveMobile } from '../support/sdk-customer.ts';
import { startShops, type StartedShops } from '../support/shops-on-disk.ts';

const CONFIGS = {
  one: {},
  other: {},
  closed: { register: false },
  withoutPassword: { login: { password: false, otp: true } },
  withoutOtp: { login: { password: true, otp: false } },
  withoutReset: { forgot_password: false },
};

let shops: StartedShops<keyof typeof CONFIGS>;
beforeAll(async () => {
  shops = await startShops(CONFIGS);
});
afterAll(async () => {
  await shops.stop();
});

describe('what is switched off', () => {
  test('registration: told at the form, and after the proof of a number that nobody has', async () => {
    const mobile = '9820098531';
    const closed = { code: 403, details: { code: 'registration_closed' } };
    await expect(fillIn(shops.server, shops.customer('closed'), { mobile })).rejects.toMatchObject(
      closed,
    );
    expect(await shops.server.inbox(e164(mobile))).toStrictEqual([]);
    await expect(proveMobile(shops.server, shops.customer('closed'), mobile)).rejects.toMatchObject(
      closed,
    );
  });

  test('password login: this method only', async () => {
    const [mobile, email] = ['9820098532', 'no-password@example.com'];
    const one = shops.customer('withoutPassword');
    const { byPhone } = await fillIn(shops.server, one, { mobile, email });
    await byPhone();
    const body = { username: mobile, password: FORM_PASSWORD };
    expect(await one.refusal('loginWithEmailAndPassword', body)).toMatchObject({
      code: 403,
      message: 'Login by password is switched off.',
      details: { code: 'password_login_disabled' },
    });
    expect(
      await proveMobile(shops.server, shops.customer('withoutPassword'), mobile),
    ).toMatchObject({
      user_exists: true,
    });
  });

  test('OTP login: this method only; forms, profiles and passwords go on', async () => {
    const [mobile, email] = ['9820098533', 'no-otp@example.com'];
    const one = shops.customer('withoutOtp');
    const off = { code: 403, details: { code: 'otp_login_disabled' } };
    expect(await one.refusal('loginWithOTP', { mobile })).toMatchObject(off);
    expect(await one.refusal('sendOTPOnMobile', { mobile })).toMatchObject(off);
    expect(await one.refusal('sendOTPOnEmail', { email })).toMatchObject(off);
    const { byPhone } = await fillIn(shops.server, one, { mobile });
    expect(await byPhone()).toMatchObject({ user_exists: true });
    const { otp } = await mailed(shops.server, email, async () =>
      one.send('sendOTPOnEmail', { email }),
    );
    expect(await one.send('verifyEmailOTP', { email, otp })).toMatchObject({ user_exists: true });
    const body = { username: email, password: FORM_PASSWORD };
    expect(
      (await shops.customer('withoutOtp').send('loginWithEmailAndPassword', body)).user,
    ).toMatchObject({ emails: [{ email, verified: true }] });
  });

  test('password reset: all three of its operations', async () => {
    const one = shops.customer('withoutReset');
    for (const [operation, body] of [
      ['sendResetPasswordEmail', { email: 'any@example.com' }],
      ['sendResetToken', { code: '0'.repeat(32) }],
      ['forgotPassword', { code: '0'.repeat(32), password: FORM_PASSWORD }],
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
    const one = shops.customer('one');
    await (await fillIn(shops.server, one, { mobile })).byPhone();
    const elsewhere = shops.customer('other');
    const { answer, otp } = await mailed(shops.server, e164(mobile), async () =>
      elsewhere.send('loginWithOTP', { mobile }),
    );
    const body = { request_id: answer.request_id, otp };
    expect(await shops.customer('one').refusal('verifyMobileOTP', body)).toMatchObject({
      code: 400,
      details: { code: 'otp_invalid' },
    });
    expect(await elsewhere.send('verifyMobileOTP', body)).toMatchObject({ user_exists: false });
    elsewhere.present(one.cookie ?? '');
    expect(await elsewhere.user()).toBeUndefined();
    expect(await one.user()).toBeDefined();
  });
});
