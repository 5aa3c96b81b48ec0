/** The published SDK, unchanged, against the Worker that `npm start` runs. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { loginAt, operator, Shopper } from '../support/sdk.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

/** Long enough to ask twice within it on a slow machine, short enough to wait for. */
const GAP = 6;

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({ limits: { sendGapSeconds: GAP } });
});
afterAll(async () => {
  await server.stop();
});

const shopper = (): Shopper => new Shopper(server.url);
const e164 = (mobile: string): string => `+91${mobile}`;

const login = async (one: Shopper, mobile: string) => loginAt(server, one, mobile);
/** A shopper of the shop, signed in. */
async function register(mobile: string, body: object = {}): Promise<Shopper> {
  const one = shopper();
  const { register_token } = await login(one, mobile);
  await one.call('updateProfile', { body: { register_token, ...body } });
  return one;
}

describe('application client', () => {
  test('logs a new shopper in by OTP: code, register_token, profile form, session', async () => {
    const mobile = '9820098201';
    const one = shopper();
    const sent = await one.call('loginWithOTP', { body: { mobile, country_code: '91' } });
    expect(sent).toStrictEqual({
      success: true,
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      message: 'OTP sent',
      mobile,
      country_code: '91',
      resend_timer: GAP,
      resend_token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      resendToken: sent.resend_token,
    });

    const otp = await server.otpFor(e164(mobile));
    const verified = await one.call('verifyMobileOTP', {
      body: { request_id: sent.request_id, otp },
    });
    expect(verified).toStrictEqual({
      user_exists: false,
      register_token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(one.cookie).toBeUndefined();

    const done = await one.call('updateProfile', {
      body: {
        register_token: verified.register_token,
        first_name: 'Akash',
        last_name: 'Mane',
        gender: 'male',
        dob: '1995-03-02T00:00:00.000Z',
      },
    });
    expect(done).toMatchObject({
      success: true,
      user_exists: true,
      user: {
        first_name: 'Akash',
        last_name: 'Mane',
        gender: 'male',
        dob: '1995-03-02T00:00:00.000Z',
      },
    });
    expect(one.cookie).toMatch(/^f\.session=s%3A[\w-]{48}\.[\w-]{43}$/);

    const { user } = await one.call('getLoggedInUser');
    expect(user).toStrictEqual(done.user);
    expect(user).toMatchObject({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      application_id: DEMO.applicationId,
      active: true,
      emails: [],
      phone_numbers: [
        { phone: mobile, country_code: 91, primary: true, verified: true, active: true },
      ],
    });
    const { sessions } = await one.call('getListOfActiveSessions');
    expect(sessions).toStrictEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  test('logs a known shopper in with the code alone, and each login is a session', async () => {
    const mobile = '9820098202';
    const first = await register(mobile, { first_name: 'Asha' });
    const { user } = await first.call('getLoggedInUser');

    const second = shopper();
    const verified = await login(second, mobile);
    expect(verified).toStrictEqual({ user, user_exists: true });
    expect(await second.call('getLoggedInUser')).toStrictEqual({ user });
    expect((await second.call('getListOfActiveSessions')).sessions).toHaveLength(2);
    expect(second.cookie).not.toBe(first.cookie);
  });

  test('sends the same code again for the first resend_token, once the timer is over', async () => {
    const mobile = '9820098203';
    const one = shopper();
    const first = await one.call('loginWithOTP', { body: { mobile, country_code: '91' } });
    const otp = await server.otpFor(e164(mobile));
    const again = {
      body: { mobile, country_code: '91', token: first.resend_token, action: 'resend' },
    };

    const early = await one.refusal('sendOTPOnMobile', again);
    expect(early).toMatchObject({
      name: 'FDKServerResponseError',
      code: 429,
      details: { code: 'too_many_requests', status: 429, meta: { limit: 'send_gap' } },
    });
    // The SDK hides headers of an error, so the wait is read off the same request sent by hand.
    const byHand = await fetch(
      `${server.url}/service/application/user/authentication/v1.0/otp/mobile/send`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(again.body),
      },
    );
    expect(byHand.status).toBe(429);
    const wait = Number(byHand.headers.get('retry-after'));
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(GAP);

    await sleep(wait * 1000);
    const resent = await one.call('sendOTPOnMobile', again);
    expect(resent).toMatchObject({
      success: true,
      request_id: first.request_id,
      resend_token: first.resend_token,
      resend_timer: GAP,
    });
    expect(await server.otpFor(e164(mobile), { after: 1 })).toBe(otp);
    const { request_id } = first;
    expect(await one.call('verifyMobileOTP', { body: { request_id, otp } })).toHaveProperty(
      'register_token',
    );
    const used = await one.refusal('verifyMobileOTP', { body: { request_id, otp } });
    expect(used).toMatchObject({ code: 400, details: { code: 'otp_invalid' } });
  });

  test('edits the profile: names at once, a new email by link, a new mobile by code', async () => {
    const [mobile, other, email] = ['9820098204', '9820098205', 'edit@example.com'];
    const one = await register(mobile, { first_name: 'Before' });
    const { cookie } = one;

    const renamed = await one.call('updateProfile', { body: { first_name: 'After' } });
    expect(renamed).toMatchObject({ user: { first_name: 'After' } });

    const mailed = await one.call('updateProfile', { body: { email: 'Edit@Example.com ' } });
    expect(mailed).toMatchObject({
      verify_email_link: true,
      email,
      user: { first_name: 'After', emails: [{ email, verified: false, primary: false }] },
    });
    const { link, code } = await server.messageFor(email);
    expect(link).toBe(`${server.url}/auth/verify-email?code=${code}`);

    const asked = await one.call('updateProfile', {
      body: { mobile: { phone: other, country_code: '91' } },
    });
    expect(asked).toMatchObject({
      verify_mobile_otp: true,
      mobile: other,
      country_code: '91',
      user: { phone_numbers: [{ phone: mobile }, { phone: other, verified: false }] },
    });
    const otp = await server.otpFor(e164(other));
    const added = await one.call('verifyMobileOTP', {
      body: { request_id: asked.request_id, otp },
    });
    expect(added).toMatchObject({
      user_exists: true,
      user: {
        phone_numbers: [
          { phone: mobile, primary: true, verified: true },
          { phone: other, primary: false, verified: true },
        ],
      },
    });
    // The session goes on as it was.
    expect(one.cookie).toBe(cookie);
    expect(await one.call('getLoggedInUser')).toStrictEqual({ user: added.user });
    // The proven number signs in as well as the first one.
    expect(await login(shopper(), other)).toStrictEqual({ user: added.user, user_exists: true });
  });

  test('logs out: the cookie is cleared, and its old value is worth nothing', async () => {
    const one = await register('9820098206');
    const stolen = shopper();
    const before = one.cookie ?? '';
    expect(await one.call('logout')).toStrictEqual({ logout: true });
    expect(one.cookie).toBeUndefined();

    const unsigned = await one.refusal('getLoggedInUser');
    expect(unsigned).toMatchObject({
      code: 401,
      message: 'Sign in first.',
      details: { code: 'not_authenticated', authenticated: false },
    });
    stolen.present(before);
    expect(await stolen.refusal('getLoggedInUser')).toMatchObject({ code: 401 });
    expect(await stolen.call('logout')).toStrictEqual({ logout: true });
  });

  test('reads the platform config, by name or without', async () => {
    const config = await shopper().call('getPlatformConfig');
    expect(config).toMatchObject({ name: 'Fynd', login: { otp: true, password: true } });
    expect(await shopper().call('getPlatformConfig', { name: 'Fynd' })).toStrictEqual(config);
    const unknown = await shopper().refusal('getPlatformConfig', { name: 'Elsewhere' });
    expect(unknown).toMatchObject({ code: 404 });
  });

  test('tells a wrong application token from a missing session', async () => {
    const stranger = new Shopper(server.url, 'wrong-token');
    const refused = await stranger.refusal('getLoggedInUser');
    expect(refused).toMatchObject({ code: 401, details: { code: 'unauthorized' } });
    expect(refused.details).not.toHaveProperty('authenticated');
  });
});

describe('platform client with strict response checks', () => {
  test('lists, finds and looks into live customers', async () => {
    const mobile = '9820098207';
    const one = await register(mobile, { first_name: 'Zoya', last_name: 'Khan-Strict' });
    const { user } = await one.call('getLoggedInUser');
    const users = await operator(server.url);

    const listed = await users.getCustomers({ pageSize: 50, pageNo: 1 });
    expect(listed.items?.find((item) => item.user_id === user?.id)).toMatchObject({
      first_name: 'Zoya',
      status: 'active',
      phone_numbers: [{ phone: mobile, verified: true }],
    });
    const page = { type: 'number', current: 1, size: 50, has_next: false };
    expect(listed.page).toMatchObject({ ...page, item_total: listed.items?.length });

    for (const q of [mobile, e164(mobile), user?.username, user?.id, 'zoy', 'khan zoya']) {
      const found = await users.getCustomers({ q, pageSize: 10, pageNo: 1 });
      expect(
        found.items?.map((item) => item.user_id),
        q,
      ).toStrictEqual([user?.id]);
      expect(found.page).toMatchObject({ item_total: 1, has_next: false });
    }
    const nobody = await users.getCustomers({ q: '9820000000' });
    expect(nobody).toMatchObject({ items: [], page: { item_total: 0, has_next: false } });

    const { sessions } = await one.call('getListOfActiveSessions');
    const active = await users.getActiveSessions({ id: user?.id ?? '' });
    expect(active.items).toStrictEqual([
      {
        session_id: `sess:${sessions?.[0]}`,
        user_agent: expect.stringContaining('axios') as string,
        ip: expect.any(String) as string,
        domain: 'localhost',
        expire_in: expect.stringMatching(/^\d+$/) as string,
      },
    ]);
    expect(await users.getPlatformConfig()).toMatchObject({ name: 'Fynd', delete_account_day: 7 });
  });

  test('is refused with a wrong secret', async () => {
    await expect(operator(server.url, 'wrong-secret')).rejects.toMatchObject({
      code: 401,
      details: { code: 'invalid_client', error: 'invalid_client' },
    });
  });

  test('would throw at an answer that is not as documented', async () => {
    const wrong = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: 'x', items: [{ username: 1 }] }));
    }).listen(0, '127.0.0.1');
    await once(wrong, 'listening');
    // An address of a TCP server, which is never a path.
    const { port } = wrong.address() as AddressInfo;
    const users = await operator(`http://127.0.0.1:${port}`);
    await expect(users.getCustomers({})).rejects.toHaveProperty(
      'name',
      'FDKResponseValidationError',
    );
    wrong.close();
    wrong.closeAllConnections();
  });
});
