/** Emails and phones of a profile, email codes and the end of an account through the published SDK, as themes call it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Customer, mailed } from '../support/sdk-customer.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({
    limits: { sendGapSeconds: 1, sendsPerHour: 100, sendsPerDay: 100, sendsPerIdentifierDay: 100 },
  });
});
afterAll(async () => {
  await server.stop();
});

const customer = (): Customer => new Customer(server.url);
const e164 = (mobile: string): string => `+91${mobile}`;
const phone = (mobile: string) => ({ phone: mobile, country_code: '91' });

/** Asks for a code and hands it in, signed in or not. */
async function proveMobile(one: Customer, mobile: string) {
  const { answer, otp } = await mailed(server, e164(mobile), async () =>
    one.patiently('sendOTPOnMobile', { mobile, country_code: '91', action: 'send' }),
  );
  const { request_id } = answer;
  return one.send('verifyMobileOTP', { otp, register_token: '', request_id });
}
async function proveEmail(one: Customer, email: string) {
  const { otp } = await mailed(server, email, async () =>
    one.patiently('sendOTPOnEmail', { email, action: 'send' }),
  );
  return one.send('verifyEmailOTP', { otp, email, action: 'send', register_token: '' });
}

/** A shopper with one number, signed in: code, then the profile form. */
async function join(mobile: string, email?: string): Promise<Customer> {
  const one = customer();
  const { register_token } = await proveMobile(one, mobile);
  await one.send('updateProfile', { register_token, first_name: 'Asha', gender: 'unisex' });
  if (email !== undefined) await proveEmail(one, email);
  return one;
}

describe('emails', () => {
  test('by link: added, sent again, verified, made primary; the old primary is told, then deleted', async () => {
    const [mobile, email, next] = ['9820098401', 'first@example.com', 'next@example.com'];
    const one = await join(mobile, email);
    const { answer: added, message } = await mailed(server, next, async () =>
      one.send('addEmail', { email: next }),
    );
    expect(added).toMatchObject({
      verify_email_link: true,
      user: {
        emails: [
          { email, verified: true, primary: true },
          { email: next, verified: false, primary: false },
        ],
      },
    });
    expect(message.text).toContain('+91******8401');
    expect(await one.refusal('setEmailAsPrimary', { email: next })).toMatchObject({
      code: 400,
      details: { code: 'identifier_unverified' },
    });

    const again = await mailed(server, next, async () =>
      one.patiently('sendVerificationLinkToEmail', { email: next }),
    );
    expect(again.answer).toStrictEqual({ verify_email_link: true });
    expect(again.code).not.toBe(message.code);
    // The older link is as good as the newer one, until one of them is used.
    expect(await customer().send('verifyEmail', { code: message.code })).toStrictEqual({
      message: 'verified',
    });
    expect(await customer().refusal('verifyEmail', { code: again.code })).toMatchObject({
      code: 400,
      details: { code: 'link_invalid' },
    });

    const told = await mailed(server, email, async () =>
      one.send('setEmailAsPrimary', { email: next }),
    );
    expect(told.message.template).toBe('notice_primary_changed');
    expect(told.answer.user?.emails).toMatchObject([
      { email: next, primary: true },
      { email, primary: false },
    ]);
    const args = { active: true, primary: false, verified: true, email };
    const { user } = await one.call('deleteEmail', args);
    expect(user?.emails).toMatchObject([{ email: next, verified: true, primary: true }]);
    expect(await one.user()).toStrictEqual(user);
  });

  test('by code: added and verified at once; deleting the primary hands it on', async () => {
    const [mobile, email, next] = ['9820098402', 'code-one@example.com', 'code-two@example.com'];
    const one = await join(mobile, email);
    const { cookie } = one;
    const added = await proveEmail(one, next);
    expect(added).toMatchObject({
      user_exists: true,
      user: {
        emails: [
          { email, verified: true, primary: true },
          { email: next, verified: true, primary: false },
        ],
      },
    });
    expect(one.cookie).toBe(cookie);
    const { user } = await one.call('deleteEmail', { email, primary: true });
    expect(user?.emails).toMatchObject([{ email: next, primary: true }]);
    expect((await one.call('deleteEmail', { email: next })).user?.emails).toStrictEqual([]);
  });

  test('a change through the profile form: unverified, a link by mail, never primary by itself', async () => {
    const [mobile, email, changed] = ['9820098403', 'before@example.com', 'after@example.com'];
    const one = await join(mobile, email);
    const { answer, code } = await mailed(server, changed, async () =>
      one.send('updateProfile', { first_name: 'Asha', gender: 'female', email: changed }),
    );
    expect(answer).toMatchObject({
      verify_email_link: true,
      email: changed,
      user: {
        gender: 'female',
        emails: [{ email, primary: true }, { email: changed, verified: false }],
      },
    });
    await customer().send('verifyEmail', { code });
    expect((await one.user())?.emails).toMatchObject([
      { email, verified: true, primary: true },
      { email: changed, verified: true, primary: false },
    ]);
    // The form that sends the same email once more changes nothing and mails nothing.
    const same = await one.send('updateProfile', { first_name: 'Asha', email: changed });
    expect(same.verify_email_link).toBeUndefined();
  });
});

describe('phones', () => {
  test('by link: added, verified by the code of the SMS, made primary, deleted', async () => {
    const [mobile, next] = ['9820098411', '9820098412'];
    const one = await join(mobile);
    const { answer: added, message } = await mailed(server, e164(next), async () =>
      one.send('addMobileNumber', phone(next)),
    );
    expect(added).toMatchObject({
      verify_mobile_link: true,
      user: { phone_numbers: [{ phone: mobile }, { phone: next, verified: false }] },
    });
    expect(message).toMatchObject({
      channel: 'sms',
      link: `${server.url}/auth/verify-mobile?code=${message.code}`,
    });
    const again = await mailed(server, e164(next), async () =>
      one.patiently('sendVerificationLinkToMobile', phone(next)),
    );
    expect(again.answer).toStrictEqual({ verify_mobile_link: true });
    // A code of one kind does not open the other.
    expect(await one.refusal('verifyEmail', { code: again.code })).toMatchObject({ code: 400 });
    expect(await customer().send('verifyMobile', { code: again.code })).toStrictEqual({
      message: 'verified',
    });

    const { answer: primary, message: notice } = await mailed(server, e164(mobile), async () =>
      one.send('setMobileNumberAsPrimary', { ...phone(next), active: true, verified: true }),
    );
    expect(notice.template).toBe('notice_primary_changed');
    expect(primary.user?.phone_numbers).toMatchObject([
      { phone: next, primary: true },
      { phone: mobile, primary: false },
    ]);
    const args = { active: true, primary: false, verified: true, countryCode: '91' };
    const { user } = await one.call('deleteMobileNumber', { ...args, phone: mobile });
    expect(user?.phone_numbers).toMatchObject([{ phone: next, verified: true, primary: true }]);
  });

  test('by code, the only way in which themes add one; the freed number can be anybody’s again', async () => {
    const [mobile, next] = ['9820098413', '9820098414'];
    const one = await join(mobile);
    const { cookie } = one;
    const { user } = await proveMobile(one, next);
    expect(user?.phone_numbers).toMatchObject([
      { phone: mobile, primary: true },
      { phone: next, verified: true, primary: false },
    ]);
    expect(one.cookie).toBe(cookie);
    const args = { countryCode: '91', phone: mobile };
    const rest = await one.call('deleteMobileNumber', args);
    expect(rest.user?.phone_numbers).toMatchObject([{ phone: next, primary: true }]);
    expect(await proveMobile(customer(), mobile)).toMatchObject({ user_exists: false });

    await expect(one.call('deleteMobileNumber', { ...args, phone: next })).rejects.toMatchObject({
      code: 400,
      message: 'It cannot be removed: this shop requires one.',
      details: { code: 'identifier_last' },
    });
    await expect(one.call('deleteMobileNumber', args)).rejects.toMatchObject({ code: 404 });
  });

  test('one that another shopper has verified is refused, by code and by link', async () => {
    const [mobile, other] = ['9820098415', '9820098416'];
    await join(other);
    const one = await join(mobile);
    await expect(proveMobile(one, other)).rejects.toMatchObject({
      code: 409,
      details: { code: 'identifier_taken', meta: { field: 'phone' } },
    });
    const { code } = await mailed(server, e164(other), async () =>
      one.send('addMobileNumber', phone(other)),
    );
    expect(await customer().refusal('verifyMobile', { code })).toMatchObject({ code: 409 });
    expect((await one.user())?.phone_numbers).toMatchObject([
      { phone: mobile, verified: true },
      { phone: other, verified: false },
    ]);
  });
});

describe('codes by email', () => {
  test('sign a known shopper in; the resend is the same code', async () => {
    const [mobile, email] = ['9820098421', 'known@example.com'];
    const known = await join(mobile, email);
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
    const proven = await proveEmail(one, email);
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
        mobile: phone(mobile),
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
    const one = await join(mobile, email);
    const other = customer();
    await proveMobile(other, mobile);
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
    const lastDay = new Date(Date.now() + (config.delete_account_day ?? 0) * 86_400_000);
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
    await expect(proveMobile(customer(), mobile)).rejects.toMatchObject(gone);
    await expect(proveEmail(customer(), email)).rejects.toMatchObject(gone);
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
