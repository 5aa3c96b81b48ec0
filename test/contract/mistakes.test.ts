/**
 * Provoked refusals, byte for byte: the real app and the mock are sent the same bodies and paths that are none, and have to
 * answer the same (bad-values.test.ts does so for each field). The request id is given, so that nothing has to be left out of the comparison.
 */
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
  entity: 'mobile',
  attribute_def_id: 'd',
  attribute_id: 'a',
};
type Plain = Record<string, unknown>;
interface Sent {
  /** As text, so that it can be broken. */
  body?: string;
  type?: string;
  path?: Partial<typeof PATHS>;
}
interface Mistake extends Sent {
  what: string;
}

const exampleOf = ({ row }: Entry): { body?: Plain } => row.example.request ?? {};

function bodyMistakes(entry: Entry): Mistake[] {
  const good = exampleOf(entry).body ?? {};
  const text = (value: unknown): string => JSON.stringify(value);
  return [
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
}

const pathMistakes = ({ row }: Entry): Mistake[] =>
  Object.keys(row.request.params?.shape ?? {})
    // A tenant that is none is refused by the real guard before anything is parsed; the mock knows no tenants.
    .filter((name) => name === 'user_id' || name === 'group_id')
    .map((name) => ({
      what: `path with a control character in ${name}`,
      path: { [name]: 'a%07b' },
    }));

function requestOf({ client, row }: Entry, { body, type, path }: Sent): Request {
  const url = new URL(
    `http://127.0.0.1${row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => path?.[name] ?? PATHS[name] ?? '')}`,
  );
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
    const { body } = entry.row.request;
    const mistakes = [...(body ? bodyMistakes(entry) : []), ...pathMistakes(entry)];
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
