/**
 * Every row refuses what its schemas exclude, and the plain mock refuses it with the same words: the values are made from the
 * schemas, and both are asked in this process.
 */
import { expect, test } from 'vitest';
import { createMock, mockEntries } from '../../mocks/app.ts';
import type { Entry } from '../../src/http/operation.ts';
import { badValuesOf, fieldsOf, kindNameOf, KINDS, type BadValue } from '../support/bad-values.ts';
import { realApp, STOREFRONT, type Send } from '../support/every-row.ts';
import { tally } from '../support/tally.ts';

const { send: real, cookie, operator } = await realApp();
const mock = createMock({ strict: true });
const IDS: Readonly<Record<string, string>> = {
  company_id: '1',
  application_id: '000000000000000000000001',
  entity: 'mobile',
};

async function answerOf(send: Send, { client, row }: Entry, { query, body }: BadValue) {
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => IDS[name] ?? 'u');
  const headers = new Headers({
    authorization: client === 'platform' ? `Bearer ${operator}` : STOREFRONT,
    cookie,
    'x-request-id': 'given-by-the-test',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  });
  const url = `http://127.0.0.1${path}?${query ?? ''}`;
  const method = row.method.toUpperCase();
  const response = await send(new Request(url, { method, headers, body }));
  return { status: response.status, text: await response.text() };
}

const entries = mockEntries
  .filter(({ row }) => row.security !== 'none' && (row.request.body ?? row.request.query))
  .map((entry) => ({ entry, id: entry.id }));

test.each(entries)('$id', async ({ entry }) => {
  const wrong: string[] = [];
  const bad = badValuesOf(entry);
  for (const value of bad) {
    const ofMock = await answerOf(mock.fetch, entry, value);
    const ofReal = await answerOf(real, entry, value);
    const named = ofMock.text.includes(`"path":"${value.path}`);
    if (ofMock.status !== 400 || ofMock.text !== ofReal.text || !named) {
      wrong.push(`${value.path}, ${value.what}: ${ofMock.text} | ${ofReal.text}`.slice(0, 500));
    }
  }
  tally('value', bad.length);
  expect(wrong).toEqual([]);
});

test('every kind of value is a field of some row, and none is left out', () => {
  const fields = entries.flatMap(({ entry: { row } }) =>
    [row.request.query, row.request.body].flatMap((schema) => (schema ? fieldsOf(schema) : [])),
  );
  const met = new Set(fields.map(({ schema }) => kindNameOf(schema)));
  expect([...KINDS.keys()].filter((kind) => !met.has(kind))).toEqual([]);
});
