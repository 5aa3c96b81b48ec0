import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createMock, mockEntries } from '../../mocks/app.ts';
import { documented, unwrap } from '../../mocks/documented.ts';
import { EXCEPTIONS } from '../../mocks/exceptions.ts';
import { entriesOf, successOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { caller } from '../support/every-row.ts';
import { operationFacts } from './facts.ts';

const FOLDER = join(import.meta.dirname, '../../mocks/examples');
/** Operations whose documented example is empty, or that the documents lack (D-3, D-19). */
const DERIVED = [
  'application.hasPassword',
  'application.logout',
  'application.sendVerificationLinkToEmail',
  'application.deleteUser',
];

/** Later operations without a published model or example of the answer; theirs are made from our schemas. */
const DERIVED_LATER = [
  'application.sendResetPasswordMobile',
  'application.sendOTPOnPrimary',
  'application.verifyOTPonPrimary',
  'application.sendOTPForUpdate',
  'application.verifyOTPForUpdate',
  'application.getAttributesDefinition',
  'platform.deleteUserGroup',
  'platform.bulkImportStoreFrontUsers',
  'platform.getBulkImportUsersList',
  'platform.createBulkExportUsers',
  'platform.getBulkExportUsersList',
  'platform.getUsersJobByJobId',
  'platform.createUserAttributeDefinition',
  'platform.getUserAttributeDefinitions',
  'platform.getUserAttributeDefinitionById',
  'platform.updateUserAttributeDefinition',
  'platform.deleteUserAttributeDefinitionById',
  'platform.getUserAttribute',
  'platform.updateUserAttribute',
  'platform.deleteUserAttribute',
  'platform.getUserAttributesForUser',
  'platform.updateUserAttributes',
  'platform.deleteUserAttributesInBulk',
  'platform.getUserAttributeById',
  'platform.filterUsersByAttributes',
];

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as object;
const files = new Map(
  ['application', 'platform'].flatMap((client) =>
    readdirSync(join(FOLDER, client)).map((name): [string, object] => [
      `${client}.${name.replace('.json', '')}`,
      read(join(FOLDER, client, name)),
    ]),
  ),
);
const entries = entriesOf(table);
const withFile = entries.flatMap((entry) => {
  const file = files.get(entry.id);
  return file ? [{ ...entry, file }] : [];
});

test('the mock knows every documented example file, as it stands', () => {
  expect(documented).toStrictEqual(Object.fromEntries(files));
});

test('no example that the mock answers is empty', () => {
  const empty = [...files].filter(([, file]) => Object.keys(unwrap(file)).length === 0);
  expect(empty).toStrictEqual([]);
});

test('every operation has a documented example, save those whose documents are empty', () => {
  const without = operationFacts.map(({ id }) => id).filter((id) => !files.has(id));
  expect(without.toSorted()).toEqual(DERIVED.toSorted());
});

test('every later operation has a published example, save those of which the SDK publishes none', () => {
  const later = entries.filter(({ row }) => row.since !== undefined).map(({ id }) => id);
  expect(later.filter((id) => !files.has(id))).toEqual(DERIVED_LATER);
});

describe('a documented example survives its operation unchanged', () => {
  test.each(withFile.filter(({ id }) => !EXCEPTIONS.has(id)))('$id', ({ row, file }) => {
    const example = unwrap(file);
    expect(successOf(row).schema.parse(example)).toStrictEqual(example);
    expect(row.example.response).toStrictEqual(example);
  });
});

describe('an exception stands in the list because its example breaks its operation', () => {
  test.each(withFile.filter(({ id }) => EXCEPTIONS.has(id)))('$id', ({ row, file }) => {
    expect(successOf(row).schema.safeParse(unwrap(file)).success).toBe(false);
  });
});

describe('an operation shows a request that it takes', () => {
  /** Parameters that say nothing about what is asked. */
  const ASIDE = new Set(['platform']);
  const mock = caller(createMock().fetch);

  test.each(mockEntries)('$id', async (entry) => {
    const { query, body } = entry.row.request;
    const { query: shownQuery, body: shownBody } = (entry.row.example.request ?? {}) as {
      query?: object;
      body?: object;
    };
    const named = Object.keys(query?.shape ?? {}).some((name) => !ASIDE.has(name));
    expect([named, body !== undefined]).toEqual([
      shownQuery !== undefined,
      shownBody !== undefined,
    ]);
    const answer = await mock(entry);
    expect([answer.status, answer.body]).toEqual([successOf(entry.row).status, answer.body]);
  });
});

describe("an operation's own examples fit its schemas", () => {
  test.each(entries)('$id', ({ row }) => {
    const { response } = row.example;
    expect(successOf(row).schema.parse(response)).toStrictEqual(response);
    for (const [place, value] of Object.entries(row.example.request ?? {})) {
      const schema = row.request[place as 'params' | 'query' | 'body'];
      expect(schema?.safeParse(value), place).toMatchObject({ success: true });
    }
  });
});
