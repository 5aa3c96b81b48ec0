/**
 * Provoked refusals, byte for byte: the real app and the mock are sent the same mistakes, which are derived from each row,
 * and have to answer the same. The request id is given, so that nothing has to be left out of the comparison.
 */
import type * as z from 'zod';
import { expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { realApp, STOREFRONT, type Send } from '../support/every-row.ts';

const { send: real, cookie, operator } = await realApp();
const mock = createMock({ strict: true });
const entries = entriesOf(table).filter(({ client }) => client !== 'service');

const PATHS: Readonly<Record<string, string>> = {
  company_id: '1',
  application_id: '000000000000000000000001',
  user_id: 'u',
  group_id: 'g',
};
type Plain = Record<string, unknown>;
interface Sent {
  query?: Record<string, string>;
  /** As text, so that it can be broken. */
  body?: string;
  type?: string;
  path?: Partial<typeof PATHS>;
}
interface Mistake extends Sent {
  what: string;
}

const exampleOf = ({ row }: Entry): { query?: Plain; body?: Plain } => row.example.request ?? {};
const without = (object: Plain, name: string): Plain =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
const isRequired = (schema: z.ZodObject, name: string): boolean => {
  const field = schema.shape[name] as z.ZodType | undefined;
  return field?.safeParse(undefined).success === false;
};

/** Longer than any text field takes, and still below the limit of a body. */
const LONG = 'a'.repeat(9_000);
const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

function bodyMistakes(entry: Entry, schema: z.ZodObject): Mistake[] {
  const good = exampleOf(entry).body ?? {};
  const text = (value: unknown): string => JSON.stringify(value);
  const fields = Object.keys(schema.shape).flatMap((name): Mistake[] => [
    ...(isRequired(schema, name)
      ? [
          { what: `body without ${name}`, body: text(without(good, name)) },
          { what: `body with null as ${name}`, body: text({ ...good, [name]: null }) },
          { what: `body with an empty ${name}`, body: text({ ...good, [name]: '' }) },
        ]
      : []),
    { what: `body with a list as ${name}`, body: text({ ...good, [name]: [{ wrong: true }] }) },
    { what: `body with a fraction as ${name}`, body: text({ ...good, [name]: 1.5 }) },
    { what: `body with a long ${name}`, body: text({ ...good, [name]: LONG }) },
    {
      what: `body with a control character in ${name}`,
      body: text({ ...good, [name]: 'a\u0007b' }),
    },
    { what: `body with half a character in ${name}`, body: `{"${name}":"\\ud800"}` },
    { what: `body with an endless ${name}`, body: text({ ...good, [name]: deep(30) }) },
  ]);
  const wholes: Mistake[] = [
    { what: 'nothing for a body', body: '' },
    { what: 'broken JSON', body: '{' },
    { what: 'JSON with a comma too many', body: `${text(good).slice(0, -1)},}` },
    { what: 'a list for a body', body: '[]' },
    { what: 'a word for a body', body: '"mobile"' },
    { what: 'null for a body', body: 'null' },
    { what: 'another content type', body: text(good), type: 'text/plain' },
    { what: 'a form', body: 'a=b', type: 'application/x-www-form-urlencoded' },
    { what: 'no content type', body: text(good), type: '' },
    { what: 'a body over the limit', body: text({ ...good, filling: 'a'.repeat(66_000) }) },
  ];
  return [...fields, ...wholes];
}

function queryMistakes(entry: Entry, schema: z.ZodObject): Mistake[] {
  const good = Object.fromEntries(
    Object.entries(exampleOf(entry).query ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return Object.keys(schema.shape).flatMap((name): Mistake[] => [
    ...(isRequired(schema, name)
      ? [{ what: `query without ${name}`, query: without(good, name) as typeof good }]
      : []),
    ...['', '0', '-1', '1.5', '1e9', 'x', LONG, 'a\u0007b', '\ud800'].map((value) => ({
      what: `query with ${name}=${value.slice(0, 20)}`,
      query: { ...good, [name]: value },
    })),
  ]);
}

const pathMistakes = ({ row }: Entry): Mistake[] =>
  Object.keys(row.request.params?.shape ?? {})
    // A tenant that is none is refused by the real guard before anything is parsed; the mock knows no tenants.
    .filter((name) => name === 'user_id' || name === 'group_id')
    .map((name) => ({
      what: `path with a control character in ${name}`,
      path: { [name]: 'a%07b' },
    }));

function requestOf({ client, row }: Entry, { query, body, type, path }: Sent): Request {
  const url = new URL(
    `http://127.0.0.1${row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => path?.[name] ?? PATHS[name] ?? '')}`,
  );
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const headers = new Headers({
    authorization: client === 'platform' ? `Bearer ${operator}` : STOREFRONT,
    cookie,
    'x-request-id': 'given-by-the-test',
  });
  if (body === undefined) return new Request(url, { method: row.method, headers });
  // As bytes, so that no content type is made up.
  const bytes = new TextEncoder().encode(body);
  const kind = type ?? 'application/json';
  if (kind) headers.set('content-type', kind);
  return new Request(url, { method: row.method.toUpperCase(), headers, body: bytes });
}

/** All of an answer save for what it says about origins, for which the mock has a rule of its own. */
async function heard(send: Send, request: Request) {
  const response = await send(request);
  const headers = [...response.headers].filter(([name]) => !/^(access-control-|vary$)/.test(name));
  return { status: response.status, headers, text: await response.text() };
}

const CASES = entries
  .map((entry) => {
    const { query, body } = entry.row.request;
    const mistakes = [
      ...(body ? bodyMistakes(entry, body) : []),
      ...(query ? queryMistakes(entry, query) : []),
      ...pathMistakes(entry),
    ];
    const withBody = (one: Mistake): Mistake => ({
      body: body && JSON.stringify(exampleOf(entry).body ?? {}),
      ...one,
    });
    return { id: entry.id, entry, mistakes: mistakes.map(withBody) };
  })
  .filter(({ mistakes }) => mistakes.length > 0);

test.each(CASES)('$id', async ({ entry, mistakes }) => {
  let refused = 0;
  for (const mistake of mistakes) {
    const ofMock = await heard(mock.fetch, requestOf(entry, mistake));
    // What the schema lets pass is none; the real app may then do what the mock does not.
    if (ofMock.status < 400) continue;
    refused += 1;
    const ofReal = await heard(real, requestOf(entry, mistake));
    expect([mistake.what, ofMock]).toEqual([mistake.what, ofReal]);
  }
  expect(refused).toBeGreaterThan(0);
});
