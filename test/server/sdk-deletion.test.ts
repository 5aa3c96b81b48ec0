/** Email codes, and the end of an account, through the published SDK as themes call it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Customer,
  e164,
  join,
  mailed,
  proveEmail,
  proveMobile,
  RELAXED,
} from '../support/sdk-customer.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({ limits: RELAXED });
});
afterAll(async () => {
  await server.stop();
});

const customer = (): Customer => new Customer(server.url);

describe('codes by email', () => {
  test('sign a known shopper in; the resend is the same code', async () => {
    const [mobile, email] = ['9820098421', 'known@example.com'];
    const known = await join(server, mobile, email);
    const one = customer();
    const first = await mailed(server, email, async () =>
      one.patiently('sendOTPOnEmail', { email: 'Known@Example.com', action: 'send' }),
    );
    expect(first.answer).toStrictEqual({
      success: true,
      resend_email_token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    const { resend_email_token: token } = first.answer;
    const again = await mailed(server, email, async () =>
      one.patiently('sendOTPOnEmail', { email, action: 'resend', token }),
    );
    expect([again.answer.resend_email_token, again.otp]).toStrictEqual([token, first.otp]);
    const body = { email, otp: again.otp, action: 'send' };
    const done = await one.send('verifyEmailOTP', body);
    expect(done).toStrictEqual({ user: await known.user(), user_exists: true });
    expect(await one.user()).toStrictEqual(done.user);
    expect(await customer().refusal('verifyEmailOTP', body)).toMatchObject({ code: 400 });
  });

  test('lead a new shopper through the profile form to the demanded number', async () => {
    const [mobile, email] = ['9820098422', 'fresh@example.com'];
    const one = customer();
    const proven = await proveEmail(server, one, email);
    expect(proven).toStrictEqual({
      user_exists: false,
      register_token: expect.any(String) as string,
      verify_mobile_otp: true,
    });
    const { answer: next, otp } = await mailed(server, e164(mobile), async () =>
      one.send('updateProfile', {
        register_token: proven.register_token,
        first_name: 'Asha',
        country_code: '91',
        mobile: { phone: mobile, country_code: '91' },
      }),
    );
    expect(next).toMatchObject({ user_exists: false, verify_mobile_otp: true, mobile });
    const { request_id, register_token } = next;
    const done = await one.send('verifyMobileOTP', { otp, request_id, register_token });
    expect(done).toMatchObject({
      user_exists: true,
      user: {
        first_name: 'Asha',
        emails: [{ email, verified: true, primary: true }],
        phone_numbers: [{ phone: mobile, verified: true, primary: true }],
      },
    });
    expect(await one.user()).toStrictEqual(done.user);
  });
});

describe('the end of an account', () => {
  test('is confirmed by a code; then login is refused with is_deleted, on which themes route', async () => {
    const [mobile, email] = ['9820098431', 'leaving@example.com'];
    const one = await join(server, mobile, email);
    const other = customer();
    await proveMobile(server, other, mobile);
    const user = await one.user();
    const config = await one.call('getPlatformConfig');
    const [reason] = config.delete_account_reasons ?? [];
    const { answer: sent, otp } = await mailed(server, e164(mobile), async () =>
      one.patiently('sendOTPOnMobile', { mobile, country_code: '91', action: 'send' }),
    );
    const body = {
      user_id: user?.user_id,
      reason: 'I have another account',
      reason_id: reason?.reason_id,
      request_id: sent.request_id,
      otp,
    };
    const wrong = { ...body, otp: otp === '111111' ? '222222' : '111111' };
    for (const [given, code] of [
      [wrong, 'otp_invalid'],
      [{ ...body, reason_id: 'no such reason' }, 'reason_unknown'],
      [{ ...body, user_id: 'f'.repeat(24) }, 'validation_failed'],
    ] as const) {
      expect(await one.refusal('deleteUser', given), code).toMatchObject({
        code: 400,
        details: { code },
      });
    }
    expect(await one.user()).toStrictEqual(user);

    const { answer, message } = await mailed(server, email, async () =>
      one.send('deleteUser', body),
    );
    expect(answer).toStrictEqual({ success: true });
    expect(message.template).toBe('notice_account_deleted');
    // The last whole day: the purge runs during the one after it.
    const days = (config.delete_account_day ?? 0) - 1;
    const lastDay = new Date(Date.now() + days * 86_400_000);
    const spelled = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
    expect(message.text).toContain(lastDay.toLocaleDateString('en-GB', spelled));
    expect(one.cookie).toBeUndefined();
    expect(await one.user()).toBeUndefined();
    expect(await other.user()).toBeUndefined();

    const gone = {
      name: 'FDKServerResponseError',
      code: 403,
      message: 'This account has been deleted.',
      details: { code: 'account_deleted', status: 403, meta: { is_deleted: true } },
    };
    await expect(proveMobile(server, customer(), mobile)).rejects.toMatchObject(gone);
    await expect(proveEmail(server, customer(), email)).rejects.toMatchObject(gone);
    // Nor is its number free for a new account before it is purged.
    const form = await mailed(server, e164(mobile), async () =>
      customer().send('registerWithForm', { first_name: 'Asha', phone: { mobile } }),
    );
    const { request_id, register_token } = form.answer;
    expect(
      await customer().refusal('verifyMobileOTP', { request_id, register_token, otp: form.otp }),
    ).toMatchObject(gone);
  });
});
