/** One change each to our own document: what a comparison has to say of it, and that it says nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changesBetween, type Document, type Schema } from '../../../src/cli/contract/diff.ts';
import type { Operation } from '../../../src/cli/contract/diff/document.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8');
const before = JSON.parse(TEXT) as Document;

const A = '/service/application/user/authentication/v1.0';
const P = '/service/platform/user/v1.0/company/{company_id}/application/{application_id}';
const LOGIN = 'PasswordLoginRequestSchema';

/** What is looked for has to be there: a change that changes nothing proves nothing. */
function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the document has changed: the place is gone');
  return value;
}
const op = (document: Document, method: string, path: string): Operation =>
  there(document.paths[path]?.[method]);
const session = (document: Document): Operation => op(document, 'get', `${A}/session`);
const login = (document: Document): Operation => op(document, 'post', `${A}/login/password`);
const schema = (document: Document, name: string): Schema =>
  there(document.components?.schemas?.[name]);
const field = (document: Document, name: string, property: string): Schema =>
  there(schema(document, name).properties?.[property]);
const user = (document: Document): Record<string, Schema> =>
  there(schema(document, 'UserSchema').properties);
const parameter = (document: Document, name: string) =>
  there(op(document, 'get', `${P}/customers/list`).parameters?.find((one) => one.name === name));
/** The first value of the document for which `is` holds. */
function find(document: Document, is: (value: Record<string, unknown>) => unknown): unknown {
  let hit: unknown;
  JSON.stringify(document, (_, value: Record<string, unknown> | null) => {
    if (hit === undefined && typeof value === 'object' && value !== null && is(value)) hit = value;
    return value;
  });
  return there(hit);
}

const rename = (document: Document, from: string, to: string): void => {
  Object.assign(document, JSON.parse(JSON.stringify(document).replaceAll(from, to)));
};

type Kind = 'breaking' | 'harmless' | 'none';
type Mutation = [name: string, kind: Kind, place: RegExp, mutate: (document: Document) => unknown];

const MUTATIONS: Mutation[] = [
  ['identical', 'none', /^$/, () => undefined],
  ['an operation is gone', 'breaking', /GET .*\/session$/, (d) => delete d.paths[`${A}/session`]],
  [
    'an operation is new',
    'harmless',
    /GET \/new/,
    (d) => (d.paths['/new'] = { get: { operationId: 'n' } }),
  ],
  [
    'another method',
    'breaking',
    /GET .*\/session/,
    (d) => {
      const item = there(d.paths[`${A}/session`]);
      item['post'] = there(item['get']);
      delete item['get'];
    },
  ],
  [
    'a path parameter has another name',
    'harmless',
    /PUT .*customers\/\{user_id\}/,
    (d) => {
      const item = there(d.paths[`${P}/customers/{user_id}`]);
      delete d.paths[`${P}/customers/{user_id}`];
      there(there(item['put']).parameters?.find((one) => one.name === 'user_id')).name = 'id';
      d.paths[`${P}/customers/{id}`] = item;
    },
  ],
  [
    'a body may be missing',
    'harmless',
    /body$/,
    (d) =>
      (there(
        op(d, 'post', '/service/panel/authentication/v1.0/company/{company_id}/oauth/token')
          .requestBody,
      ).required = false),
  ],
  [
    'a field must be there',
    'breaking',
    /SendOtpRequestSchema in requests\.country_code/,
    (d) => {
      const one = schema(d, 'SendOtpRequestSchema');
      one.required = [...(one.required ?? []), 'country_code'];
    },
  ],
  [
    'a field of a request is gone',
    'harmless',
    /captcha_code/,
    (d) => delete schema(d, LOGIN).properties?.['captcha_code'],
  ],
  [
    'a content type of a request is gone',
    'breaking',
    /body as application\/x-www-form-urlencoded/,
    (d) => {
      const body = find(
        d,
        (one) =>
          (one['content'] as Record<string, unknown> | undefined)?.[
            'application/x-www-form-urlencoded'
          ],
      ) as { content: Record<string, unknown> };
      delete body.content['application/x-www-form-urlencoded'];
    },
  ],
  [
    'a request takes no other keys',
    'breaking',
    /PasswordLoginRequestSchema in requests/,
    (d) => (schema(d, LOGIN).additionalProperties = false),
  ],
  [
    'a longer text is asked for',
    'breaking',
    /username/,
    (d) => (field(d, LOGIN, 'username').minLength = 50),
  ],
  [
    'a format is asked for',
    'breaking',
    /username/,
    (d) => (field(d, LOGIN, 'username').format = 'email'),
  ],
  [
    'one value is asked for',
    'breaking',
    /username/,
    (d) => (field(d, LOGIN, 'username').const = 'x'),
  ],
  [
    'multiples are asked for',
    'breaking',
    /query page_size/,
    (d) => (there(parameter(d, 'page_size').schema).multipleOf = 10),
  ],
  [
    'a bound is left out',
    'breaking',
    /query page_size/,
    (d) => (there(parameter(d, 'page_size').schema).exclusiveMinimum = 5),
  ],
  [
    'a choice of types is less',
    'breaking',
    /./,
    (d) =>
      (
        find(d, (one) => Array.isArray(one['anyOf']) && one['anyOf'].length === 2) as Schema
      ).anyOf?.pop(),
  ],
  [
    'a query parameter must be there',
    'breaking',
    /query page_size/,
    (d) => (parameter(d, 'page_size').required = true),
  ],
  [
    'another default',
    'breaking',
    /query page_size/,
    (d) => (there(parameter(d, 'page_size').schema).default = 99),
  ],
  [
    'a header must be there',
    'breaking',
    /header x-tenant/,
    (d) =>
      (session(d).parameters = [
        { name: 'x-tenant', in: 'header', required: true, schema: { type: 'string' } },
      ]),
  ],
  [
    'credentials are asked for',
    'breaking',
    /GET \/healthz/,
    (d) => (op(d, 'get', '/healthz').security = [{ applicationToken: [] }]),
  ],
  [
    'a session is asked for too',
    'breaking',
    /login\/password/,
    (d) => (login(d).security = [{ applicationToken: [], session: [] }]),
  ],
  [
    'another scope',
    'breaking',
    /customers\/list/,
    (d) => {
      const operation = op(d, 'get', `${P}/customers/list`);
      const [name = ''] = Object.keys(operation.security?.[0] ?? {});
      operation.security = [{ [name]: ['customers:write'] }];
    },
  ],
  [
    'another cookie',
    'breaking',
    /security session/,
    (d) => (there(d.components?.securitySchemes?.['session'])['name'] = 'sid'),
  ],
  [
    'another success status',
    'breaking',
    /session 200/,
    (d) => {
      const responses = there(session(d).responses);
      responses['201'] = there(responses['200']);
      delete responses['200'];
    },
  ],
  [
    'a field of an answer is gone',
    'breaking',
    /UserSchema in answers\.has_old_password_hash/,
    (d) => delete user(d)['has_old_password_hash'],
  ],
  [
    'another type in an answer',
    'breaking',
    /UserSchema in answers\.has_old/,
    (d) => (user(d)['has_old_password_hash'] = { type: 'string' }),
  ],
  [
    'null in an answer',
    'breaking',
    /UserSchema in answers\.has_old/,
    (d) => (user(d)['has_old_password_hash'] = { type: ['boolean', 'null'] }),
  ],
  [
    'fractions in an answer',
    'breaking',
    /ErrorBody in answers\.status/,
    (d) => (field(d, 'ErrorBody', 'status').type = 'number'),
  ],
  [
    'whole numbers in an answer',
    'harmless',
    /resend_timer/,
    (d) => (field(d, 'OtpSuccess', 'resend_timer').type = 'integer'),
  ],
  [
    'more types in a request',
    'harmless',
    /username/,
    (d) => (field(d, LOGIN, 'username').type = ['string', 'number']),
  ],
  [
    'a field of an error may be missing',
    'breaking',
    /ErrorBody in answers\.(code|status|request_id)/,
    (d) => (schema(d, 'ErrorBody').required = ['message']),
  ],
  [
    'an error is gone',
    'harmless',
    /login\/password 401\.code/,
    (d) => {
      const media = there(login(d).responses?.['401']?.content?.['application/json']);
      there(media.schema?.allOf?.at(-1)?.properties?.['code']).enum = ['unauthorized'];
    },
  ],
  [
    'an error is new',
    'breaking',
    /login\/password 401\.code/,
    (d) => {
      const media = there(login(d).responses?.['401']?.content?.['application/json']);
      there(media.schema?.allOf?.at(-1)?.properties?.['code']).enum?.push('otp_invalid');
    },
  ],
  [
    'a status of an error is new',
    'harmless',
    /session 418/,
    (d) => (there(session(d).responses)['418'] = {}),
  ],
  [
    'the catalogue of errors is shorter',
    'harmless',
    /code/,
    (d) => field(d, 'ErrorBody', 'code').enum?.pop(),
  ],
  [
    'a header is gone',
    'breaking',
    /session 503 header retry-after/,
    (d) => {
      const response = there(session(d).responses?.['503']);
      const name = there(
        Object.keys(response.headers ?? {}).find((one) => /^retry-after$/i.test(one)),
      );
      delete response.headers?.[name];
    },
  ],
  [
    'another type of a header',
    'breaking',
    /session 503 header retry-after/,
    (d) => {
      const headers = there(session(d).responses?.['503']?.headers);
      const name = there(Object.keys(headers).find((one) => /^retry-after$/i.test(one)));
      headers[name] = { required: true, schema: { type: 'string' } };
    },
  ],
  [
    'another content type of an answer',
    'breaking',
    /session 200$/,
    (d) => {
      const content = there(session(d).responses?.['200']?.content);
      content['text/plain'] = there(content['application/json']);
      delete content['application/json'];
    },
  ],
  [
    'another server',
    'breaking',
    /servers/,
    (d) => (d.servers = [{ url: 'https://other.example/v2' }]),
  ],
  ['another operationId', 'breaking', /GET .*\/session/, (d) => (session(d).operationId = 'x')],
  [
    'a field must be there, said by allOf',
    'breaking',
    /captcha_code/,
    (d) => {
      const one = schema(d, LOGIN);
      const required = [...(one.required ?? []), 'captcha_code'];
      delete one.required;
      one.allOf = [{ required }];
    },
  ],
  [
    'the same said by allOf',
    'none',
    /^$/,
    (d) => {
      const one = schema(d, LOGIN);
      one.allOf = [{ required: one.required, properties: one.properties }];
      delete one.required;
      delete one.properties;
    },
  ],
  [
    'numbers alone in a map of answers',
    'harmless',
    /UserSchema in answers\.meta\.\*/,
    (d) => (field(d, 'UserSchema', 'meta').additionalProperties = { type: 'integer' }),
  ],
  [
    'numbers alone in a map of requests',
    'breaking',
    /meta\.\*/,
    (d) => (field(d, 'CreateUserRequestSchema', 'meta').additionalProperties = { type: 'integer' }),
  ],
  ['deprecated', 'harmless', /GET .*\/session/, (d) => (session(d).deprecated = true)],
  [
    'another example',
    'none',
    /^$/,
    (d) =>
      Object.assign(there(session(d).responses?.['200']?.content?.['application/json']), {
        example: {},
      }),
  ],
  [
    'other words',
    'none',
    /^$/,
    (d) => Object.assign(session(d), { description: 'x', summary: 'y' }),
  ],
  ['another name of a schema', 'none', /^$/, (d) => rename(d, LOGIN, 'LoginX')],
  [
    'another name of a security scheme',
    'none',
    /^$/,
    (d) => rename(d, '"applicationToken"', '"storefront"'),
  ],
  [
    'a keyword that nobody here knows',
    'breaking',
    /username/,
    (d) => Object.assign(field(d, LOGIN, 'username'), { contentSchema: {} }),
  ],
  [
    'any other keys in what is closed',
    'harmless',
    /.$/,
    (d) =>
      Object.assign(
        find(
          d,
          (one) => one['additionalProperties'] === false && one['type'] === 'object',
        ) as Schema,
        { additionalProperties: true },
      ),
  ],
];

test.each(MUTATIONS)('%s: %s', (_, kind, place, mutate) => {
  const after = JSON.parse(TEXT) as Document;
  mutate(after);
  const changes = changesBetween(before, after);
  // A change that breaks may be told with what is harmless beside it, never the other way round.
  const worst = changes.some((one) => one.kind === 'breaking')
    ? 'breaking'
    : (changes[0]?.kind ?? 'none');
  expect([worst, changes]).toEqual([kind, changes]);
  const told = changes.filter((one) => one.kind === worst).map((one) => one.place);
  if (kind !== 'none') expect(told.join('\n')).toMatch(place);
  // One change is told once, however many operations it is for, or where it is told at the operations, once for each.
  expect(changes.length).toBeLessThan(60);
});

test('all of them are looked at', () => {
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(45);
});
