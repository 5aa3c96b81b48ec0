/** Operators' changes through the published SDK with strict response checks, and what the storefront makes of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shopper, loginAt, operator } from '../support/sdk.ts';
import { RELAXED } from '../support/sdk-customer.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

let server: StartedServer;
let users: Awaited<ReturnType<typeof operator>>;
beforeAll(async () => {
  server = await startServer({ limits: RELAXED });
  users = await operator(server.url);
});
afterAll(async () => {
  await server.stop();
});

const refused = (call: Promise<unknown>) => expect(call).rejects;

describe('an operator with the SDK', () => {
  test('makes, changes, finds, blocks, archives and restores a customer', async () => {
    const mobile = '9820098601';
    const body = { phone_number: `+91${mobile}`, username: 'strict.one', email: 's@example.com' };
    const { user } = await users.createUser({ body: { ...body, first_name: 'Strict' } });
    const id = user?.user_id ?? '';
    await refused(users.createUser({ body })).toMatchObject({
      code: 409,
      details: { code: 'identifier_taken' },
    });
    const updated = await users.updateUser({ userId: id, body: { last_name: 'Khanna' } });
    expect(updated.user).toMatchObject({ first_name: 'Strict', last_name: 'Khanna' });
    expect((await users.searchUsers({ q: 'khan' })).users).toHaveLength(1);

    const shopper = new Shopper(server.url);
    expect(await loginAt(server, shopper, mobile)).toMatchObject({ user_exists: true });
    const block = (status: boolean) =>
      users.blockOrUnblockUsers({ body: { status, user_id: [id], reason: 'test' } });
    expect(await block(true)).toStrictEqual({ success: true });
    expect(await shopper.refusal('getLoggedInUser')).toMatchObject({ code: 401 });
    await refused(loginAt(server, shopper, mobile)).toMatchObject({
      code: 403,
      details: { meta: { is_blocked: true } },
    });
    expect(await block(false)).toStrictEqual({ success: true });
    await loginAt(server, shopper, mobile);

    expect(await users.archiveUser({ body: { user_id: id } })).toStrictEqual({ success: true });
    expect(await shopper.refusal('getLoggedInUser')).toMatchObject({ code: 401 });
    const restore = { body: { user_id: id, reason: 'asked', reason_id: '1' } };
    expect(await users.unDeleteUser(restore)).toStrictEqual({ success: true });
    await refused(users.unDeleteUser(restore)).toMatchObject({ code: 409 });
    expect(await loginAt(server, shopper, mobile)).toMatchObject({ user: { id } });
  });

  test('opens, sees and ends sessions', async () => {
    const body = { phone_number: '+919820098602', username: 'strict.two' };
    const { user } = await users.createUser({ body });
    const id = user?.user_id ?? '';
    const open = async () => {
      const made = await users.createUserSession({
        body: { user_id: id, domain: '127.0.0.1' },
      });
      const cookies = made.cookie as Record<string, string>;
      const shopper = new Shopper(server.url);
      shopper.present(`f.session=${cookies['f.session']}`);
      expect(await shopper.call('getLoggedInUser')).toMatchObject({ user: { id } });
      return shopper;
    };
    const [first, second] = [await open(), await open()];
    const { items = [] } = await users.getActiveSessions({ id });
    expect(items).toHaveLength(2);
    const { sessions } = await first.call('getListOfActiveSessions');
    expect(sessions).toHaveLength(2);
    const sessionId = items[0]?.session_id ?? '';
    const one = await users.deleteSession({ id, sessionId, reason: 'lost' });
    expect(one).toMatchObject({ items: [sessionId], user_id: id, session_id: sessionId });
    const statuses = await Promise.allSettled([
      first.call('getLoggedInUser'),
      second.call('getLoggedInUser'),
    ]);
    expect(statuses.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const all = await users.deleteActiveSessions({ id, reason: 'lost' });
    expect(all.session_ids).toHaveLength(1);
    for (const shopper of [first, second]) {
      expect(await shopper.refusal('getLoggedInUser')).toMatchObject({ code: 401 });
    }
  });

  test('switches a login option off and on again', async () => {
    const shopper = new Shopper(server.url);
    const body = { mobile: '9820098603', country_code: '91' };
    const off = await users.updatePlatformConfig({ body: { login: { otp: false } } });
    expect(off.login).toStrictEqual({ password: true, otp: false });
    expect(await shopper.refusal('loginWithOTP', { body })).toMatchObject({
      code: 403,
      details: { code: 'otp_login_disabled' },
    });
    const on = await users.updatePlatformConfig({ body: { login: { otp: true } } });
    expect(await users.getPlatformConfig()).toStrictEqual(on);
    expect(await shopper.call('loginWithOTP', { body })).toMatchObject({ success: true });
  });
});
