/** A server that breaks the contract in one answer is found out, in each way that there is; what is left open passes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO } from '../../../mocks/demo.ts';
import { Ledger, OPERATIONS } from '../../../src/cli/contract/ledger.ts';
import { Target } from '../../../src/cli/contract/target.ts';
import {
  brokenServer,
  cut,
  endless,
  hang,
  raw,
  reset,
  silent,
  withBody,
  withCookies,
  withError,
  withHeader,
  withObjects,
  withText,
  withValues,
  type Breakage,
  type BrokenServer,
  type Plain,
} from '../../support/contract/broken-server.ts';

let breakage: Breakage | undefined;
let server: BrokenServer;
beforeAll(async () => {
  server = await brokenServer(() => breakage);
});
afterAll(async () => server.stop());

/** Calls one operation with its documented request. */
async function check(id: string, way: Breakage) {
  breakage = way;
  const entry = OPERATIONS.find((one) => one.id === id);
  if (!entry) throw new Error(`there is no ${id}`);
  const options = { url: server.url, credentials: { ...DEMO }, maxTimeMs: 500, headers: {} };
  const ledger = new Ledger();
  await ledger.take(new Target(options), entry, {}, { kind: 'success' });
  const [checked] = ledger.results([entry]);
  return { fields: checked?.breaches.map(({ field }) => field) ?? [], checked };
}

const OTP = 'application.loginWithOTP';
const USER = 'application.getLoggedInUser';
const LOGIN = 'application.loginWithEmailAndPassword';
const LOGOUT = 'application.logout';
const CUSTOMERS = 'platform.getCustomers';

const status =
  (value: number, more: Record<string, string> = {}): Breakage =>
  (sent) => ({ ...sent, status: value, headers: { ...sent.headers, ...more } });
const named = (body: Plain, key: string, value: unknown): Plain => ({ ...body, [key]: value });
const type = (value: string): Breakage => withHeader('content-type', value);
const userKey = (key: string, value: unknown): Breakage =>
  withBody((body) => ({ ...body, user: named(body['user'] as Plain, key, value) }));
const drop = (attribute: string): Breakage =>
  withCookies((line) => line.replace(`; ${attribute}`, ''));

/** What is wrong, of which operation, and where that has to be told. */
const BREACHES: [what: string, operation: string, field: string, way: Breakage][] = [
  ['another success status', OTP, 'status', status(201)],
  ['204', OTP, 'status', (sent) => ({ ...sent, status: 204, body: new Uint8Array() })],
  ['204 with a body', OTP, 'status', raw('HTTP/1.1 204 No Content')],
  ['a redirect', OTP, 'status', status(302, { location: '/elsewhere' })],
  ['404 with the body of a success', OTP, 'status', status(404)],
  ['no request id', OTP, 'header x-request-id', withHeader('x-request-id', undefined)],
  ['no content type', OTP, 'header content-type', withHeader('content-type', undefined)],
  ['latin1', OTP, 'header content-type', type('application/json; charset=iso-8859-1')],
  ['a sequence of JSON', OTP, 'header content-type', type('application/json-seq')],
  ['a problem', OTP, 'header content-type', type('application/problem+json')],
  ['a type that begins alike', OTP, 'header content-type', type('application/json+foo')],
  ['a type of a vendor', OTP, 'header content-type', type('application/vnd.api+json')],
  ['HTML by name', OTP, 'header content-type', type('text/html')],
  ['two types', OTP, 'header content-type', type('application/json, text/html')],
  ['a public cache', OTP, 'header cache-control', withHeader('cache-control', 'public, max-age=9')],
  ['a word like it', OTP, 'header cache-control', withHeader('cache-control', 'x-no-store')],
  ['both', OTP, 'header cache-control', withHeader('cache-control', 'public, no-store')],
  [
    'no nosniff',
    OTP,
    'header x-content-type-options',
    withHeader('x-content-type-options', undefined),
  ],

  ['no cookie', LOGIN, 'header set-cookie', withCookies(() => undefined)],
  ['a cookie for scripts', LOGIN, 'header set-cookie', drop('HttpOnly')],
  [
    'another name',
    LOGIN,
    'header set-cookie',
    withCookies((line) => line.replace('f.session', 'sid')),
  ],
  [
    'another path',
    LOGIN,
    'header set-cookie',
    withCookies((line) => line.replace('Path=/', 'Path=/x')),
  ],
  [
    'another domain',
    LOGIN,
    'header set-cookie',
    withCookies((line) => `${line}; Domain=other.example`),
  ],
  ['SameSite=None', LOGIN, 'header set-cookie', withCookies((line) => line.replace('Lax', 'None'))],
  ['no SameSite', LOGIN, 'header set-cookie', drop('SameSite=Lax')],
  [
    'a cookie that has ended',
    LOGIN,
    'header set-cookie',
    withCookies((line) => line.replace(/Max-Age=\d+/, 'Max-Age=0')),
  ],
  ['a logout that leaves it', LOGOUT, 'header set-cookie', withCookies(() => undefined)],
  [
    'a logout that sets one',
    LOGOUT,
    'header set-cookie',
    withCookies((line) => line.replace(/f.session=[^;]*; Max-Age=0/, 'f.session=x; Max-Age=9')),
  ],
  [
    'a cookie of an operator',
    CUSTOMERS,
    'header set-cookie',
    withHeader('set-cookie', 'f.session=x; Path=/; HttpOnly; SameSite=Lax'),
  ],

  ['one more key', OTP, 'body.zzz', withBody((body) => ({ ...body, zzz: 1 }))],
  [
    'one in each object',
    USER,
    'body.user.emails.0.zzz',
    withObjects((object) => Object.assign(object, { zzz: 1 })),
  ],
  ['a password hash', USER, 'body.user.password', userKey('password', 'hash')],
  ['a key twice', OTP, 'body.success', withText((text) => text.replace('{', '{"success":"x",'))],
  [
    'a key twice, first null',
    OTP,
    'body.success',
    withText((text) => text.replace('{', '{"success":null,')),
  ],
  [
    'a key twice deep inside',
    USER,
    'body.user.emails.0.email',
    withText((text) => text.replace('"email":', '"email":"x","email":')),
  ],
  [
    '__proto__',
    OTP,
    'body.__proto__',
    withText((text) => text.replace('{', '{"__proto__":{"x":1},')),
  ],
  [
    'constructor',
    OTP,
    'body.constructor',
    withText((text) => text.replace('{', '{"constructor":1,')),
  ],
  ['null', OTP, 'body.message', withBody((body) => ({ ...body, message: null }))],
  ['null in a list', CUSTOMERS, 'body.items.0', withBody((body) => ({ ...body, items: [null] }))],
  ['bytes behind it', OTP, 'body', withText((text) => `${text} {"x":1}`)],
  ['a mark before it', OTP, 'body', withText((text) => `\uFEFF${text}`)],
  ['JSONP', OTP, 'body', withText((text) => `cb(${text})`)],
  ['a guard against inclusion', OTP, 'body', withText((text) => `)]}',\n${text}`)],
  ['single quotes', OTP, 'body', withText((text) => text.replaceAll('"', "'"))],
  ['NaN', OTP, 'body', withText((text) => text.replace(/:(\d+)/, ':NaN'))],
  ['HTML', OTP, 'body', withText(() => '<!doctype html><title>shop</title>')],
  ['an empty object', OTP, 'body.request_id', withText(() => '{}')],
  ['no body', OTP, 'body', withText(() => '')],
  ['a list', OTP, 'body', withText((text) => `[${text}]`)],
  ['the wrapper of the documents', OTP, 'body.value', withText((text) => `{"value":${text}}`)],
  ['another wrapper', OTP, 'body.data', withText((text) => `{"data":${text}}`)],
  ['booleans as text', OTP, 'body.success', withValues('boolean', String)],
  ['booleans as numbers', OTP, 'body.success', withValues('boolean', Number)],
  ['numbers as text', OTP, 'body.resend_timer', withValues('number', String)],
  ['texts as numbers', OTP, 'body.message', withValues('string', () => 5)],
  ['dates as numbers', USER, 'body.user.created_at', userKey('created_at', 1_583_918_921_982)],
  ['a value that is not listed', USER, 'body.user.status', userKey('status', 'zzz')],
  ['a wrong item', USER, 'body.user.emails.0', userKey('emails', [42])],
  ['a list as an object', USER, 'body.user.emails', userKey('emails', { 0: {} })],
  [
    'a key that is always there',
    OTP,
    'body.request_id',
    withBody(({ request_id: _, ...rest }) => rest),
  ],
  [
    'bytes that are not UTF-8',
    OTP,
    'body',
    (sent) => ({
      ...sent,
      body: new Uint8Array([...sent.body.slice(0, 2), 0xff, 0xfe, ...sent.body.slice(2)]),
    }),
  ],

  [
    'an error as a success',
    OTP,
    'body.code',
    (sent, out) => status(200)(withError(401, 'unauthorized')(sent, out) ?? sent, out),
  ],
  ['500', OTP, 'status', withError(500, 'internal_error')],
  ['503 that does not say how long', OTP, 'header retry-after', withError(503, 'unavailable')],
  ['401 with credentials', OTP, 'status', withError(401, 'unauthorized')],
  [
    'a stack',
    OTP,
    'body.stack',
    withError(401, 'unauthorized', { stack: 'Error at /srv/app.js:1' }),
  ],
  ['errors that are null', OTP, 'body.errors', withError(401, 'unauthorized', { errors: null })],
  ['meta that is null', OTP, 'body.meta', withError(401, 'unauthorized', { meta: null })],
  ['meta of another type', OTP, 'body.meta', withError(401, 'unauthorized', { meta: 'x' })],
  ['errors of another type', OTP, 'body.errors', withError(401, 'unauthorized', { errors: 'y' })],
  [
    'a key within errors',
    OTP,
    'body.errors.0.value',
    withError(400, 'validation_failed', { errors: [{ path: 'a', message: 'b', value: 'c' }] }),
  ],
  [
    'authenticated of another type',
    OTP,
    'body.authenticated',
    withError(401, 'unauthorized', { authenticated: 'z' }),
  ],
  [
    'words of OAuth elsewhere',
    OTP,
    'body.error_description',
    withError(401, 'unauthorized', { error_description: 'x' }),
  ],
  ['no message', OTP, 'body.message', withError(400, 'validation_failed', { message: '' })],
  ['a code that is not declared', OTP, 'body.code', withError(409, 'not_deleted')],
  ['a code that nobody knows', OTP, 'body.code', withError(400, 'teapot')],
  ['a code with the status of another', OTP, 'status', withError(409, 'validation_failed')],
  [
    'a status that is not the status',
    OTP,
    'body.status',
    withError(400, 'validation_failed', { status: 409 }),
  ],
  [
    'another request id',
    OTP,
    'body.request_id',
    withError(400, 'validation_failed', { request_id: 'another-one' }),
  ],

  ['a body that is cut', OTP, 'answer', cut],
  ['a body that hangs', OTP, 'answer', hang],
  ['a reset', OTP, 'answer', reset],
  ['silence', OTP, 'answer', silent],
  ['a body without an end', OTP, 'answer', endless],
  ['false gzip', OTP, 'answer', withHeader('content-encoding', 'gzip')],
  ['a length that is too short', OTP, 'body', withHeader('content-length', '5')],
];

/** What the documents leave open. */
const RIGHT: [what: string, operation: string, way: Breakage][] = [
  ['nothing', OTP, (sent) => sent],
  ['UTF-8 by its name', OTP, type('application/json; charset=utf-8')],
  ['UTF-8 in other letters', OTP, type('Application/JSON;charset="UTF-8"')],
  ['more directives', OTP, withHeader('cache-control', 'private, No-Store')],
  ['the name of the server', OTP, withHeader('x-powered-by', 'Express')],
  ['line ends behind it', OTP, withText((text) => `${text}\n\n`)],
  [
    'whole numbers with a point',
    OTP,
    withText((text) => text.replaceAll(/:(\d+)([,}])/g, ':$1.0$2')),
  ],
  ['fractions', OTP, withValues('number', (value) => Number(value) + 0.5)],
  ['dates of another form', USER, userKey('created_at', '11/03/2020')],
  ['empty lists', USER, userKey('emails', [])],
  ['a map of whatever there is, null too', USER, userKey('meta', { a: null, b: { c: [null] } })],
  [
    'a longer cookie of another name',
    LOGIN,
    (sent) => ({
      ...sent,
      headers: {
        ...sent.headers,
        'set-cookie': [...[sent.headers['set-cookie'] ?? []].flat(), 'other=1'],
      },
    }),
  ],
  ['a cookie that ends with the browser', LOGIN, drop('Max-Age=2592000')],
];

describe('a breach is found and named:', () => {
  test.each(BREACHES)('%s', async (_, operation, field, way) => {
    const { checked, fields } = await check(operation, way);
    expect(checked?.verdict).toBe('breach');
    expect(fields).toContain(field);
  });
});

describe('no alarm over', () => {
  test.each(RIGHT)('%s', async (_, operation, way) => {
    const { checked } = await check(operation, way);
    expect([checked?.verdict, checked?.breaches]).toEqual(['passed', []]);
  });
});

test('a known code with the status of another is told as that', async () => {
  const { checked } = await check(OTP, withError(409, 'validation_failed'));
  expect(checked?.breaches).toContainEqual({
    field: 'status',
    message: 'is 409, and validation_failed is 400',
  });
});

test('the same request id in two answers is a breach of the second', async () => {
  breakage = withHeader('x-request-id', 'constant-id-1');
  const options = { url: server.url, credentials: { ...DEMO }, maxTimeMs: 500, headers: {} };
  const [target, ledger] = [new Target(options), new Ledger()];
  for (const entry of OPERATIONS.slice(0, 2)) {
    await ledger.take(target, entry, {}, { kind: 'success' });
  }
  const [first, second] = ledger.results(OPERATIONS.slice(0, 2));
  expect(first?.verdict).toBe('passed');
  expect(second?.breaches).toEqual([
    {
      field: 'header x-request-id',
      message: `is that of another answer too (${OPERATIONS[0]?.id})`,
    },
  ]);
});
