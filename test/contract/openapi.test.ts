import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ABOUT } from '../../src/about.ts';
import { errorCatalogue } from '../../src/http/errors.ts';
import { openapi, type OpenApiDocument } from '../../src/http/openapi.ts';
import { entriesOf, errorsOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';

const whole = openapi(table, ABOUT);
const sorted = (values: Iterable<unknown>): string[] => [...values].map(String).toSorted();
const operationsOf = (document: OpenApiDocument) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

test('the documents say which release they are of', () => {
  expect(whole.info.version).toBe(packageJson.version);
});

test('docs/openapi.json is what the table says (node scripts/openapi.ts --write)', () => {
  const stored = readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
  // Compared first as values, because that difference reads better.
  expect(JSON.parse(stored)).toStrictEqual(JSON.parse(JSON.stringify(whole)));
  expect(stored).toBe(`${JSON.stringify(whole, null, 2)}\n`);
});

describe.each([
  ['all', undefined],
  ['application', ['application']],
  ['platform', ['platform']],
])('the document of %s', (_, groups) => {
  const document = openapi(table, { ...ABOUT, groups });

  test('is valid OpenAPI 3.1 and each of its references leads somewhere', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone({ ...document }));
    expect(result).toStrictEqual({ valid: true });
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('is free of what zod leaves behind', () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('$defs');
    expect(text).not.toContain('$schema');
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(schema, name).not.toHaveProperty('id');
    }
  });

  test('names each operation once', () => {
    const ids = operationsOf(document).map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    const expected = entriesOf(table)
      .filter(({ client }) => !groups || groups.includes(client))
      .map(({ id, operationId }) => (groups ? operationId : id));
    expect(sorted(ids)).toStrictEqual(sorted(expected));
  });
});

describe('every operation shows what its row says', () => {
  test.each(entriesOf(table))('$id', ({ id, row }) => {
    const operation = whole.paths[row.path]?.[row.method];
    const [success] = Object.keys(row.response);
    const statuses = errorsOf(row).map((code) => String(errorCatalogue[code].status));
    expect(operation).toMatchObject({ operationId: id, summary: row.summary });
    expect(sorted(Object.keys(operation?.['responses'] as object))).toStrictEqual(
      sorted(new Set([success, ...statuses])),
    );
    const text = JSON.stringify(operation);
    for (const code of errorsOf(row)) {
      expect(text).toContain(`#/components/examples/${code}`);
      expect(text).toContain(errorCatalogue[code].message);
    }
    const inPath = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = (operation?.['parameters'] ?? []) as { name: string; in: string }[];
    expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toStrictEqual(
      inPath,
    );
  });
});
