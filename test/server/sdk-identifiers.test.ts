/** Emails and phones of a profile through the published SDK, called in the order in which storefront themes call. */
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
const phone = (mobile: string) => ({ phone: mobile, country_code: '91' });

describe('emails', () => {
  test('by link: added, sent again, verified, made primary; the old primary is told, then deleted', async () => {
    const [mobile, email, next] = ['9820098401', 'first@example.com', 'next@example.com'];
    const one = await join(server, mobile, email);
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
    const one = await join(server, mobile, email);
    const { cookie } = one;
    const added = await proveEmail(server, one, next);
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
    const one = await join(server, mobile, email);
    const { answer, code } = await mailed(server, changed, async () =>
      one.send('updateProfile', { first_name: 'Asha', gender: 'female', email: changed }),
    );
    expect(answer).toMatchObject({
      verify_email_link: true,
      email: changed,
      user: {
        gender: 'female',
        emails: [
          { email, primary: true },
          { email: changed, verified: false },
        ],
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
    const one = await join(server, mobile);
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
    const one = await join(server, mobile);
    const { cookie } = one;
    const { user } = await proveMobile(server, one, next);
    expect(user?.phone_numbers).toMatchObject([
      { phone: mobile, primary: true },
      { phone: next, verified: true, primary: false },
    ]);
    expect(one.cookie).toBe(cookie);
    const args = { countryCode: '91', phone: mobile };
    const rest = await one.call('deleteMobileNumber', args);
    expect(rest.user?.phone_numbers).toMatchObject([{ phone: next, primary: true }]);
    expect(await proveMobile(server, customer(), mobile)).toMatchObject({ user_exists: false });

    await expect(one.call('deleteMobileNumber', { ...args, phone: next })).rejects.toMatchObject({
      code: 400,
      message: 'It cannot be removed: this shop requires one.',
      details: { code: 'identifier_last' },
    });
    await expect(one.call('deleteMobileNumber', args)).rejects.toMatchObject({ code: 404 });
  });

  test('one that another shopper has verified is refused, by code and by link', async () => {
    const [mobile, other] = ['9820098415', '9820098416'];
    await join(server, other);
    const one = await join(server, mobile);
    await expect(proveMobile(server, one, other)).rejects.toMatchObject({
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

describe('another primary by two proofs', () => {
  test('a number: the old one proven, the new one verified, the old one told', async () => {
    const [mobile, next] = ['9820098431', '9820098432'];
    const entity = 'mobile';
    const one = await join(server, mobile);
    const first = await mailed(server, e164(mobile), async () =>
      one.call('sendOTPOnPrimary', { entity, body: { mobile } }),
    );
    const proof = { request_id: first.answer.request_id, otp: first.otp };
    expect(await one.call('verifyOTPonPrimary', { entity, body: proof })).toStrictEqual({
      success: true,
    });
    const sent = await mailed(server, e164(next), async () =>
      one.call('sendOTPForUpdate', { entity, body: { mobile: next } }),
    );
    const body = { request_id: sent.answer.request_id, otp: sent.otp };
    const { answer, message } = await mailed(server, e164(mobile), async () =>
      one.call('verifyOTPForUpdate', { entity, body }),
    );
    expect(answer.user?.phone_numbers).toMatchObject([
      { phone: next, primary: true, verified: true },
      { phone: mobile, primary: false, verified: true },
    ]);
    expect(message.template).toBe('notice_primary_changed');
  });

  test('an address, by the codes of its mails', async () => {
    const [email, next] = ['proven@example.com', 'updated@example.com'];
    const entity = 'email';
    const one = await join(server, '9820098433', email);
    const first = await mailed(server, email, async () =>
      one.call('sendOTPOnPrimary', { entity, body: {} }),
    );
    await one.call('verifyOTPonPrimary', { entity, body: { email, otp: first.otp } });
    const sent = await mailed(server, next, async () =>
      one.call('sendOTPForUpdate', { entity, body: { email: next } }),
    );
    const body = { email: next, otp: sent.otp };
    const { user } = await one.call('verifyOTPForUpdate', { entity, body });
    expect(user?.emails).toMatchObject([{ email: next, primary: true }, { email }]);
  });
});
