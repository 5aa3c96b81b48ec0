import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ABOUT, LOCAL_SERVERS } from '../../src/about.ts';
import { errorCatalogue } from '../../src/http/errors.ts';
import { openapi, type OpenApiDocument } from '../../src/http/openapi.ts';
import { entriesOf, errorsOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';

const whole = openapi(table, { ...ABOUT, servers: LOCAL_SERVERS });
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
    expect(text).not.toContain('#/$defs');
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
      sorted(new Set([success, '405', '500', ...statuses])),
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

interface Answered {
  $ref?: string;
  headers?: Record<string, { $ref: string }>;
}
const { headers, responses: shared } = whole.components;
const answersOf = (operation: Record<string, unknown>): [string, Answered][] =>
  Object.entries(operation['responses'] as Record<string, Answered>).map(([status, one]) => {
    const name = one.$ref?.split('/').at(-1);
    return [status, name === undefined ? one : (shared[name] as Answered)];
  });

describe('every response', () => {
  const rows = new Map(entriesOf(table).map(({ id, row }) => [id, row]));

  test.each(operationsOf(whole).map((one) => [String(one.operation['operationId']), one] as const))(
    'of %s names its headers, and each of them is described',
    (id, { operation }) => {
      for (const [status, answer] of answersOf(operation)) {
        const named = Object.entries(answer.headers ?? {});
        const names = named.map(([name]) => name);
        expect(names).toEqual(
          expect.arrayContaining(['X-Request-Id', 'Cache-Control', 'X-Content-Type-Options']),
        );
        expect(names.includes('Retry-After')).toBe(status === '429' || status === '503');
        expect(names.includes('Allow')).toBe(status === '405');
        const row = rows.get(id);
        if (row?.cookie && Number(status) < 400) expect(names).toContain('Set-Cookie');
        if (row?.security === 'platform' || row?.security === 'application') {
          expect(names).not.toContain('Set-Cookie');
        }
        for (const [, { $ref }] of named) {
          expect(headers[$ref.split('/').at(-1) ?? '']).toMatchObject({
            description: expect.stringMatching(/\.$/),
            schema: expect.any(Object),
          });
        }
      }
    },
  );
});

test('operators are OAuth 2 clients, with every scope that a row asks for', () => {
  const { accessToken } = whole.components.securitySchemes;
  expect(accessToken).toMatchObject({ type: 'oauth2' });
  const { flows } = accessToken as {
    flows: { clientCredentials: { tokenUrl: string; scopes: Record<string, string> } };
  };
  const { tokenUrl, scopes } = flows.clientCredentials;
  const tokenPath = table.service.createToken.path.replace('{company_id}', '1');
  expect(tokenUrl).toBe(tokenPath);
  const asked = entriesOf(table).flatMap(({ row }) => row.scope ?? []);
  expect(Object.keys(scopes)).toEqual(expect.arrayContaining(asked));
});

test('the documents say who made them, what they are and where the API is', () => {
  expect(whole.info).toMatchObject({
    contact: { name: expect.any(String) },
    description: expect.stringContaining('access token'),
  });
  expect(whole.servers).toEqual(LOCAL_SERVERS);
  expect(openapi(table, ABOUT).servers).toEqual([{ url: '/' }]);
});
