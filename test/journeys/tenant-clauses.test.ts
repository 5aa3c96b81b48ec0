/**
 * No statement reaches another application's rows, though that one has the same users, codes, links and sessions by the same
 * ids. A long journey is made three times: alone, and beside a twin that sorts before and behind the application's own rows.
 */
import { createMessageBatch } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import {
  cookieOf,
  E164,
  MOBILE,
  expectOk,
  signUp,
  wrongCode,
  type Browser,
} from '../support/answers.ts';
import { consumeEvents, ENDPOINT } from '../support/events.ts';
import { FILES, fileServer } from '../support/file-server.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, type ShopOptions } from '../support/shop.ts';
import { LOGIN_SECRET, socialShop } from '../support/social-shop.ts';
import { clear } from '../support/traces.ts';
import { tenantlessScopes, tenantTables, watchTwin, type Twin } from '../support/twin.ts';

const EMAIL = 'asha@example.com';
const SECOND = 'second@example.com';
const OTHER = { mobile: '9876543210', country_code: '91' };
const PASSWORD = 'a long passphrase';
const GAP = 31_000;
const DAY = 86_400_000;
/** So that an SMS costs, and messages are delivered by a consumer that keeps a ledger. */
const PAID = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://provider.example/messages',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
};
const EMIRATI = { mobile: '501234567', country_code: '971' };

interface Answer {
  ok: boolean;
  status: number;
  body: object;
  headers: Headers;
}

/** An answer without what chance and the clock have made of it. */
function plain(body: object): string {
  // Two events of one request may be of one millisecond or of two.
  const { timeline } = body as { timeline?: { type: string }[] };
  const sorted = timeline?.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return JSON.stringify({ ...body, timeline: sorted })
    .replaceAll(/[\w-]+\.[\w-]+\.[\w-]{20,}/g, '#token')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#uuid')
    .replaceAll(/[0-9a-f]{24,}/g, '#id')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '#time')
    .replaceAll(/_\d{5}\b/g, '_#')
    .replaceAll(/("retry_after"|"expire_in"):"?\d+"?/g, '$1:#')
    .replaceAll(/until=\d+/g, 'until=#')
    .replaceAll(/"f\.session":"[^"]+"/g, '"f.session":"#"');
}

async function openShop() {
  const files = fileServer({
    '/members.csv': { content: `email\n${SECOND}\nnobody@example.com\n`, etag: '"1"' },
    '/changes.csv': { content: `action,email\nremove,${SECOND}\n`, etag: '"1"' },
    '/users.csv': {
      content: 'external_id,email\nerp-1,imported@example.com\nerp-2,no address\n',
      etag: '"1"',
    },
  });
  const { shop, fake } = await socialShop(async (options: ShopOptions = {}) => {
    const outside = async (input: string, init?: RequestInit): Promise<Response> => {
      if ([PAID.WEBHOOK_URL, ENDPOINT.url].some((url) => input.startsWith(url)))
        return new Response('{}');
      return (input.startsWith(FILES) ? files.fetch : (options.fetch ?? fetch))(input, init);
    };
    return d1Shop({
      ...options,
      env: PAID,
      limits: { sendsPerHour: 100, sendsPerDay: 100, sendsPerIdentifierDay: 100 },
      fetch: async (input: string | URL | Request, init?: RequestInit) =>
        outside(input instanceof Request ? input.url : String(input), init),
    });
  });
  await env.DB.prepare(`UPDATE applications SET sms_countries = '["971"]'`).run();
  await shop.subscribe(['customer.updated', 'session.ended']);
  return { shop, fake };
}
type Opened = Awaited<ReturnType<typeof openShop>>;

/** Most of what there is to do, with refusals in between; says what came of each step. */
async function journey({ shop, fake }: Opened): Promise<string[]> {
  const seen: string[] = [];
  async function note<R extends Answer>(name: string, call: Promise<R>): Promise<R> {
    const answer = await call;
    seen.push(`${name}: ${answer.status} ${plain(answer.body)}`);
    await shop.settle();
    return answer;
  }
  const otp = async (to: string) => shop.otp(to);
  const code = async (to: string) => {
    const sent = (await shop.messages()).findLast((one) => one.to === to && !one.drop);
    return sent && 'code' in sent.content ? sent.content.code : '';
  };
  const stranger = () => shop.client().application;
  const login = async (name: string, browser: Browser = shop.client()) => {
    shop.clock.advance(GAP);
    const sent = await note(`${name}, code`, browser.application.loginWithOTP({ body: MOBILE }));
    const request_id = 'request_id' in sent.body ? (sent.body.request_id ?? '') : '';
    const body = { request_id, otp: await otp(E164) };
    await note(
      `${name}, wrong`,
      stranger().verifyMobileOTP({ body: { ...body, otp: wrongCode(body.otp) } }),
    );
    const done = await note(name, browser.application.verifyMobileOTP({ body }));
    await note(`${name}, again`, stranger().verifyMobileOTP({ body }));
    return done;
  };

  // A registration by form, with a second identifier that gets its link.
  const browser = shop.client();
  const form = expectOk(
    await note(
      'register',
      browser.application.registerWithForm({
        body: {
          first_name: 'Asha',
          last_name: 'Rao',
          email: EMAIL,
          password: PASSWORD,
          phone: MOBILE,
        },
      }),
    ),
  ).body;
  shop.clock.advance(GAP);
  const again = { ...MOBILE, token: form.resend_token };
  await note('resend', browser.application.sendOTPOnMobile({ body: again }));
  await note('resend too early', browser.application.sendOTPOnMobile({ body: again }));
  const { request_id = '', register_token } = form;
  const proof = { request_id, otp: await otp(E164), register_token };
  const me = expectOk(
    await note('registered', browser.application.verifyMobileOTP({ body: proof })),
  ).body;
  const id = me.user?._id ?? '';
  const link = { body: { code: await code(EMAIL) } };
  await note('email verified', stranger().verifyEmail(link));
  await note('email verified again', stranger().verifyEmail(link));
  await note('finished', stranger().updateProfile({ body: { register_token } }));

  const abroad = expectOk(await stranger().loginWithOTP({ body: EMIRATI })).body;
  const foreign = { request_id: abroad.request_id ?? '', otp: await otp('+971501234567') };
  await note('abroad', stranger().verifyMobileOTP({ body: foreign }));
  // Delivered, and by mistake a second time.
  const bodies = shop.queue.sent.slice(0, 3);
  for (let times = 0; times < 2; times += 1) {
    const messages = bodies.map((body, at) => {
      return { id: String(at), timestamp: new Date(), attempts: 1, body };
    });
    await shop.runtime.consume(createMessageBatch('vestibule-messages', messages));
  }

  // The profile.
  await note('renamed', browser.application.updateProfile({ body: { last_name: 'Rao Kaur' } }));
  await note('email added', browser.application.addEmail({ body: { email: SECOND } }));
  shop.clock.advance(GAP);
  await note(
    'link again',
    browser.application.sendVerificationLinkToEmail({ body: { email: SECOND } }),
  );
  await note('second verified', stranger().verifyEmail({ body: { code: await code(SECOND) } }));
  await note('primary', browser.application.setEmailAsPrimary({ body: { email: SECOND } }));
  const mine = expectOk(
    await note('number, code', browser.application.sendOTPOnMobile({ body: OTHER })),
  ).body;
  const number = { request_id: mine.request_id ?? '', otp: await otp('+919876543210') };
  await note('number', browser.application.verifyMobileOTP({ body: number }));
  const flags = { active: true, primary: false, verified: true };
  await note(
    'number removed',
    browser.application.deleteMobileNumber({
      query: { phone: OTHER.mobile, country_code: '91', ...flags },
    }),
  );
  await note('has password', browser.application.hasPassword());
  await note(
    'password',
    browser.application.updatePassword({
      body: { old_password: PASSWORD, new_password: `${PASSWORD} 2` },
    }),
  );

  // Sign-ins of every kind.
  for (let wrong = 0; wrong < 6; wrong += 1) {
    const body = { username: SECOND, password: `wrong ${wrong}` };
    await note('wrong password', stranger().loginWithEmailAndPassword({ body }));
  }
  const right2 = { username: SECOND, password: `${PASSWORD} 2` };
  await note('by password', browser.application.loginWithEmailAndPassword({ body: right2 }));
  await note(
    'by username',
    stranger().loginWithEmailAndPassword({
      body: { username: me.user?.username ?? '', password: `${PASSWORD} 2` },
    }),
  );
  await login('by code');
  await login('by code from the same browser', browser);
  shop.clock.advance(GAP);
  await note('by mail, code', stranger().sendOTPOnEmail({ body: { email: EMAIL } }));
  const mailed = { email: EMAIL, otp: await otp(EMAIL) };
  await note('by mail', stranger().verifyEmailOTP({ body: mailed }));
  const person = { sub: '1015842246', email: 'asha.rao@gmail.com', email_verified: true };
  const google = async () => ({ body: { oauth2: { access_token: fake.grant(person) } } });
  const first = await note('by Google, new', stranger().loginWithGoogle(await google()));
  if (first.ok && first.body.register_token !== undefined) {
    shop.clock.advance(GAP);
    const sent = expectOk(await stranger().loginWithOTP({ body: MOBILE })).body;
    const body = {
      request_id: sent.request_id ?? '',
      otp: await otp(E164),
      register_token: first.body.register_token,
    };
    await note('by Google, linked', stranger().verifyMobileOTP({ body }));
  }
  await note('by Google', stranger().loginWithGoogle(await google()));
  const claims = { sub: 'crm-7', jti: 'once', phone_number: E164, phone_number_verified: true };
  const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
  await note('by token', stranger().loginWithToken({ body: { token } }));
  await note('by token again', stranger().loginWithToken({ body: { token } }));
  shop.clock.advance(GAP);
  await note('reset, mail', stranger().sendResetPasswordEmail({ body: { email: EMAIL } }));
  const reset = { code: await code(EMAIL), password: `${PASSWORD} 3` };
  await note('reset, looked at', stranger().sendResetToken({ body: { code: reset.code } }));
  const fresh = shop.client();
  await note('reset', fresh.application.forgotPassword({ body: reset }));
  await note('reset again', stranger().forgotPassword({ body: reset }));
  await note('old session', browser.application.getLoggedInUser());
  await note('sessions', fresh.application.getListOfActiveSessions());

  // Another shopper, whose registration ends by its profile form.
  const neel = shop.client();
  await signUp(shop, neel, '9820098200');

  // Operators.
  const operator = await operatorOf(shop);
  const customer = {
    phone_number: '9820098201',
    username: 'meera',
    email: 'meera@example.com',
    first_name: 'Meera',
  };
  const made = await note('customer', operator.createUser({ params, body: customer }));
  await note(
    'customer again',
    operator.createUser({ params, body: { ...customer, username: 'meera2' } }),
  );
  const meera = made.ok ? (made.body.user?._id ?? '') : '';
  const path = { ...params, user_id: meera };
  const update = {
    last_name: 'Shah',
    emails: [{ email: 'shah@example.com' }],
    meta: { tier: 'gold' },
  };
  await note('customer changed', operator.updateUser({ params: path, body: update }));
  for (const q of ['asha', 'rao ka', SECOND, '8652523958', 'meera', id]) {
    await note(`search ${q === id ? 'id' : q}`, operator.searchUsers({ params, query: { q } }));
  }
  await note('customers', operator.getCustomers({ params }));
  await note('timeline', operator.timeline(id));
  await note('sessions of', operator.getActiveSessions({ params, query: { id } }));
  const domain = shop.application.domains[0] ?? '';
  await note('session made', operator.createUserSession({ params, body: { user_id: id, domain } }));
  const listed = await operator.getActiveSessions({ params, query: { id } });
  const session_id = listed.ok ? (listed.body.items?.[0]?.session_id ?? '') : '';
  const why = { id, reason: 'lost phone' };
  await note('session ended', operator.deleteSession({ params, query: { ...why, session_id } }));
  await note(
    'session ended again',
    operator.deleteSession({ params, query: { ...why, session_id } }),
  );
  await note('all ended', operator.deleteActiveSessions({ params, query: why }));
  await note('ended', fresh.application.getLoggedInUser());
  await note('somebody else', neel.application.getLoggedInUser());
  const group = { name: 'Gold', description: 'Who buys a lot', file_url: `${FILES}/members.csv` };
  const grouped = await note('group', operator.createUserGroup({ params, body: group }));
  await shop.runImports();
  const group_id = grouped.ok ? (grouped.body._id ?? '') : '';
  const ofGroup = { ...params, group_id };
  await note('group read', operator.getUserGroupById({ params: ofGroup }));
  await note(
    'group changed',
    operator.updateUserGroup({ params: ofGroup, body: { name: 'Platinum' } }),
  );
  await note(
    'group again',
    operator.updateUserGroup({ params: ofGroup, body: { file_url: group.file_url } }),
  );
  await shop.runImports();
  const file_url = `${FILES}/changes.csv`;
  const entries = [{ email: SECOND, action: 'add' as const }];
  for (const body of [{ file_url }, { user_data: entries }]) {
    await note(
      'group changed in part',
      operator.updateUserGroupPartially({ params: ofGroup, body }),
    );
    await note(
      'group busy',
      operator.updateUserGroupPartially({ params: ofGroup, body: { file_url } }),
    );
    await shop.runImports();
  }
  await note('groups', operator.getUserGroups({ params, query: { name: 'plat' } }));
  await note('group deleted', operator.deleteUserGroup({ params: ofGroup }));
  await note('group gone', operator.deleteUserGroup({ params: ofGroup }));
  await note('group of later', operator.createUserGroup({ params, body: group }));
  await shop.runImports();
  const absolute_url = `${FILES}/users.csv`;
  const upload = { absolute_url, file_format: 'csv', relative_url: 'users.csv' };
  const exports = { file_format: 'csv' };
  for (const [name, begun] of [
    ['import', () => operator.bulkImportStoreFrontUsers({ params, body: upload })],
    ['export', () => operator.createBulkExportUsers({ params, body: exports })],
  ] as const) {
    const job = await note(name, begun());
    await shop.runImports();
    const job_id = job.ok ? job.body._id : '';
    await note(`${name} read`, operator.getUsersJobByJobId({ params: { ...params, job_id } }));
  }
  await note('imports', operator.getBulkImportUsersList({ params }));
  await note('exports', operator.getBulkExportUsersList({ params }));
  const definition = { name: 'Tier', customer_editable: true };
  const defined = await note(
    'attribute defined',
    operator.createUserAttributeDefinition({ params, body: definition }),
  );
  const attribute_def_id = defined.ok ? (defined.body._id ?? '') : '';
  const ofAttribute = { ...params, attribute_def_id };
  await note(
    'attribute defined again',
    operator.createUserAttributeDefinition({ params, body: definition }),
  );
  await note(
    'attribute changed',
    operator.updateUserAttributeDefinition({ params: ofAttribute, body: { name: 'Level' } }),
  );
  const ofValue = { ...ofAttribute, user_id: id };
  const gold = { attribute: { value: 'gold' } };
  const valued = await note('value', operator.updateUserAttribute({ params: ofValue, body: gold }));
  const attribute_id = valued.ok ? (valued.body._id ?? '') : '';
  await note('value by id', operator.getUserAttributeById({ params: { ...params, attribute_id } }));
  const several = { attributes: [{ definition_id: attribute_def_id, value: 'silver' }] };
  await note(
    'values',
    operator.updateUserAttributes({ params: { ...params, user_id: meera }, body: several }),
  );
  const tier = (type: 'eq' | 'starts_with' | 'exists', value?: string) => ({
    definition_id: attribute_def_id,
    type,
    value,
  });
  for (const [type, conditions] of [
    ['and', [tier('eq', 'gold')]],
    ['and', [tier('exists'), tier('starts_with', 's')]],
    ['or', [tier('eq', 'gold'), tier('eq', 'silver')]],
  ] as const) {
    const query = { type, limit: 10, page: 1, conditions: [...conditions] };
    await note('filter', operator.filterUsersByAttributes({ params, body: { query } }));
    const named = { ...query, email: 'shah@example.com' };
    await note('filter one', operator.filterUsersByAttributes({ params, body: { query: named } }));
  }
  const neels = { attributes: { tier: 'bronze' } };
  await note('own value', neel.application.updateUserAttributes({ body: neels }));
  await note('own values', neel.application.getUserAttributes());
  await note('value removed', operator.deleteUserAttribute({ params: ofValue }));
  await note('value removed again', operator.deleteUserAttribute({ params: ofValue }));
  await note(
    'config',
    operator.updatePlatformConfig({
      params,
      body: { ...shop.application.config, display: 'Sign in' },
    }),
  );

  // The states of a user, and their ends.
  const block = async (status: boolean) =>
    note(
      `block ${status}`,
      operator.blockOrUnblockUsers({
        params,
        body: { status, user_id: [id], reason: 'chargebacks' },
      }),
    );
  const kept = shop.client({ cookie: cookieOf(await login('before the block')) });
  await block(true);
  await note('blocked', kept.application.getLoggedInUser());
  await login('while blocked');
  await block(false);
  await login('after the block');
  await note('archive', operator.archiveUser({ params, body: { user_id: id } }));
  await login('while archived');
  await note('restore', operator.unDeleteUser({ params, body: { user_id: id } }));
  await note('restore again', operator.unDeleteUser({ params, body: { user_id: id } }));
  const last = shop.client();
  await login('before the deletion', last);
  shop.clock.advance(GAP);
  const confirm = expectOk(await last.application.sendOTPOnMobile({ body: MOBILE })).body;
  const farewell = { request_id: confirm.request_id ?? '', otp: await otp(E164) };
  await note('deleted', last.application.deleteUser({ body: farewell }));
  await login('while deleted');
  await note(
    'attribute deleted',
    operator.deleteUserAttributeDefinitionById({ params: ofAttribute }),
  );
  // Each is a claim and an end; all are the same.
  shop.eventQueue.splice(3);
  await consumeEvents(shop);
  await note('out', neel.application.logout());
  await note('is out', neel.application.getLoggedInUser());
  shop.clock.advance(shop.application.config.delete_account_day * DAY);
  await shop.runtime.scheduled(PURGE_CRON);
  const later = await operatorOf(shop);
  await note('purged', later.searchUsers({ params, query: { q: 'rao' } }));
  await note('the others', later.getCustomers({ params }));
  await login('the number is free');

  // All of one customer, and the application's own records.
  await env.DB.prepare(
    `INSERT INTO report_counts (application_id, hour_start, name, count) VALUES (?, ?, 'sms.91', 3)`,
  )
    .bind(shop.application.id, shop.clock.now() - (shop.clock.now() % 3_600_000))
    .run();
  await note('report', later.report());
  const groups = await later.getUserGroups({ params });
  const newest = groups.ok ? groups.body.items?.[0] : undefined;
  await note('members', later.members(newest?._id ?? ''));
  const events = await later.audit();
  seen.push(`audit: ${events.ok ? events.body.items.length : events.status}`);
  seen.push(`versions: ${(await shop.ports.configs.history()).length}`);
  const exported = await later.exportUser(meera);
  const tables = exported.ok ? Object.entries(exported.body.stored) : [];
  seen.push(`export: ${tables.map(([name, rows]) => `${name} ${rows.length}`).join(', ')}`);
  await note('erase', later.erase(meera));
  await note('erase again', later.erase(meera));
  await note('those left', later.getCustomers({ params }));
  return seen;
}

/** The journey beside a twin. */
async function beside(id: string): Promise<{ seen: string[]; twin: Twin }> {
  const opened = await openShop();
  const twin = await watchTwin(opened.shop, id);
  return { seen: await journey(opened), twin };
}

/** The same for every twin. */
let alone: string[] | undefined;

test('a statement that does not say whose rows it means is found out', async () => {
  const tables = await tenantTables();
  const careless = (sql: string) => tenantlessScopes(sql, tables).length;
  expect(careless('UPDATE users SET a = ? WHERE id = ?')).toBe(1);
  expect(careless('UPDATE users SET a = ? WHERE application_id = ? AND id = ?')).toBe(0);
  const inside = (clause: string) =>
    `DELETE FROM links WHERE application_id = ? AND user_id IN (SELECT l.user_id FROM links l WHERE ${clause} l.id = ?)`;
  expect(careless(inside(''))).toBe(1);
  expect(careless(inside('l.application_id = ? AND'))).toBe(0);
  expect(careless('SELECT 1 FROM users u WHERE (application_id, id) IN (SELECT 1, 2)')).toBe(0);
  expect(
    careless(
      'SELECT u.id FROM users u CROSS JOIN identifiers i ON i.user_id = u.id WHERE u.application_id = ?',
    ),
  ).toBe(1);
  expect(careless('SELECT value FROM json_each(?)')).toBe(0);
});

describe('an application beside another one with the same ids', () => {
  test.each([
    ['before', '000000000000000000000000'],
    ['behind', 'ffffffffffffffffffffffff'],
  ])(
    'that sorts %s it neither changes nor sees a row of that one',
    async (_name, id) => {
      alone ??= await journey(await openShop());
      await clear();
      const { seen, twin } = await beside(id);
      expect(twin.breaches).toEqual([]);
      expect(seen).toEqual(alone);
      expect(twin.trips).toBeGreaterThan(100);
      // Every table had rows that could have been reached.
      const tables = await tenantTables();
      const names = tables.map(({ name }) => name);
      const empty = names.filter((name) => !twin.rows.get(name));
      expect(empty).toEqual([]);
      // And every statement says whose rows it means.
      const statements = [...twin.statements].filter((sql) =>
        names.some((name) => sql.includes(name)),
      );
      expect(statements.length).toBeGreaterThan(80);
      const careless = statements.flatMap((sql) => tenantlessScopes(sql, tables));
      expect(careless).toEqual([]);
    },
    300_000,
  );
});
