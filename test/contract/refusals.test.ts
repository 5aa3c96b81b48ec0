/** A wrong request gets the same answer from the real app and from the mock, operation by operation. */
import { expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { caller, realApp, type Answer, type Given } from '../support/every-row.ts';

const { send, cookie, operator } = await realApp();
const real = caller(send, operator);
const mocked = caller(createMock({ strict: true }).fetch);
const entries = entriesOf(table).filter(({ client }) => client !== 'service');

interface Wrong {
  id: string;
  entry: Entry;
  what: string;
  given: Given;
  status: number;
}

const wrongTypes = (example: object = {}): object =>
  Object.fromEntries(Object.keys(example).map((name) => [name, [{ wrong: true }]]));

/** What can be wrong about a request to this row. */
function wrongsOf(entry: Entry): Wrong[] {
  const { row, id } = entry;
  const example: { body?: object } = row.example.request ?? {};
  const requires = (part: 'query' | 'body'): boolean =>
    row.request[part]?.safeParse({}).success === false;
  const wrongs: [what: string, applies: boolean, given: Given, status: number][] = [
    ['without credentials', true, { headers: { authorization: '' } }, 401],
    ['without a session', row.security === 'session', { headers: { cookie: '' } }, 401],
    ['without its query', requires('query'), { query: {} }, 400],
    ['without its fields', requires('body'), { body: {} }, 400],
    [
      'with fields of the wrong type',
      row.request.body !== undefined,
      { body: wrongTypes(example.body) },
      400,
    ],
  ];
  return wrongs
    .filter(([, applies]) => applies)
    .map(([what, , given, status]) => ({ id, entry, what, given, status }));
}

/** The answer without what differs from request to request. */
const lasting = ({ status, body: { request_id: _, ...body } }: Answer) => ({ status, body });

test.each(entries.flatMap(wrongsOf))('$id $what', async ({ entry, given, status }) => {
  const headers = { cookie, ...given.headers };
  const ofReal = lasting(await real(entry, { ...given, headers }));
  const ofMock = lasting(await mocked(entry, { ...given, headers }));
  expect(ofReal.status).toBe(status);
  expect(ofMock).toEqual(ofReal);
});
