/**
 * Secrets and personal data that go through every flow must not come out of the Worker's output (security.md, "logs"),
 * nor lie readable in its data ("tokens at rest"). The tests of this file are one story and run in its order.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { end, freePort, npmStart } from '../support/npm-start.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const MOBILE = '9820098211';
const ADDED = '9820098212';
const EMAIL = 'canary.person@example.com';
const AUTHENTICATION = '/service/application/user/authentication/v1.0';
const PROFILE = '/service/application/user/profile/v1.0/detail';
const TOKEN = `/service/panel/authentication/v1.0/company/${DEMO.companyId}/oauth/token`;
const CUSTOMERS = `/service/platform/user/v1.0/company/${DEMO.companyId}/application/${DEMO.applicationId}/customers`;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const GAP = 2;

let server: StartedServer;
beforeAll(async () => {
  server = await startServer({ limits: { sendGapSeconds: GAP } });
});
afterAll(async () => {
  await server.stop();
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
    for (const lost of [
      `/auth/verify-email?code=${code}`,
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

  test('one line each under load, too', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `canary-load-${n}`);
    await Promise.all(
      ids.map(async (id) => fetch(`${server.url}/healthz`, { headers: { 'x-request-id': id } })),
    );
    for (const id of ids) expect(await server.logOf(id), id).toHaveLength(1);
  });
});

describe('x-request-id', () => {
  const idOf = async (given?: string): Promise<{ header: string | null; body: unknown }> => {
    const response = await fetch(`${server.url}/nowhere`, {
      headers: given === undefined ? {} : { 'x-request-id': given },
    });
    const { request_id } = await response.json<{ request_id: string }>();
    return { header: response.headers.get('x-request-id'), body: request_id };
  };

  test.each(['canary-sane.id_01', '12345678', 'A'.repeat(64)])('%s is taken', async (given) => {
    expect(await idOf(given)).toStrictEqual({ header: given, body: given });
    expect(await server.logOf(given)).toHaveLength(1);
  });

  test.each([
    ['short', 'canary7'],
    ['long', `canary-long-${'B'.repeat(53)}`],
    ['with blanks', 'canary with blanks'],
    ['JSON', '{"canary":"forged line"}'],
    ['a list', 'canary-one-id, canary-two-id'],
  ])('%s: replaced', async (_, given) => {
    const { header, body } = await idOf(given);
    expect(header).toMatch(UUID);
    expect(body).toBe(header);
    const [line] = await server.logOf(header ?? '');
    expect(line).toMatchObject({ request_id: header, status: 404 });
    expect(server.workerOutput()).not.toContain(given);
  });

  test('none: made, another one each time', async () => {
    const [one, other] = await Promise.all([idOf(), idOf()]);
    expect(one.header).toMatch(UUID);
    expect(other.header).toMatch(UUID);
    expect(one.header).not.toBe(other.header);
  });

  // `fetch` refuses to send these, so they go out as bytes.
  test.each([
    ['folded over two lines', 'canary-fold\r\n {"level":"canary-forged"}'],
    ['with a bare line feed', 'canary-feed\n{"level":"canary-forged"}'],
    ['with a carriage return', 'canary-return\r{"level":"canary-forged"}'],
    ['with a NUL', 'canary-nul\0canary-forged'],
  ])('%s: no line is forged', async (_, given) => {
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8').setTimeout(10_000);
    let answer = '';
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.once('timeout', () => socket.destroy());
    socket.end(
      `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-request-id: ${given}\r\nconnection: close\r\n\r\n`,
    );
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(answer).not.toContain('canary-forged');
    // Lines come in order: with this one here, the one above is here too.
    const { header } = await idOf();
    await server.logOf(header ?? '');
    expect(server.workerOutput()).not.toContain('canary-forged');
  });
});

test('a secret that is no good is named, its value is not shown', async () => {
  const port = await freePort();
  const bad = npmStart([
    ...['--port', String(port), '--state', server.state],
    ...['--var', 'SESSION_SECRETS:dev:canarysecret', '--var', 'LIMITS:{"sendsPerHour":-71717}'],
  ]);
  try {
    expect(await bad.ended).toBe(1);
  } finally {
    await end(bad);
  }
  expect(bad.printed()).toContain('The Worker did not start.');
  expect(bad.printed()).toContain('SESSION_SECRETS');
  expect(bad.printed()).toContain('LIMITS');
  expect(bad.printed()).not.toContain('canarysecret');
  expect(bad.printed()).not.toContain('71717');
});
