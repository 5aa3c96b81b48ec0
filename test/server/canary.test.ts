/**
 * Secrets and personal data that go through every flow must not come out of the Worker's output,
 * nor lie readable in its data ("tokens at rest"). The tests of this file are one story and run in its order.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const MOBILE = '9820098211';
const ADDED = '9820098212';
const EMAIL = 'canary.person@example.com';
const AUTHENTICATION = '/service/application/user/authentication/v1.0';
const PROFILE = '/service/application/user/profile/v1.0/detail';
const TOKEN = `/service/panel/authentication/v1.0/company/${DEMO.companyId}/oauth/token`;
const CUSTOMERS = `/service/platform/user/v1.0/company/${DEMO.companyId}/application/${DEMO.applicationId}/customers`;
/** Longer than a slow machine takes for the calls between two sends. */
const GAP = 5;

/** Refuses every token, as a provider does with one that it did not make. */
const provider = createServer((_request, response) => {
  response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_token"}');
});
let server: StartedServer;
beforeAll(async () => {
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  // An address of a TCP server, which is never a path.
  const base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const urls = {
    googleTokeninfo: `${base}/tokeninfo`,
    googleUserinfo: `${base}/v1/userinfo`,
    googleKeys: `${base}/oauth2/v3/certs`,
    facebookGraph: base,
    facebookKeys: `${base}/.well-known/oauth/openid/jwks/`,
    appleKeys: `${base}/auth/keys`,
  };
  const flags = ['--var', `SOCIAL_URLS:${JSON.stringify(urls)}`];
  server = await startServer({ limits: { sendGapSeconds: GAP }, flags });
});
afterAll(async () => {
  await server.stop();
  provider.close();
});

/** What must not be seen, by what it is. */
const canaries = new Map<string, string>();
/** Every request that was sent: its id → the operation and status that its line must hold. */
const sent = new Map<string, { operation: string | undefined; status: number }>();

function canary(what: string, value: unknown): string {
  expect(value, what).toBeTypeOf('string');
  const text = String(value);
  expect(text.length, what).toBeGreaterThan(4);
  canaries.set(what, text);
  return text;
}

const pair = (token: string): string => btoa(`${DEMO.applicationId}:${token}`);
const storefront = { authorization: `Bearer ${pair(DEMO.applicationToken)}` };
const json = { 'content-type': 'application/json' };

interface Answered {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** One request with an id of its own. `operation` is what its log line must name. */
async function call(
  operation: string | undefined,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: object | string } = {},
): Promise<Answered> {
  const id = `canary-${sent.size}`;
  const { body } = init;
  const response = await fetch(server.url + path, {
    method: init.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(body === undefined ? {} : json), ...init.headers, 'x-request-id': id },
    body: typeof body === 'object' ? JSON.stringify(body) : body,
  });
  sent.set(id, { operation, status: response.status });
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: JSON.parse(text) as Answered['body'] };
}

/** The same with the application's own authorization. */
async function shop(
  name: string,
  path: string,
  init: { headers?: Record<string, string>; body?: object } = {},
): Promise<Answered> {
  return call(`application.${name}`, path, {
    ...init,
    headers: { ...storefront, ...init.headers },
  });
}

const send = async (body: object, name = 'sendOTPOnMobile', path = '/otp/mobile/send') =>
  shop(name, AUTHENTICATION + path, { body });
const verify = async (body: object, headers = {}) =>
  shop('verifyMobileOTP', `${AUTHENTICATION}/otp/mobile/verify`, { body, headers });

describe('canaries', () => {
  let session = '';

  test('flow through a login: wrong, early, foreign and right', async () => {
    canary('mobile', MOBILE);
    const body = { mobile: MOBILE, country_code: '91' };
    const first = await send(body, 'loginWithOTP', '/login/otp');
    expect(first.status).toBe(200);
    const { request_id } = first.body;
    const token = canary('resend_token', first.body['resend_token']);
    const otp = canary('otp', await server.otpFor(`+91${MOBILE}`));
    const wrong = canary('wrong otp', otp === '918273' ? '918274' : '918273');

    expect((await verify({ request_id, otp: wrong })).status).toBe(400);
    expect(
      (await send({ ...body, token: canary('wrong token', crypto.randomUUID()) })).status,
    ).toBe(400);
    const early = await send({ ...body, token });
    expect(early.status).toBe(429);
    await sleep(Number(early.headers.get('retry-after')) * 1000);
    expect((await send({ ...body, token })).status).toBe(200);
    await server.otpFor(`+91${MOBILE}`, { after: 1 });
    const wrongRegistration = canary('wrong register_token', crypto.randomUUID());
    const spoilt = await verify({ request_id, otp, register_token: wrongRegistration });
    expect(spoilt.status).toBe(400);

    const right = await verify({ request_id, otp });
    expect(right.status).toBe(200);
    const register_token = canary('register_token', right.body['register_token']);
    const profile = {
      register_token,
      email: canary('email', EMAIL),
      first_name: canary('first name', 'Canaryfirst'),
      last_name: canary('last name', 'Canarylast'),
      dob: canary('date of birth', '1987-06-05'),
    };
    const done = await shop('updateProfile', PROFILE, { body: profile });
    expect(done.status).toBe(200);
    session = canary(
      'cookie',
      /^f\.session=([^;]+)/.exec(done.headers.getSetCookie()[0] ?? '')?.[1],
    );
    canary('cookie, decoded', decodeURIComponent(session));
    const [, id, signature] = /^s:(.*)\.(.*)$/.exec(decodeURIComponent(session)) ?? [];
    canary('session id', id);
    canary('cookie signature', signature);
    expect((await shop('updateProfile', PROFILE, { body: profile })).status).toBe(409);
  });

  test('flow through a session, a forged one, profile edits and a link', async () => {
    const cookie = { cookie: `f.session=${session}` };
    for (const [name, path] of [
      ['getLoggedInUser', '/session'],
      ['getListOfActiveSessions', '/sessions'],
    ] as const) {
      expect((await shop(name, AUTHENTICATION + path, { headers: cookie })).status).toBe(200);
    }
    const forged = canary('forged cookie', `s%3Acanary-forged.${'A'.repeat(43)}`);
    const refused = await shop('getLoggedInUser', `${AUTHENTICATION}/session`, {
      headers: { cookie: `f.session=${forged}` },
    });
    expect(refused.status).toBe(401);
    const foreign = await shop('getLoggedInUser', `${AUTHENTICATION}/session`, {
      headers: { ...cookie, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);

    const { link = '', code } = await server.messageFor(EMAIL);
    canary('link code', code);
    canary('link', link);
    const edit = { mobile: { phone: canary('added mobile', ADDED), country_code: '91' } };
    const asked = await shop('updateProfile', PROFILE, { headers: cookie, body: edit });
    const otp = canary('profile otp', await server.otpFor(`+91${ADDED}`));
    const added = await verify({ request_id: asked.body['request_id'], otp }, cookie);
    expect(added.status).toBe(200);
    const out = await shop('logout', `${AUTHENTICATION}/logout`, { headers: cookie });
    expect(out.body).toStrictEqual({ logout: true });
  });

  test('flow through the credentials of shops and operators', async () => {
    const token = canary('wrong application token', 'canary-application-token');
    const bearer = { authorization: `Bearer ${canary('wrong pair', pair(token))}` };
    const stranger = await call('application.logout', `${AUTHENTICATION}/logout`, {
      headers: bearer,
    });
    expect(stranger.status).toBe(401);

    const secret = canary('wrong OAuth secret', 'canary-oauth-secret');
    const basic = (password: string) => btoa(`${DEMO.oauthKey}:${password}`);
    const grant = { grant_type: 'client_credentials', client_id: DEMO.oauthKey };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const wrong = [
      { body: grant, headers: { authorization: `Basic ${canary('wrong basic', basic(secret))}` } },
      { body: { ...grant, client_secret: secret } },
      { body: String(new URLSearchParams({ ...grant, client_secret: secret })), headers: form },
    ];
    for (const init of wrong) {
      expect((await call('service.createToken', TOKEN, init)).status).toBe(401);
    }
    canary('OAuth secret', DEMO.oauthSecret);
    canary('application token', DEMO.applicationToken);
    canary('application pair', pair(DEMO.applicationToken));
    const right = await call('service.createToken', TOKEN, {
      body: grant,
      headers: { authorization: `Basic ${canary('basic', basic(DEMO.oauthSecret))}` },
    });
    const access = canary('access token', right.body['access_token']);
    for (const q of [MOBILE, `+91${MOBILE}`, EMAIL, 'canaryfir']) {
      const found = await call(
        'platform.getCustomers',
        `${CUSTOMERS}/list?q=${encodeURIComponent(q)}`,
        {
          headers: { authorization: `Bearer ${access}` },
        },
      );
      expect(found.body, q).toMatchObject({ items: [{ emails: [{ email: EMAIL }] }] });
    }
    const jwt = canary('wrong access token', `eyJhbGciOiJub25lIn0.${btoa('{"a":"canary"}')}.c2ln`);
    const refused = await call('platform.getCustomers', `${CUSTOMERS}/list`, {
      headers: { authorization: `Bearer ${jwt}` },
    });
    expect(refused.status).toBe(401);
  });

  test('flow through passwords and resets', async () => {
    const username = EMAIL;
    const password = canary('wrong password', 'a canary of a passphrase');
    const wrong = await shop('loginWithEmailAndPassword', `${AUTHENTICATION}/login/password`, {
      body: { username, password },
    });
    expect(wrong.status).toBe(401);
    const code = canary('wrong reset code', 'abcdef0123456789abcdef0123456789');
    const reset = await shop('forgotPassword', `${AUTHENTICATION}/login/password/reset/forgot`, {
      body: { code, password: canary('new password', 'another canary of a passphrase') },
    });
    expect(reset.status).toBe(400);
  });

  test.each([
    ['plain', 'ya29.canary-access-token'],
    ['of another script', 'ya29.本-canary-access-token'],
    ['with control characters in it', 'ya29.canary\u0007access\u0000token'],
    ['very long', `ya29.${'canary'.repeat(1_000)}`],
  ])('flow through logins at providers, by a token %s', async (what, text) => {
    const token = canary(`access token ${what}`, text);
    const oauth2 = { access_token: token };
    const google = `${AUTHENTICATION}/login/google`;
    for (const [name, path, body] of [
      ['loginWithGoogle', `${google}-token`, { oauth2 }],
      ['loginWithGoogleAndroid', `${google}-android`, { oauth2 }],
      ['loginWithGoogleIOS', `${google}-ios`, { oauth2 }],
      ['loginWithFacebook', `${AUTHENTICATION}/login/facebook-token`, { oauth2 }],
      ['loginWithToken', `${AUTHENTICATION}/login/token`, { token }],
    ] as const) {
      const answer = await shop(name, path, { body });
      expect([name, answer.status]).toEqual([name, expect.toBeOneOf([400, 401, 403, 503])]);
    }
  });

  test('flow through requests that no operation takes', async () => {
    const garbage = `{"mobile":"${MOBILE}","otp":`;
    const login = `${AUTHENTICATION}/login/otp`;
    const malformed = await call('application.loginWithOTP', login, {
      headers: storefront,
      body: garbage,
    });
    expect(malformed.status).toBe(400);
    const typed = { ...storefront, 'content-type': 'text/plain' };
    const untyped = await call('application.loginWithOTP', login, {
      headers: typed,
      body: garbage,
    });
    expect(untyped.status).toBe(415);
    const invalid = await call('application.loginWithOTP', login, {
      headers: storefront,
      body: { mobile: { phone: MOBILE } },
    });
    expect(invalid.status).toBe(400);
    expect((await call(undefined, login, { method: 'DELETE', headers: storefront })).status).toBe(
      405,
    );
    const code = canary('code in a path', 'd0c5e1b2a3948576d0c5e1b2a3948576');
    // A page, which gets the code in its address.
    const page = await fetch(`${server.url}/auth/verify-email?code=${code}`);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await page.text()).not.toContain(code);
    for (const lost of [
      `/auth/verify-email/${code}`,
      `/_dev/inbox/+91${MOBILE}`,
      `/customers/${canary('email in a path', encodeURIComponent(EMAIL))}`,
    ]) {
      expect((await call(undefined, lost)).status, lost).toBe(404);
    }
  });

  test('are nowhere in what was printed', async () => {
    await call('service.getHealth', '/healthz');
    await server.logOf([...sent.keys()].at(-1) ?? '');
    const printed = server.workerOutput();
    const seen = [...canaries].filter(([, value]) => printed.includes(value));
    expect(seen.map(([what]) => what)).toStrictEqual([]);
  });

  test('lie readable nowhere in the data, save what the inbox shows', () => {
    const readable = [
      'cookie',
      'cookie, decoded',
      'session id',
      'cookie signature',
      'register_token',
    ];
    const credentials = ['application token', 'OAuth secret', 'access token'];
    const files = readdirSync(server.state, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
    // The reading itself works: the person is in the database.
    expect(files.some((bytes) => bytes.includes(EMAIL))).toBe(true);
    const seen = [...readable, ...credentials].filter((what) =>
      files.some((bytes) => bytes.includes(canaries.get(what) ?? what)),
    );
    expect(seen).toStrictEqual([]);
  });
});

describe('the log', () => {
  test('has exactly one line for each request, with all that it needs', async () => {
    expect(sent.size).toBeGreaterThan(25);
    for (const [request_id, { operation, status }] of sent) {
      const lines = await server.logOf(request_id);
      expect(lines, request_id).toHaveLength(1);
      expect(lines[0], request_id).toMatchObject({ message: 'request', request_id, status });
      expect(lines[0]?.['operation'], request_id).toBe(operation);
      expect(lines[0]?.['duration_ms'], request_id).toBeTypeOf('number');
    }
  });

  test('is JSON from the first line to the last', () => {
    const lines = server.workerOutput().split('\n').filter(Boolean);
    expect(lines.filter((line) => !line.startsWith('{"level":'))).toStrictEqual([]);
  });
});
