/** A line end in a token, an id or a name begins a new header, log line or cell somewhere: only texts for people may have one. */
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { caller, realApp } from '../support/every-row.ts';

/** The fields that people write several lines into, and passwords, which are taken as they are. */
const SEVERAL_LINES = new Set([
  'password',
  'old_password',
  'new_password',
  'reason',
  'description',
  'display',
  'subtext',
  'text',
  'reason_text',
  'consent_text',
]);

/** Every field of a schema that takes some text, with its place. Free maps hold whatever their owner likes. */
function textsOf(schema: z.ZodType, path: string[] = []): [path: string[], field: z.ZodType][] {
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([key, inner]) =>
      textsOf(inner as z.ZodType, [...path, key]),
    );
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return textsOf(schema.unwrap() as z.ZodType, path);
  }
  if (schema instanceof z.ZodArray) return textsOf(schema.element as z.ZodType, path);
  return ['a', '1'].some((one) => schema.safeParse(one).success) ? [[path, schema]] : [];
}

const fields = entriesOf(table).flatMap(({ id, row }) =>
  Object.entries(row.request).flatMap(([part, schema]) =>
    textsOf(schema as z.ZodType, [part]).map(([path, field]) => ({ id, path, field })),
  ),
);

describe('fields', () => {
  test('are found in all rows', () => {
    expect(fields.length).toBeGreaterThan(200);
  });

  test.each(['a\nb', 'a\rb', 'a\tb', '1\n2', 'a\u2028b', 'a\u2029b'])(
    '%j is read by those for several lines only',
    (text) => {
      for (const { id, path, field } of fields) {
        const name = path.at(-1) ?? '';
        const read = field.safeParse(text).success;
        expect([id, path.join('.'), read && !SEVERAL_LINES.has(name)]).toEqual([
          id,
          path.join('.'),
          false,
        ]);
      }
    },
  );
});

const { send, operator } = await realApp();
const mock = createMock({ strict: true });

describe.each([
  ['the real app', caller(send, operator)],
  ['the mock', caller(mock.fetch, operator)],
])('%s', (_, call) => {
  const row = (id: string) => {
    const entry = entriesOf(table).find((one) => one.id === id);
    if (!entry) throw new Error(`no ${id}`);
    return entry;
  };
  test.each([
    ['application.loginWithGoogle', { oauth2: { access_token: 'a\r\nb' } }, 'oauth2.access_token'],
    ['application.loginWithGoogle', { oauth2: { access_token: 'ab\n' } }, 'oauth2.access_token'],
    [
      'application.loginWithAppleIOS',
      { user_identifier: 'x', oauth: { identity_token: 'a\nb' } },
      'oauth.identity_token',
    ],
    ['application.loginWithToken', { token: 'a\tb' }, 'token'],
  ])('%s names the field of a token with line ends', async (id, body, field) => {
    expect(await call(row(id), { body })).toMatchObject({
      status: 400,
      body: { errors: [{ path: `body.${field}`, message: 'must be a single line without tabs' }] },
    });
  });
});
