import { getResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import { createMock, mockTable, type MockOptions } from '../../mocks/app.ts';
import { documented, unwrap } from '../../mocks/documented.ts';
import { handlers } from '../../mocks/handlers.ts';
import { editDistance, nearestTo } from '../../mocks/nearest.ts';
import { createClient } from '../../src/http/client.ts';
import { entriesOf, successOf, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { operationFacts } from './facts.ts';
import { verifySessionToken, type SessionKeySet } from '../../src/session/index.ts';

const ORIGIN = 'http://mock.test';
const LOGIN = '/service/application/user/authentication/v1.0/login/otp';
const entries = entriesOf(mockTable);
const operations = entries.filter(({ client }) => client !== 'service');

test('it serves all documented operations, and the later ones', () => {
  const served = operations.map(({ id }) => id);
  expect(served).toEqual(expect.arrayContaining(operationFacts.map(({ id }) => id)));
  const { application, platform } = table;
  expect(served).toEqual(entriesOf({ application, platform }).map(({ id }) => id));
});

type Call = (args: object) => Promise<{ status: number; headers: Headers; body: object }>;

/** Sends the example request of a row; ids in its path are made up. */
function send(entry: Entry, headers: Record<string, string> = {}, options: MockOptions = {}) {
  const mock = createMock(options);
  const client = createClient(mockTable, { baseUrl: ORIGIN, fetch: (req) => mock.fetch(req) });
  const names = [...entry.row.path.matchAll(/\{(\w+)\}/g)].map(
    ([, name]) => [`${name}`, '1'] as const,
  );
  // A loop over rows cannot keep their single types.
  const groups = client as unknown as Record<string, Record<string, Call>>;
  const call = groups[entry.client]?.[entry.operationId];
  if (!call) throw new Error(`no ${entry.id}`);
  return call({ params: Object.fromEntries(names), headers, ...entry.row.example.request });
}

const ask = (path: string, init?: RequestInit, options?: MockOptions) =>
  createMock(options).fetch(new Request(ORIGIN + path, init));
const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe('every operation answers its documented example without the wrapper', () => {
  test.each(operations)('$id', async (entry) => {
    const { status, body } = await send(entry);
    const file = documented[entry.id];
    expect(status).toBe(successOf(entry.row).status);
    expect(body).toStrictEqual(file ? unwrap(file) : entry.row.example.response);
  });
});

describe('asked for the documented envelope, it answers the file verbatim', () => {
  test.each(operations.filter(({ id }) => documented[id]))('$id', async (entry) => {
    const { body } = await send(entry, { prefer: 'envelope=documented' });
    expect(body).toStrictEqual(documented[entry.id]);
  });
});

describe('of the service group the token endpoint, health and what pages call are there', () => {
  test('a token is fixed and every grant gets it', async () => {
    const path = mockTable.service.createToken.path.replace('{company_id}', '1');
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const response = await ask(path, { method: 'POST', body });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ access_token: 'mock-access-token' });
  });
  test('health answers', async () => {
    expect(await (await ask('/healthz')).json()).toStrictEqual({ status: 'ok' });
  });
  test('the session token is one that the public keys verify', async () => {
    const { session_token: token } = await (
      await ask(mockTable.service.getSessionToken.path, { method: 'POST' })
    ).json<{ session_token: string }>();
    const keys = await (await ask('/.well-known/jwks.json')).json<SessionKeySet>();
    const application = '000000000000000000000001';
    const claims = await verifySessionToken(token, { keys, application });
    expect(claims).toMatchObject({
      userId: '5e68af49cfa09bf7233022f1',
      applicationId: application,
    });
  });
});

describe('a wrong request gets the answer of the real app', () => {
  test('a missing field is named', async () => {
    const response = await ask(LOGIN, post({}));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'validation_failed',
      message: 'body.mobile is required.',
      errors: [{ path: 'body.mobile', message: 'is required' }],
    });
  });
  test('malformed JSON is said to be that', async () => {
    const init = { ...post({}), body: '{"mobile"' };
    expect(await (await ask(LOGIN, init)).json()).toMatchObject({
      status: 400,
      errors: [{ path: 'body', message: 'is not well-formed JSON' }],
    });
  });
  test('another method is a 405 that names the right one', async () => {
    const response = await ask(LOGIN);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
  test('an endless body is refused although MSW holds a copy of it', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    });
    // `duplex` is demanded by Node and unknown to the types of Workers.
    const init = { ...post({}), body, duplex: 'half' } as RequestInit;
    const request = new Request(ORIGIN + LOGIN, init);
    expect((await getResponse(handlers(), request))?.status).toBe(413);
  });
});

describe('an unknown path is a 404 that names the nearest documented one', () => {
  test.each([
    ['/service/application/user/authentication/v1.0/login/opt', `POST ${LOGIN}`],
    [
      '/service/platform/user/v1.0/company/12345/application/000000000000000000000001/customer/list',
      `GET ${mockTable.platform.getCustomers.path}`,
    ],
    ['/user/authentication/v1.0/session', `GET ${mockTable.application.getLoggedInUser.path}`],
  ])('%s', async (path, nearest) => {
    const response = await ask(path);
    expect(response.status).toBe(404);
    const body = (await response.json()) as { message: string };
    expect(body).toMatchObject({ code: 'not_found', meta: { nearest } });
    expect(body.message).toContain(nearest);
  });

  test('a distance counts insertions, deletions and replacements', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('same', 'same')).toBe(0);
  });
  test('a parameter matches whatever was given for it', () => {
    const rows = [{ row: { path: '/a/{id}/c' } }, { row: { path: '/a/long-id/d' } }];
    expect(nearestTo('/a/long-id/cc', rows)?.row.path).toBe('/a/{id}/c');
  });
});

describe('a page of any origin may call it with credentials', () => {
  const origin = 'http://localhost:3000';
  test('a preflight allows the origin and the headers it asked for', async () => {
    const response = await ask(LOGIN, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-fp-date,x-anything',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('access-control-allow-methods')).toContain('POST');
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization,x-fp-date,x-anything',
    );
  });
  test('answers and refusals alike can be read', async () => {
    for (const path of ['/healthz', '/nowhere', LOGIN]) {
      const { headers } = await ask(path, { headers: { origin } });
      expect(headers.get('access-control-allow-origin'), path).toBe(origin);
      expect(headers.get('access-control-allow-credentials'), path).toBe('true');
    }
  });
});

describe('the session cookie', () => {
  const SIGN_INS = [
    'application.loginWithEmailAndPassword',
    'application.loginWithToken',
    'application.verifyMobileOTP',
    'application.verifyEmailOTP',
    'application.forgotPassword',
    'application.updateProfile',
  ];
  const cookieOf = async (entry: Entry, headers?: Record<string, string>) =>
    (await send(entry, headers)).headers.get('set-cookie');

  test('is set by what answers a signed-in user, and by nothing else', async () => {
    const setting: string[] = [];
    for (const entry of operations) {
      if ((await cookieOf(entry))?.startsWith('f.session=s%3A')) setting.push(entry.id);
    }
    expect(setting.toSorted()).toEqual(SIGN_INS.toSorted());
  });
  test.each(operations.filter(({ id }) => SIGN_INS.includes(id)))(
    '$id leaves one that is there',
    async (entry) => {
      expect(await cookieOf(entry, { cookie: 'f.session=s%3Amine' })).toBeNull();
    },
  );
  test('is HttpOnly and goes wherever the real one does', async () => {
    const [entry] = operations.filter(({ operationId }) => operationId === 'verifyMobileOTP');
    const cookie = entry && (await cookieOf(entry));
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Max-Age=2592000']) {
      expect(cookie).toContain(part);
    }
  });
  test('is cleared by logout', async () => {
    const entry = operations.find(({ id }) => id === 'application.logout');
    expect(entry && (await cookieOf(entry, { cookie: 'f.session=s%3Amine' }))).toContain(
      'Max-Age=0',
    );
  });
});

describe('strict, it demands credentials of the right form', () => {
  const strict = { strict: true };
  const storefront = { authorization: `Bearer ${btoa('an-id:a-token')}` };
  const guarded = operations;

  test.each(guarded)('$id without any: 401', async (entry) => {
    const { status, body } = await send(entry, {}, strict);
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'unauthorized' });
  });
  test.each(guarded)('$id with all: the example', async (entry) => {
    const headers = { ...storefront, cookie: 'f.session=s%3Aanything' };
    expect((await send(entry, headers, strict)).status).toBe(successOf(entry.row).status);
  });
  test.each(guarded.filter(({ row }) => row.security === 'session'))(
    '$id without a session: 401',
    async (entry) => {
      const { status, body } = await send(entry, storefront, strict);
      expect(status).toBe(401);
      expect(body).toMatchObject({ code: 'not_authenticated', authenticated: false });
    },
  );
  test.each(['Bearer not-base64!', `Bearer ${btoa('no-colon')}`, `Basic ${btoa('a:b')}`])(
    'a storefront with "%s": 401',
    async (authorization) => {
      const init = post({ mobile: '8652523958' });
      const headers = { 'content-type': 'application/json', authorization };
      expect((await ask(LOGIN, { ...init, headers }, strict)).status).toBe(401);
    },
  );
});

test('a delay is waited before each answer', async () => {
  const started = performance.now();
  await ask('/healthz', undefined, { delayMs: 60 });
  expect(performance.now() - started).toBeGreaterThanOrEqual(55);
});
