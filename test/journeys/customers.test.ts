/** What operators do to customers, and what the storefront makes of it. */
import { describe, expect, test } from 'vitest';
import { readQuery } from '../../src/domain/operators/customer-query.ts';
import { cookieOf, MOBILE, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { scansOf } from '../support/query-plans.ts';
import { d1Shop, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const DAY = 86_400_000;
const PHONE = '+919820098200';
const NEW = { phone_number: PHONE, username: 'Asha.Rao', email: 'Asha@Example.com' };

async function shopWith(createShop: (typeof BACKENDS_AND_MOCK)[number][1]) {
  const shop = await createShop();
  return { shop, operator: await operatorOf(shop) };
}

async function member(shop: Shop, mobile = '8652523958') {
  const browser = shop.client();
  const done = await signUp(shop, browser, mobile);
  shop.clock.advance(31_000);
  return { browser, id: done.body.user?._id ?? '', cookie: cookieOf(done) };
}

/** What signing in with the number gives to anyone. */
async function login(shop: Shop, mobile = '8652523958') {
  shop.clock.advance(31_000);
  const browser = shop.client();
  const body = { mobile, country_code: '91' };
  const { request_id = '' } = expectOk(await browser.application.loginWithOTP({ body })).body;
  const otp = await shop.otp(`+91${mobile}`);
  return browser.application.verifyMobileOTP({ body: { request_id, otp } });
}

/** A free map keeps what elsewhere means absent (D-87). */
const META = { tier: 'gold', note: '', since: null, list: [null, ''], inner: { x: '' } };

describe.each(BACKENDS_AND_MOCK)('customers on %s', (_, createShop) => {
  test('a customer made by an operator signs in with the number and is found by everything', async () => {
    const { shop, operator } = await shopWith(createShop);
    const body = { ...NEW, first_name: 'Asha', last_name: 'Rao', meta: META };
    const { user } = expectOk(await operator.createUser({ params, body })).body;
    expect(user?.meta).toStrictEqual(META);
    expect(user).toMatchObject({
      username: 'asha.rao',
      status: 'active',
      emails: [{ email: 'asha@example.com', primary: true, verified: true }],
      phone_numbers: [{ phone: '9820098200', country_code: 91, primary: true, verified: true }],
    });
    for (const q of [PHONE, '9820098200', 'asha@example.com', 'asha.rao', user?._id, 'ash ra']) {
      const found = expectOk(await operator.searchUsers({ params, query: { q } })).body;
      expect([q, found.users?.map((one) => one._id)]).toEqual([q, [user?._id]]);
    }
    expect(expectOk(await operator.searchUsers({ params })).body.users).toEqual([]);
    const signedIn = expectOk(await login(shop, '9820098200')).body;
    expect(signedIn).toMatchObject({ user_exists: true, user: { _id: user?._id } });
  });

  test('a name is found by whole words before beginnings, a username before both', async () => {
    const { shop, operator } = await shopWith(createShop);
    const make = async (n: number, username: string, first_name: string) => {
      shop.clock.advance(1_000);
      const body = { phone_number: `982009820${n}`, username, first_name };
      expectOk(await operator.createUser({ params, body }));
    };
    await make(1, 'asha', 'Zed');
    await make(2, 'second', 'Asha');
    await make(3, 'third', 'Ashalata');
    const { users } = expectOk(await operator.searchUsers({ params, query: { q: 'asha' } })).body;
    expect(users?.map(({ username }) => username)).toEqual(['asha', 'second', 'third']);
  });

  test('what another customer has is refused by name, and nothing is written', async () => {
    const { operator } = await shopWith(createShop);
    expectOk(await operator.createUser({ params, body: NEW }));
    const other = { phone_number: '9820098201', username: 'other', email: 'other@example.com' };
    for (const [field, value] of Object.entries(NEW)) {
      const refused = await operator.createUser({ params, body: { ...other, [field]: value } });
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'identifier_taken', meta: { field: `body.${field}` } },
      });
    }
    const { page } = expectOk(await operator.getCustomers({ params })).body;
    expect(page?.item_total).toBe(1);
    expectOk(await operator.createUser({ params, body: other }));
  });

  test('of two operators who make the same customer at once, one does', async () => {
    const { operator } = await shopWith(createShop);
    const calls = Array.from({ length: 10 }, async (_unused, n) =>
      operator.createUser({ params, body: { phone_number: PHONE, username: `racer${n}` } }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 409),
    ]);
  });

  test.each([
    ['phone_number', '12'],
    ['username', 'a b'],
    ['username', '12345'],
    ['email', 'nobody'],
    ['gender', 'robot'],
  ])('a %s like "%s" is refused by name', async (field, value) => {
    const { operator } = await shopWith(createShop);
    const refused = await operator.createUser({ params, body: { ...NEW, [field]: value } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: `body.${field}` }] } });
  });

  test('lists that are sent replace those of the customer, and the session goes on', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { browser, id } = await member(shop);
    const body = {
      first_name: 'Usha',
      external_id: 'crm-7',
      emails: [{ email: 'a@example.com' }, { email: 'b@example.com', primary: true }],
      phone_numbers: [{ phone: '9820098200', country_code: '91' }],
    };
    const { user } = expectOk(
      await operator.updateUser({ params: { ...params, user_id: id }, body }),
    ).body;
    expect(user).toMatchObject({ first_name: 'Usha', last_name: 'Rao', external_id: 'crm-7' });
    expect(user?.emails?.map(({ email, primary }) => [email, primary])).toEqual([
      ['b@example.com', true],
      ['a@example.com', false],
    ]);
    expect(user?.phone_numbers?.map(({ phone }) => phone)).toEqual(['9820098200']);
    expect(expectOk(await browser.application.getLoggedInUser()).body.user?.first_name).toBe(
      'Usha',
    );
    const found = expectOk(await operator.searchUsers({ params, query: { q: 'usha rao' } })).body;
    expect(found.users).toHaveLength(1);
    // The old number is nobody's any more.
    expect(expectOk(await login(shop)).body.user_exists).toBe(false);
    expect(expectOk(await login(shop, '9820098200')).body.user?._id).toBe(id);
  });

  test('lists that cannot be are refused, and the customer stays as it was', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { id } = await member(shop);
    expectOk(await operator.createUser({ params, body: NEW }));
    const update = async (body: object) =>
      operator.updateUser({ params: { ...params, user_id: id }, body });
    const two = ['x@example.com', 'y@example.com'].map((email) => ({ email, primary: true }));
    for (const [body, path] of [
      [{ emails: two }, 'body.emails'],
      [{ emails: [], phone_numbers: [] }, 'body.emails'],
      [{ phone_numbers: [] }, 'body.phone_numbers'],
      [{ emails: [{ email: 'nobody' }] }, 'body.emails.0.email'],
      [{ emails: [{ email: 'x@example.com' }, { email: 'X@example.com' }] }, 'body.emails.1'],
      [{ emails: [{ email: 'x@example.com', primary: true, verified: false }] }, 'body.emails.0'],
      [
        {
          emails: [{ email: 'x@example.com', verified: false }],
          phone_numbers: [{ phone: MOBILE.mobile, country_code: '91', verified: false }],
        },
        'body.emails',
      ],
    ] as const) {
      expect(await update(body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    }
    expect(await update({ emails: [{ email: NEW.email }] })).toMatchObject({
      status: 409,
      body: { meta: { field: 'body.emails' } },
    });
    const unknown = { ...params, user_id: 'f'.repeat(24) };
    expect((await operator.updateUser({ params: unknown, body: {} })).status).toBe(404);
    const user = await shop.ports.users.find(id);
    expect(user?.identifiers).toEqual([
      expect.objectContaining({ value: '+918652523958', primary: true, verified: true }),
    ]);
  });

  test('a change that meets a customer who has just been purged claims nothing for nobody', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { id } = await member(shop);
    const user = await shop.ports.users.find(id);
    if (!user) throw new Error('no user');
    const email = {
      kind: 'email',
      value: 'late@example.com',
      verified: true,
      primary: true,
    } as const;
    const change = {
      profile: { firstName: 'Late' },
      identifiers: [email],
      replaced: ['email' as const],
    };
    const gone = { ...user, id: 'f'.repeat(24) };
    const event = {
      actor: 'test',
      requestId: 'test',
      action: 'customer.updated',
      userId: gone.id,
      at: 1,
    } as const;
    expect(await shop.ports.customers.update(gone, change, event)).toEqual({ state: 'done' });
    expectOk(await operator.createUser({ params, body: { ...NEW, email: email.value } }));
    expect(await shop.ports.audit.ofUser(gone.id, 10)).toEqual([]);
  });

  test('a blocked customer is out with the next request, cannot sign in, and can again afterwards', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { browser, id } = await member(shop);
    const block = async (status: boolean) =>
      expectOk(
        await operator.blockOrUnblockUsers({
          params,
          body: { status, user_id: [id], reason: 'chargebacks' },
        }),
      );
    await block(true);
    await block(true);
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    expect(await login(shop)).toMatchObject({ status: 403, body: { meta: { is_blocked: true } } });
    await block(false);
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    expect(expectOk(await login(shop)).body.user?._id).toBe(id);
  });

  test('with one unknown id nobody is blocked, and the unknown one is named', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { browser, id } = await member(shop);
    const body = { status: true, user_id: [id, 'f'.repeat(24)] };
    const refused = await operator.blockOrUnblockUsers({ params, body });
    expect(refused).toMatchObject({ status: 404, body: { meta: { user_id: ['f'.repeat(24)] } } });
    expectOk(await browser.application.getLoggedInUser());
    const { timeline } = expectOk(await operator.timeline(id)).body;
    expect(timeline.map(({ type }) => type).toSorted()).toEqual(['account.registered', 'sign_in']);
  });

  test('an archived customer is out, and comes back as the same one at any time', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { browser, id } = await member(shop);
    expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    expect(await login(shop)).toMatchObject({ status: 403, body: { meta: { is_deleted: true } } });
    // Brought back at once, while the session from before would not be over by itself: it stays dead.
    expectOk(await operator.unDeleteUser({ params, body: { user_id: id } }));
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
    shop.clock.advance(400 * DAY);
    const later = await operatorOf(shop);
    const restore = async (user_id: string) =>
      later.unDeleteUser({ params, body: { user_id, reason: 'asked us', reason_id: '1' } });
    expectOk(await restore(id));
    expect(expectOk(await login(shop)).body.user?._id).toBe(id);
    expect(await restore(id)).toMatchObject({ status: 409, body: { code: 'not_deleted' } });
    expect((await restore('f'.repeat(24))).status).toBe(404);
    expect((await later.archiveUser({ params, body: { user_id: 'x' } })).status).toBe(404);
  });

  test('a deleted customer comes back within the window, and not a millisecond later', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { browser, id, cookie } = await member(shop);
    const body = { mobile: '8652523958', country_code: '91' };
    const { request_id = '' } = expectOk(await browser.application.sendOTPOnMobile({ body })).body;
    const otp = await shop.otp('+918652523958');
    expectOk(await browser.application.deleteUser({ body: { request_id, otp } }));
    const deletedAt = (await shop.ports.users.find(id))?.deletedAt ?? 0;
    const days = shop.application.config.delete_account_day;
    const event = {
      actor: 'test',
      requestId: 'test',
      action: 'customer.restored',
      userId: id,
      at: deletedAt,
    } as const;
    expect(await shop.ports.customers.restore(id, deletedAt, event)).toBe('too_late');
    const timeline = expectOk(await operator.timeline(id)).body;
    expect(timeline.delete_on).toBe(new Date(deletedAt + days * DAY).toISOString());
    shop.clock.advance((days - 1) * DAY);
    const later = await operatorOf(shop);
    expectOk(await later.unDeleteUser({ params, body: { user_id: id } }));
    expect((await shop.client({ cookie }).application.getLoggedInUser()).status).toBe(401);
    expect(expectOk(await login(shop)).body.user?._id).toBe(id);
  });

  test('after the window a deleted customer stays deleted', async () => {
    const { shop } = await shopWith(createShop);
    const { browser, id } = await member(shop);
    const body = { mobile: '8652523958', country_code: '91' };
    const { request_id = '' } = expectOk(await browser.application.sendOTPOnMobile({ body })).body;
    const otp = await shop.otp('+918652523958');
    expectOk(await browser.application.deleteUser({ body: { request_id, otp } }));
    shop.clock.advance(shop.application.config.delete_account_day * DAY + 1);
    const operator = await operatorOf(shop);
    const late = await operator.unDeleteUser({ params, body: { user_id: id } });
    expect(late).toMatchObject({ status: 409, body: { code: 'undelete_too_late' } });
  });

  test('the timeline tells who did what and why, the newest first', async () => {
    const { shop, operator } = await shopWith(createShop);
    const { id } = await member(shop);
    const block = { status: true, user_id: [id], reason: 'chargebacks' };
    expectOk(await operator.blockOrUnblockUsers({ params, body: block }));
    const { timeline } = expectOk(await operator.timeline(id)).body;
    const [newest, ...rest] = timeline.map(({ date: _date, title: _title, ...event }) => event);
    expect(newest).toEqual({
      type: 'customer.blocked',
      visible: false,
      sub_title: 'dev-api-key: chargebacks',
    });
    // Of the same moment.
    expect(rest).toHaveLength(2);
    expect(rest).toEqual(
      expect.arrayContaining([
        { type: 'account.registered', visible: true },
        { type: 'sign_in', visible: true },
      ]),
    );
    expect((await operator.timeline('f'.repeat(24))).status).toBe(404);
  });
});

test('no statement about customers goes through a whole table', async () => {
  const shop = await d1Shop();
  const { customers, audit } = shop.ports;
  const seen: string[] = [];
  shop.db.onPrepare = (text) => seen.push(text);
  const event = {
    actor: 'test',
    requestId: 'test',
    action: 'customer.updated',
    userId: 'x',
    at: 1,
  } as const;
  const terms = {
    ...readQuery('asha rao', '91'),
    id: 'a'.repeat(24),
    email: 'a@b.c',
    phone: PHONE,
  };
  await customers.list({ pageNo: 1, pageSize: 10 });
  await customers.list({ terms, pageNo: 1, pageSize: 10 });
  await customers.candidates(terms);
  await customers.setState(['x'], 'block', event);
  await customers.setState(['x'], 'unblock', event);
  await customers.restore('x', 0, event);
  await audit.ofUser('x', 100);
  expect(seen.length).toBeGreaterThan(10);
  for (const text of seen) expect([text, await scansOf(text)]).toEqual([text, []]);
});
