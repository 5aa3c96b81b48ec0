/** A server that breaks the contract is found out: each kind of breach, one at a time, by operation and field. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMock } from '../../../mocks/app.ts';
import { DEMO } from '../../../mocks/demo.ts';
import { checkDocumented, OPERATIONS } from '../../../scripts/contract/check.ts';
import { render } from '../../../scripts/contract/report.ts';
import { breachesOf } from '../../../scripts/contract/strict.ts';
import { Target } from '../../../scripts/contract/target.ts';
import { listenWith, type MockServer } from '../../../scripts/lib/mock-server.ts';
import { errorResponse } from '../../../src/http/errors.ts';
import { err } from '../../../src/shared/result.ts';
import { successOf, type Entry } from '../../../src/http/operation.ts';
import { documented, unwrap } from '../../../mocks/documented.ts';
import { EXCEPTIONS } from '../../../mocks/exceptions.ts';

type Body = Record<string, unknown>;
type Alter = (response: Response) => Promise<Response>;

/** What the server does to the answers of one path. */
let altered: { path: string; alter: Alter } | undefined;
let server: MockServer;
const mock = createMock();
beforeAll(async () => {
  server = await listenWith(async (request) => {
    const response = await mock.fetch(request);
    const { pathname } = new URL(request.url);
    return altered?.path === pathname ? altered.alter(response) : response;
  }, 0);
});
afterAll(async () => server.stop());

const credentials = { ...DEMO };
const target = () => new Target(server.url, credentials);

const withBody =
  (change: (body: Body) => unknown): Alter =>
  async (response) => {
    const body = change(await response.json<Body>());
    return new Response(JSON.stringify(body), response);
  };
const withHeader =
  (name: string, value: string | undefined): Alter =>
  async (response) => {
    const headers = new Headers(response.headers);
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
    return new Response(response.body, { status: response.status, headers });
  };
const refusing =
  (change: (body: Body) => Body, status = 404): Alter =>
  async (response) => {
    const id = response.headers.get('x-request-id') ?? '';
    const refused = errorResponse(err('not_found'), id);
    const body = change(await refused.json<Body>());
    return new Response(JSON.stringify(body), { status, headers: response.headers });
  };

const path = '/service/application/user/authentication/v1.0/login/otp';
const session = '/service/application/user/authentication/v1.0/session';
const list = `/service/platform/user/v1.0/company/1/application/${DEMO.applicationId}/customers/list`;
const ordinary = (body: Body): Body => ({ ...body, code: 'validation_failed', status: 400 });

const KINDS: [string, string, string, string, Alter][] = [
  [
    'a key that is not documented',
    path,
    'application.loginWithOTP',
    'body.secret',
    withBody((body) => ({ ...body, secret: 1 })),
  ],
  [
    'one deep inside',
    session,
    'application.getLoggedInUser',
    'body.user.password_hash',
    withBody(({ user }) => ({ user: { ...(user as Body), password_hash: 'x' } })),
  ],
  [
    'null',
    path,
    'application.loginWithOTP',
    'body.message',
    withBody((body) => ({ ...body, message: null })),
  ],
  [
    'null in a list',
    list,
    'platform.getCustomers',
    'body.items.0',
    withBody((body) => ({ ...body, items: [null] })),
  ],
  [
    'the wrapper of the documents',
    path,
    'application.loginWithOTP',
    'body.value',
    withBody((body) => ({ value: body })),
  ],
  [
    'a key that is missing',
    path,
    'application.loginWithOTP',
    'body.request_id',
    withBody(({ request_id: _, ...rest }) => rest),
  ],
  [
    'another type',
    path,
    'application.loginWithOTP',
    'body.resend_timer',
    withBody((body) => ({ ...body, resend_timer: '30' })),
  ],
  [
    'another success status',
    path,
    'application.loginWithOTP',
    'status',
    async (response) => new Response(response.body, { status: 202, headers: response.headers }),
  ],
  [
    'another content type',
    path,
    'application.loginWithOTP',
    'header content-type',
    withHeader('content-type', 'text/plain'),
  ],
  [
    'no request id',
    path,
    'application.loginWithOTP',
    'header x-request-id',
    withHeader('x-request-id', undefined),
  ],
  [
    'an answer that may be kept',
    path,
    'application.loginWithOTP',
    'header cache-control',
    withHeader('cache-control', 'max-age=60'),
  ],
  [
    'no nosniff',
    path,
    'application.loginWithOTP',
    'header x-content-type-options',
    withHeader('x-content-type-options', undefined),
  ],
  [
    'an error without a message',
    path,
    'application.loginWithOTP',
    'body.message',
    refusing((body) => ({ ...ordinary(body), message: '' }), 400),
  ],
  [
    'an error that is not declared',
    path,
    'application.loginWithOTP',
    'body.code',
    refusing((body) => ({ ...body, code: 'not_deleted', status: 409 }), 409),
  ],
  [
    'an error with the status of another',
    path,
    'application.loginWithOTP',
    'status',
    refusing((body) => ({ ...ordinary(body), status: 409 }), 409),
  ],
  [
    'an error with another request id',
    path,
    'application.loginWithOTP',
    'body.request_id',
    refusing((body) => ({ ...ordinary(body), request_id: 'another-one' }), 400),
  ],
  [
    'an operation that is not there',
    path,
    'application.loginWithOTP',
    'body.code',
    refusing((body) => body),
  ],
  [
    'a 429 that does not say how long',
    path,
    'application.loginWithOTP',
    'header retry-after',
    refusing((body) => ({ ...body, code: 'too_many_requests', status: 429 }), 429),
  ],
  [
    'bytes that are no JSON',
    path,
    'application.loginWithOTP',
    'body',
    async (response) => new Response('{', response),
  ],
  [
    'a list instead of an object',
    path,
    'application.loginWithOTP',
    'body',
    async (response) => new Response('[]', response),
  ],
];

describe('the check', () => {
  test('finds nothing in a sound server', async () => {
    altered = undefined;
    const checked = await checkDocumented(target(), false);
    expect(checked).toHaveLength(OPERATIONS.length);
    expect(checked.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  test.each(KINDS)('finds %s', async (_, where, operation, field, alter) => {
    altered = { path: where, alter };
    const checked = await checkDocumented(target(), false);
    const failed = checked.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map((one) => one.operation)).toEqual([operation]);
    expect(failed[0]?.breaches.map((one) => one.field)).toContain(field);
    const table = render('table', server.url, checked);
    expect(table).toMatch(new RegExp(`FAILED +${operation}`));
    expect(table).toContain(`  ${field} `);
    expect(table).toMatch(new RegExp(`${OPERATIONS.length - 1} passed, 1 failed$`));
  });

  test('calls only what reads when it is to be safe', async () => {
    altered = undefined;
    const checked = await checkDocumented(target(), true);
    const called = checked.filter(({ outcome }) => outcome !== 'skipped');
    const methods = new Map(OPERATIONS.map(({ id, row }) => [id, row.method]));
    expect(new Set(called.map(({ operation }) => methods.get(operation)))).toEqual(
      new Set(['get']),
    );
    expect(called.length).toBeGreaterThan(8);
    expect(called.map(({ operation }) => operation)).not.toContain('application.logout');
  });
});

describe('every documented example', () => {
  const answer = (entry: Entry, body: object) => ({
    status: successOf(entry.row).status,
    headers: new Headers({
      'content-type': 'application/json',
      'x-request-id': 'a-request-id',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    }),
    text: JSON.stringify(body),
  });

  test.each(OPERATIONS.map((entry) => [entry.id, entry] as const))(
    '%s keeps the contract',
    (id, entry) => {
      const body = EXCEPTIONS.has(id) ? unwrap(documented[id] ?? {}) : entry.row.example.response;
      expect(breachesOf(entry, answer(entry, body), 'success')).toEqual([]);
    },
  );

  test.each(
    OPERATIONS.filter(({ row }) => row.always.length > 0).map(
      (entry) => [entry.id, entry] as const,
    ),
  )('%s without one of its constant keys does not', (_, entry) => {
    for (const key of entry.row.always) {
      const body = Object.fromEntries(
        Object.entries(entry.row.example.response).filter(([name]) => name !== key),
      );
      const fields = breachesOf(entry, answer(entry, body), 'success').map(({ field }) => field);
      expect(fields).toContain(`body.${key}`);
    }
  });
});
