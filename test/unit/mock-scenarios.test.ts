/** Scenarios: who gets which world, what is in it, and that they are bounded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import {
  createScenarios,
  type Scenarios,
  type ScenariosOptions,
} from '../../mocks/scenarios/host.ts';
import { ASHA, PASSWORD } from '../../mocks/scenarios/people.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { SCENARIOS } from '../../mocks/scenarios/table.ts';
import { createClient } from '../../src/http/client.ts';
import { table } from '../../src/table.ts';
import { expectOk } from '../support/answers.ts';

const ORIGIN = 'http://127.0.0.1:4010';
const PAGE = { 'sec-fetch-site': 'same-origin' };
const authorization = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
const MOBILE = { mobile: ASHA.mobile, country_code: '91' };

function started(options: ScenariosOptions = {}) {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead };
  const scenarios = createScenarios({ clock, ...options });
  const { fetch } = createPanel({ scenarios });
  return {
    scenarios,
    fetch: async (path: string, init?: RequestInit) => fetch(new Request(`${ORIGIN}${path}`, init)),
    pass: (ms: number) => void (ahead += ms),
    client: (headers: Record<string, string> = {}) =>
      createClient(table, {
        baseUrl: ORIGIN,
        fetch,
        cookies: true,
        headers: { authorization, ...headers },
      }),
  };
}
type Calls = ReturnType<ReturnType<typeof started>['client']>;

async function signIn({ application }: Calls) {
  const { request_id = '' } = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
  return application.verifyMobileOTP({ body: { request_id, otp: '123456' } });
}

describe('a world', () => {
  test('belongs to a browser, from its first answer on', async () => {
    const { client } = started({ scenario: 'returning-shopper' });
    const [first, second] = [client(PAGE), client(PAGE)];
    for (const page of [first, second]) expectOk(await signIn(page));
    expectOk(await first.application.updateProfile({ body: { first_name: 'Changed' } }));
    const name = async (page: Calls) =>
      expectOk(await page.application.getLoggedInUser()).body.user?.first_name;
    expect([await name(first), await name(second)]).toEqual(['Changed', 'Asha']);
  });

  test('is shared by all who keep no cookies, so that curl gets through a login', async () => {
    const { fetch } = started({ scenario: 'returning-shopper' });
    const post = async (path: string, body: object, headers = {}) =>
      fetch(`/service/application/user/authentication/v1.0/${path}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    for (const headers of [
      {},
      { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
    ]) {
      const mobile = headers.origin ? '9820098201' : ASHA.mobile;
      const sent = await post('login/otp', { mobile, country_code: '91' }, headers);
      const { request_id } = await sent.json<{ request_id: string }>();
      const done = await post('otp/mobile/verify', { request_id, otp: '123456' }, headers);
      expect(done.status).toBe(200);
      expect(sent.headers.getSetCookie().join()).not.toContain('mock.browser');
    }
  });

  test('takes pages of every origin, that of a file or a frame included, and signs them in', async () => {
    const { fetch } = started({ scenario: 'returning-shopper' });
    for (const origin of ['null', 'https://shop.test', 'http://192.168.1.7:3000', 'app://shop']) {
      const post = async (path: string, body: object) =>
        fetch(`/service/application/user/authentication/v1.0/${path}`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json', origin },
          body: JSON.stringify(body),
        });
      const email = `${origin.replaceAll(/\W/g, '')}@example.com`;
      const sent = await post('otp/email/send', { email });
      expect([origin, sent.status]).toEqual([origin, 200]);
      const done = await post('otp/email/verify', { email, otp: '123456' });
      expect([origin, done.status]).toEqual([origin, 200]);
      expect(done.headers.get('access-control-allow-origin')).toBe(origin);
    }
  });

  test('keeps the real rules: wrong codes fail, resends wait, five tries are the end', async () => {
    const { client, pass } = started({ scenario: 'strict-limits' });
    const { application } = client();
    const { request_id = '', resend_token } = expectOk(
      await application.loginWithOTP({ body: MOBILE }),
    ).body;
    const resend = async () =>
      application.sendOTPOnMobile({ body: { ...MOBILE, token: resend_token, action: 'resend' } });
    expect(await resend()).toMatchObject({
      status: 429,
      body: { meta: { limit: expect.any(String) } },
    });
    pass(31_000);
    expect(await resend()).toMatchObject({ ok: true, body: { request_id } });
    const wrong = async () => application.verifyMobileOTP({ body: { request_id, otp: '111111' } });
    for (let tries = 0; tries < 5; tries += 1) expect((await wrong()).status).toBe(400);
    const body = { request_id, otp: '123456' };
    expect(await application.verifyMobileOTP({ body })).toMatchObject({
      body: { code: 'otp_exhausted' },
    });
  });

  test('starts again when it is reset, and only this one', async () => {
    const { client, fetch } = started({ scenario: 'returning-shopper' });
    const [page, curl] = [client(PAGE), client()];
    const opened = await page.application.getPlatformConfig();
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(cookie).toMatch(/^mock\.browser=/);
    expectOk(await signIn(page));
    expectOk(await signIn(curl));
    const headers = { ...PAGE, cookie };
    expect((await fetch('/_mock/reset', { method: 'POST', headers })).status).toBe(200);
    expect((await page.application.getLoggedInUser()).status).toBe(401);
    expectOk(await curl.application.getLoggedInUser());
  });

  test('goes when nobody has used it for two hours, and when fifty others are newer', async () => {
    const { scenarios, pass } = started({ scenario: 'new-shopper' });
    const asked = (n: number) =>
      new Request(ORIGIN, { headers: { cookie: `mock.browser=${String(n).padStart(36, '0')}` } });
    const worldOf = async (n: number) => scenarios.worldOf(asked(n));
    const first = await worldOf(0);
    for (let n = 1; n < 50; n += 1) await worldOf(n);
    expect(await worldOf(0)).toBe(first);
    for (let n = 50; n < 99; n += 1) await worldOf(n);
    expect(await worldOf(0)).toBe(first);
    for (let n = 99; n < 150; n += 1) await worldOf(n);
    const again = await worldOf(0);
    expect(again).not.toBe(first);
    pass(2 * 3_600_000 + 1);
    await worldOf(1);
    expect(await worldOf(0)).not.toBe(again);
  });

  test('does not grow for ever', async () => {
    const { scenarios, fetch } = started({ scenario: 'new-shopper' });
    const world = await scenarios.worldOf(new Request(ORIGIN));
    const state = world.memory.state(world.application.id);
    for (let n = 0; n < 6_000; n += 1) {
      state.forms.set(String(n), '{}');
      state.ended.add(String(n));
      state.budgets.buckets.set(String(n), new Map());
    }
    await fetch('/service/application/user/platform/v1.0/config', { headers: { authorization } });
    const sizes = [state.forms.size, state.ended.size, state.budgets.buckets.size];
    expect(sizes).toEqual([5_000, 5_000, 5_000]);
    expect(state.forms.has('5999')).toBe(true);
  });
});

test('the inbox of a browser shows what was sent to clients without cookies too, and not what other browsers got', async () => {
  const { client, fetch } = started({ scenario: 'returning-shopper' });
  const page = client(PAGE);
  const cookie =
    (await page.application.getPlatformConfig()).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const ask = async ({ application }: Calls, mobile: string) =>
    expectOk(await application.loginWithOTP({ body: { mobile, country_code: '91' } }));
  await ask(page, '9820098201');
  await ask(client(), '9820098202');
  await ask(client(PAGE), '9820098203');
  const inbox = await fetch('/_dev/inbox', { headers: { ...PAGE, cookie } });
  const { items } = await inbox.json<{ items: { to: string }[] }>();
  expect(items.map(({ to }) => to).toSorted()).toEqual(['+919820098201', '+919820098202']);
});

describe('choosing', () => {
  const put = (body: unknown): RequestInit => ({
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...PAGE },
    body: JSON.stringify(body),
  });

  test('is per browser, and null is plain mode again', async () => {
    const { fetch } = started();
    const chosen = await fetch('/_mock/scenario', put({ name: 'blocked' }));
    expect(await chosen.json()).toEqual({ scenario: 'blocked', for: 'browser' });
    const [cookie = ''] = chosen.headers.getSetCookie().map((line) => line.split(';')[0]);
    const now = async (headers: Record<string, string>) =>
      (await fetch('/_mock/scenario', { headers })).json<{
        scenario: string | null;
        scenarios: object[];
      }>();
    expect(await now({ cookie })).toMatchObject({ scenario: 'blocked' });
    expect(await now(PAGE)).toMatchObject({ scenario: null });
    expect((await now({})).scenarios).toHaveLength(SCENARIOS.length);
    await fetch('/_mock/scenario', put({ name: 'deleted', for: 'server' }));
    expect(await now({ cookie })).toMatchObject({ scenario: 'blocked' });
    expect(await now(PAGE)).toMatchObject({ scenario: 'deleted' });
    const plain = {
      ...put({ name: null }),
      headers: { 'content-type': 'application/json', cookie },
    };
    await fetch('/_mock/scenario', plain);
    expect(await now({ cookie })).toMatchObject({ scenario: null });
  });

  test('for a browser that is not known yet hands its cookie out and touches nobody else', async () => {
    const { fetch } = started();
    const asked = { ...put({ name: 'blocked' }), headers: { 'content-type': 'application/json' } };
    const chosen = await fetch('/_mock/scenario', asked);
    const [cookie = ''] = chosen.headers.getSetCookie().map((line) => line.split(';')[0]);
    expect(cookie).toMatch(/^mock\.browser=/);
    const now = async (headers: Record<string, string>) =>
      (await (await fetch('/_mock/scenario', { headers })).json<{ scenario: unknown }>()).scenario;
    expect([await now({ cookie }), await now({}), await now(PAGE)]).toEqual([
      'blocked',
      null,
      null,
    ]);
  });

  test.each([
    { name: 'nobody' },
    {},
    { name: 1 },
    [],
    { name: 'blocked', for: 'all' },
    { name: 'blocked', x: 1 },
  ])('%j is a 400 that says what there is', async (body) => {
    const { fetch, scenarios } = started();
    const answer = await fetch('/_mock/scenario', put(body));
    expect(answer.status).toBe(400);
    const { message, code } = await answer.json<{ message: string; code: string }>();
    expect([code, message]).toEqual([
      'validation_failed',
      expect.stringContaining('many-sessions'),
    ]);
    expect(scenarios.chosen(new Request(ORIGIN))).toBeUndefined();
  });

  test('bytes that are no JSON, other methods and an inbox without a scenario get an error body', async () => {
    const { fetch } = started();
    const broken = await fetch('/_mock/scenario', { method: 'PUT', body: '{' });
    expect([broken.status, await broken.json()]).toMatchObject([
      400,
      { code: 'validation_failed' },
    ]);
    expect((await fetch('/_mock/reset')).status).toBe(405);
    expect(await (await fetch('/_dev/inbox')).json()).toMatchObject({ code: 'not_found' });
  });

  test('what a preference orders is answered by the plain mock, also in a scenario', async () => {
    const { client } = started({ scenario: 'new-shopper' });
    const { application } = client();
    const ordered = await application.getLoggedInUser({
      headers: { prefer: 'error=not_authenticated' },
    });
    expect(ordered).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    const dynamic = await application.getLoggedInUser({ headers: { prefer: 'dynamic=true' } });
    expect(dynamic.ok).toBe(true);
    expect(ordered.headers.get('x-mock-scenario')).toBeNull();
  });
});

/** What each scenario promises in its `about`. */
const PROMISES: Record<string, (calls: Calls, scenarios: Scenarios) => Promise<void>> = {
  async 'new-shopper'(calls) {
    const { body } = expectOk(await signIn(calls));
    expect(body).toMatchObject({ user_exists: false });
    const profile = { first_name: 'New', register_token: body.register_token };
    expectOk(await calls.application.updateProfile({ body: profile }));
    expectOk(await calls.application.getLoggedInUser());
  },
  async 'returning-shopper'(calls) {
    expect(expectOk(await signIn(calls)).body).toMatchObject({ user_exists: true });
    const body = { username: ASHA.email, password: PASSWORD };
    expectOk(await calls.application.loginWithEmailAndPassword({ body }));
  },
  async 'both-otps'({ application }) {
    const form = expectOk(
      await application.registerWithForm({
        body: { first_name: 'A', email: 'a@example.com', phone: MOBILE, password: PASSWORD },
      }),
    ).body;
    expect(form).toMatchObject({ verify_mobile_otp: true, verify_email_otp: true });
    const { register_token, request_id = '' } = form;
    expectOk(
      await application.verifyMobileOTP({ body: { request_id, otp: '123456', register_token } }),
    );
    const done = await application.verifyEmailOTP({
      body: { email: 'a@example.com', otp: '123456', register_token },
    });
    expect(expectOk(done).body).toMatchObject({ user_exists: true });
  },
  async 'hard-required'({ application }) {
    const body = { username: ASHA.email, password: PASSWORD };
    const login = expectOk(await application.loginWithEmailAndPassword({ body }));
    expect(login.headers.getSetCookie()).toEqual([]);
    expect(login.body).toMatchObject({ register_token: expect.any(String) });
  },
  async 'password-reset'({ application }, scenarios) {
    expectOk(await application.sendResetPasswordEmail({ body: { email: ASHA.email } }));
    const [mail] = await scenarios.inbox(new Request(ORIGIN), ASHA.email);
    expect(mail).toMatchObject({ template: 'reset_link', link: expect.any(String) });
    const body = { code: mail?.code ?? '', password: 'another long passphrase' };
    expectOk(await application.forgotPassword({ body }));
    // The same by a code, in the order in which the public theme calls.
    const mobile = ASHA.mobile;
    const sent = expectOk(await application.sendForgotOTPOnMobile({ body: { mobile } })).body;
    const code = { request_id: sent.request_id ?? '', otp: '123456' };
    const verified = expectOk(await application.verifyMobileForgotOTP({ body: code })).body;
    const reset = { code: verified.forgot_token ?? '', password: 'a third long passphrase' };
    expect(expectOk(await application.resetForgotPassword({ body: reset })).body).toEqual({
      success: true,
    });
    const login = { username: ASHA.email, password: reset.password };
    expectOk(await application.loginWithEmailAndPassword({ body: login }));
  },
  async 'social-new'({ application }) {
    const body = { is_signed_in: true, oauth2: { access_token: 'new-person' }, profile: {} };
    expect(expectOk(await application.loginWithGoogle({ body })).body).toMatchObject({
      user_exists: false,
    });
    const known = { ...body, oauth2: { access_token: 'known-person' } };
    expect(expectOk(await application.loginWithGoogle({ body: known })).body).toMatchObject({
      user_exists: true,
    });
    expectOk(await application.loginWithToken({ body: { token: 'company-token' } }));
  },
  async 'strict-limits'({ application }) {
    expectOk(await application.loginWithOTP({ body: MOBILE }));
    expect((await application.loginWithOTP({ body: MOBILE })).status).toBe(429);
  },
  async blocked(calls) {
    expect(await signIn(calls)).toMatchObject({
      status: 403,
      body: { meta: { is_blocked: true } },
    });
  },
  async deleted(calls) {
    expect(await signIn(calls)).toMatchObject({
      status: 403,
      body: { meta: { is_deleted: true } },
    });
  },
  async 'session-expired'(calls) {
    expectOk(await signIn(calls));
    expectOk(await calls.application.getLoggedInUser());
  },
  async 'many-sessions'(calls) {
    expectOk(await signIn(calls));
    const { sessions } = expectOk(await calls.application.getListOfActiveSessions()).body;
    expect(sessions).toHaveLength(13);
  },
  async 'admin-console'({ platform, service }) {
    const params = { company_id: DEMO.companyId, application_id: DEMO.applicationId };
    const basic = `Basic ${btoa(`${DEMO.oauthKey}:${DEMO.oauthSecret}`)}`;
    const token = expectOk(
      await service.createToken({
        params,
        headers: { authorization: basic },
        body: { grant_type: 'client_credentials' },
      }),
    ).body.access_token;
    const headers = { authorization: `Bearer ${token}` };
    const list = expectOk(
      await platform.getCustomers({ params, headers, query: { page_no: 10, page_size: 100 } }),
    ).body;
    expect(list).toMatchObject({ page: { item_total: 1_000, has_next: false } });
    expect(list.items).toHaveLength(100);
    const file_url = 'https://files.example/members.csv';
    const made = await platform.createUserGroup({
      params,
      headers,
      body: { name: 'G', description: 'd', file_url },
    });
    const group_id = String(expectOk(made).body.uid);
    const group = expectOk(
      await platform.getUserGroupById({ params: { ...params, group_id }, headers }),
    ).body;
    expect(group).toMatchObject({ status: 'success', counts: { users: 1_000, failed: 1 } });
  },
};

describe('the scenarios', () => {
  test.each(SCENARIOS.map(({ name }) => [name] as const))('%s keeps its promise', async (name) => {
    const { client, scenarios } = started({ scenario: name });
    await PROMISES[name]?.(client(), scenarios);
    expect(PROMISES[name]).toBeDefined();
  });

  test('session-expired hands a browser a cookie that has run out, once', async () => {
    const { client } = started({ scenario: 'session-expired' });
    const page = client(PAGE);
    const first = await page.application.getPlatformConfig();
    const lines = first.headers.getSetCookie().join('\n');
    expect(lines).toMatch(/mock\.browser=/);
    expect(lines).toMatch(/f\.session=s%3A/);
    const me = await page.application.getLoggedInUser();
    expect(me).toMatchObject({ status: 401, body: { authenticated: false } });
    expect(me.headers.getSetCookie()).toEqual([]);
  });

  test('many-sessions signs a browser in with its first request, and every later one', async () => {
    const { client } = started({ scenario: 'many-sessions' });
    const page = client(PAGE);
    for (let at = 0; at < 3; at += 1) expectOk(await page.application.getLoggedInUser());
    const { sessions } = expectOk(await page.application.getListOfActiveSessions()).body;
    expect(sessions).toHaveLength(12);
  });

  test('the same seed gives the same ids, another one others', async () => {
    const seen = async (seed: number) => {
      const { client } = started({ scenario: 'many-sessions', seed });
      const page = client(PAGE);
      const { user } = expectOk(await page.application.getLoggedInUser()).body;
      const { sessions } = expectOk(await page.application.getListOfActiveSessions()).body;
      return JSON.stringify([user?._id, sessions]);
    };
    expect(await seen(7)).toBe(await seen(7));
    expect(await seen(7)).not.toBe(await seen(8));
  });

  test('but for strict-limits, a second code is no wait', async () => {
    const { client, pass } = started({ scenario: 'new-shopper' });
    const { application } = client();
    for (let at = 0; at < 12; at += 1) {
      expectOk(await application.loginWithOTP({ body: MOBILE }));
      pass(1_000);
    }
  });

  test('docs/MOCK.md lists them as they are', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/MOCK.md'), 'utf8');
    for (const { name, title } of SCENARIOS) {
      expect(page).toMatch(new RegExp(`\\| \`${name}\` +\\| ${title} +\\|`));
    }
  });
});
