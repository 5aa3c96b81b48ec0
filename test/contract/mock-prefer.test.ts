/** A front-end developer orders the answer that a page is to be built for. */
import { describe, expect, test } from 'vitest';
import { createMock, mockTable } from '../../mocks/app.ts';
import { errorCatalogue } from '../../src/http/errors.ts';
import { entriesOf, errorsOf, successOf } from '../../src/http/operation.ts';
import { caller } from '../support/every-row.ts';

const mock = createMock();
const call = caller(mock.fetch);
const entries = entriesOf(mockTable);
const pairs = entries.flatMap((entry) =>
  errorsOf(entry.row).map((code) => ({ entry, code, pair: `${entry.id} ${code}` })),
);

test.each(pairs)('$pair', async ({ entry, code }) => {
  const { status, body } = await call(entry, { headers: { prefer: `error=${code}` } });
  const { status: expected, message } = errorCatalogue[code];
  expect(status).toBe(expected);
  expect(body).toMatchObject({ code, status: expected, message });
  expect(body['request_id']).toBeTypeOf('string');
});

const LOGIN = 'http://mock.test/service/application/user/authentication/v1.0/login/otp';
const login = async (prefer?: string, query = '') =>
  mock.fetch(
    new Request(LOGIN + query, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(prefer !== undefined && { prefer }) },
      body: '{"mobile":"8652523958"}',
    }),
  );

describe('a preference', () => {
  test('by status is the success or the first declared error of it', async () => {
    for (const entry of entries) {
      const { status } = successOf(entry.row);
      const given = { headers: { prefer: `code=${status}` } };
      expect([entry.id, (await call(entry, given)).status]).toEqual([entry.id, status]);
    }
    expect((await login('code=403')).status).toBe(403);
    expect((await login('code=500')).status).toBe(500);
    const limited = await login('code=429');
    expect(limited.headers.get('retry-after')).toBe('30');
    expect(await limited.json()).toMatchObject({ meta: { limit: 'mock' } });
  });

  test('travels in the query too, for those who cannot set headers', async () => {
    expect((await login(undefined, '?_prefer=error=captcha_failed')).status).toBe(403);
    expect((await login(undefined, '?_prefer=code%3D503')).status).toBe(503);
  });

  test('delays the answer, alone or with another', async () => {
    const started = performance.now();
    expect((await login('delay=120, code=503')).status).toBe(503);
    expect(performance.now() - started).toBeGreaterThanOrEqual(115);
  });

  test.each([
    ['error=otp_invalid', 'error is one of'],
    ['code=418', 'code is one of 200, 400'],
    ['delay=soon', 'delay is a whole number'],
    ['delay=60001', 'delay is a whole number'],
    ['envelope=none', 'envelope is documented'],
    ['dynamic=maybe', 'dynamic is true or false'],
    ['seed=-1', 'seed is a whole number, at most 4294967295'],
    ['dynamic=true, envelope=documented', 'exclude each other'],
    ['cod=404', 'cod is not known; code is'],
    ['eror=unavailable', 'eror is not known; error is'],
  ])('"%s" that cannot be met is a 400 that says what can', async (prefer, message) => {
    // A delay that is kept instead of refused would be waited for.
    const answer = await Promise.race([
      login(prefer),
      new Promise<Response>((_, reject) => {
        setTimeout(() => reject(new Error('is kept instead of refused')), 5_000).unref();
      }),
    ]);
    expect(answer.status).toBe(400);
    const { code, errors } = await answer.json<{ code: string; errors: object[] }>();
    expect(code).toBe('validation_failed');
    expect(errors).toEqual([
      { path: 'prefer', message: expect.stringContaining(message) as string },
    ]);
  });

  test('that was met is named in the answer (RFC 7240), and only that', async () => {
    const applied = async (prefer?: string, query?: string) =>
      (await login(prefer, query)).headers.get('preference-applied');
    expect(await applied('return=minimal, delay=1; error=captcha_failed')).toBe(
      'delay=1, error=captcha_failed',
    );
    expect(await applied(undefined, '?_prefer=dynamic%3Dtrue')).toBe('dynamic=true');
    expect(await applied('return=minimal')).toBeNull();
    expect(await applied('error=nonsense')).toBeNull();
    expect(await applied()).toBeNull();
  });

  test('for an error says more than one for a status, whichever comes first', async () => {
    for (const prefer of ['code=400, error=captcha_failed', 'error=captcha_failed, code=200']) {
      expect((await login(prefer)).status).toBe(403);
    }
  });

  test.each([
    'return=representation; wait=10',
    'safe',
    'depth-noroot',
    'odata.maxpagesize=10',
    'respond-async; priority=5',
    'respond-async; code=404',
    'handling="lenient, code=404"',
    'handling="a \\" code=404, error=unavailable"',
    ', ;, =x',
    'colour=red',
  ])('%s is somebody else’s, and ignored', async (prefer) => {
    const answer = await login(prefer);
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, null]);
  });

  test.each([
    ['code=401, code=503', '', 401],
    ['code=401', '?_prefer=code%3D503', 401],
    ['error="captcha_failed"', '', 403],
    ['CODE = 401', '', 401],
    ['return=minimal, code=401', '', 401],
    ['safe;code=404, code=401;x=y', '', 401],
  ])('%s with %s: the first of a name counts: %i', async (prefer, query, status) => {
    expect((await login(prefer, query)).status).toBe(status);
  });

  test.each([
    ['error=unavailable, code=401', 'error=unavailable'],
    ['code=401, code=503', 'code=401'],
    ['seed=7', null],
    ['code=401, dynamic=true', 'code=401'],
    ['code=401, envelope=documented', 'code=401'],
    ['dynamic=true; seed=7', 'dynamic=true, seed=7'],
    ['dynamic', 'dynamic'],
    ['dynamic=false', 'dynamic=false'],
    ['delay=1, code="200"', 'delay=1, code=200'],
  ])('%s: Preference-Applied is %s', async (prefer, applied) => {
    expect((await login(prefer)).headers.get('preference-applied')).toBe(applied);
  });

  test('may be sent from a page on another origin', async () => {
    const headers = {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,prefer',
    };
    const preflight = await mock.fetch(new Request(LOGIN, { method: 'OPTIONS', headers }));
    expect(preflight.headers.get('access-control-allow-headers')).toContain('prefer');
  });
});
