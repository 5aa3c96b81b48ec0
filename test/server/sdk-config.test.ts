/** What a shop demands of its customers: one shop for each demand, on one server, through the published SDK. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequiredField } from '../../src/ports/index.ts';
import { e164, fillIn, FORM_PASSWORD, mailed, proveMobile } from '../support/sdk-customer.ts';
import { startShops, STOREFRONT, type StartedShops } from '../support/shops-on-disk.ts';

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
};

let shops: StartedShops<keyof typeof CONFIGS>;
beforeAll(async () => {
  shops = await startShops(CONFIGS);
});
afterAll(async () => {
  await shops.stop();
});

describe('both identifiers demanded', () => {
  test.each([
    ['phone first', '9820098501', 'both-one@example.com'],
    ['email first', '9820098502', 'both-two@example.com'],
  ])('two codes, %s: a session comes with the last', async (order, mobile, email) => {
    const one = shops.customer('both');
    const { form, byPhone, byEmail } = await fillIn(shops.server, one, { mobile, email });
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
    const body = { username: email, password: FORM_PASSWORD };
    expect(
      (await shops.customer('both').send('loginWithEmailAndPassword', body)).user,
    ).toStrictEqual(done.user);
    // What the shop demands stays.
    await expect(one.call('deleteEmail', { email })).rejects.toMatchObject({
      details: { code: 'identifier_last' },
    });
  });

  test('email first, then the profile form, as a theme does when it hears user_exists false', async () => {
    const [mobile, email] = ['9820098503', 'both-three@example.com'];
    const one = shops.customer('both');
    const { byEmail } = await fillIn(shops.server, one, { mobile, email });
    const halfway = await byEmail();
    // The form's number is still known; the shopper types only what the page asks.
    const { answer: next, otp } = await mailed(shops.server, e164(mobile), async () =>
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
    await expect(fillIn(shops.server, shops.customer('both'), { mobile })).rejects.toMatchObject({
      code: 400,
      details: { code: 'required_field_missing', errors: [{ path: 'body.email' }] },
    });
    expect(await shops.server.inbox(e164(mobile))).toStrictEqual([]);
  });

  test('a new shopper by OTP learns from the first code that an email is wanted', async () => {
    const [mobile, email] = ['9820098505', 'both-five@example.com'];
    const one = shops.customer('both');
    const proven = await proveMobile(shops.server, one, mobile);
    expect(proven).toMatchObject({ user_exists: false, verify_email_otp: true });
    const { register_token } = proven;
    const refused = await one.refusal('updateProfile', { register_token, first_name: 'Asha' });
    expect(refused).toMatchObject({ details: { code: 'required_field_missing' } });
    const { answer, otp } = await mailed(shops.server, email, async () =>
      one.send('updateProfile', { register_token, first_name: 'Asha', email }),
    );
    expect(answer).toMatchObject({ verify_email_otp: true, email, user_exists: false });
    const body = { email, otp, register_token: answer.register_token, action: 'register' };
    const done = await one.send('verifyEmailOTP', body);
    expect(done).toMatchObject({ user_exists: true, user: { phone_numbers: [{ phone: mobile }] } });
    expect(await proveMobile(shops.server, shops.customer('both'), mobile)).toStrictEqual(done);
  });
});

describe('demanded for registration only', () => {
  test('both codes to register; afterwards the email may go', async () => {
    const [mobile, email] = ['9820098511', 'register-only@example.com'];
    const one = shops.customer('onlyToRegister');
    const { byPhone, byEmail } = await fillIn(shops.server, one, { mobile, email });
    await byPhone();
    expect(await byEmail()).toMatchObject({ user_exists: true });
    expect((await one.call('deleteEmail', { email })).user?.emails).toStrictEqual([]);
    const again = await proveMobile(shops.server, shops.customer('onlyToRegister'), mobile);
    expect(again).toMatchObject({ user_exists: true, user: { emails: [] } });
  });
});

describe('soft fields', () => {
  test('may be left out', async () => {
    const one = shops.customer('softEmail');
    const { form, byPhone } = await fillIn(shops.server, one, { mobile: '9820098521' });
    expect(form.verify_email_otp).toBeUndefined();
    expect(await byPhone()).toMatchObject({ user_exists: true, user: { emails: [] } });
    const config = await one.call('getPlatformConfig');
    expect(config.required_fields?.email).toStrictEqual(SOFT);
  });

  test('get a link when they are given, to the shop’s own storefront', async () => {
    const email = 'soft@example.com';
    const one = shops.customer('softEmail');
    const { byPhone } = await fillIn(shops.server, one, { mobile: '9820098522', email });
    const { answer, message, code } = await mailed(shops.server, email, byPhone);
    expect(answer).toMatchObject({ user_exists: true, verify_email_link: true, email });
    expect(message.link).toBe(`${STOREFRONT}/auth/verify-email?code=${code}`);
    await shops.customer('softEmail').send('verifyEmail', { code });
    expect((await one.user())?.emails).toMatchObject([{ email, verified: true, primary: true }]);
  });

  test('with nothing hard, either identifier alone registers; none at all is refused', async () => {
    const email = 'alone@example.com';
    const byMail = shops.customer('allSoft');
    expect(await (await fillIn(shops.server, byMail, { email })).byEmail()).toMatchObject({
      user_exists: true,
      user: { emails: [{ email, verified: true, primary: true }], phone_numbers: [] },
    });
    const byPhone = shops.customer('allSoft');
    const phoneForm = await fillIn(shops.server, byPhone, { mobile: '9820098523' });
    expect(await phoneForm.byPhone()).toMatchObject({ user_exists: true, user: { emails: [] } });
    await expect(fillIn(shops.server, shops.customer('allSoft'), {})).rejects.toMatchObject({
      code: 400,
      details: { code: 'required_field_missing' },
    });
  });

  test('a shopper without a number deletes the account by a code to the email, without request_id', async () => {
    const email = 'no-number@example.com';
    const one = shops.customer('allSoft');
    await (await fillIn(shops.server, one, { email })).byEmail();
    const { otp } = await mailed(shops.server, email, async () =>
      one.patiently('sendOTPOnEmail', { email, action: 'send' }),
    );
    expect(await one.send('deleteUser', { otp, reason: 'No more' })).toStrictEqual({
      success: true,
    });
    const body = { username: email, password: FORM_PASSWORD };
    expect(
      await shops.customer('allSoft').refusal('loginWithEmailAndPassword', body),
    ).toMatchObject({
      code: 403,
      details: { meta: { is_deleted: true } },
    });
  });
});
