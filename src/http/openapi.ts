/** Rows → one OpenAPI 3.1 document. Pure: the same table always gives the same document. */
import type * as z from 'zod';
import { collectComponents, type Components, type Json, type Use } from './openapi-components.ts';
import { ErrorBodySchema, errorExamples, errorResponses } from './openapi-errors.ts';
import {
  entriesOf,
  successOf,
  type Entry,
  type Operation,
  type Security,
  type Table,
} from './operation.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  /** SPDX identifier. */
  license?: string;
  /** The purpose of each group of the table. */
  tags?: Readonly<Record<string, string>>;
  /** The groups of the table to show; all of them when left out. With one group operationIds are plain (D-21). */
  groups?: readonly string[];
}

/** As much of the format as readers of the document in this project rely on. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; license?: { name: string; identifier: string } };
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Json>>;
  components: {
    schemas: Record<string, Json>;
    examples: Record<string, Json>;
    securitySchemes: Record<string, Json>;
  };
}

const SECURITY_SCHEMES = {
  applicationToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'base64(id:token)',
    description: 'A storefront: `base64(<application id>:<application token>)`.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'f.session',
    description: 'A signed-in shopper. Every sign-in sets the cookie.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An operator: the access token of the OAuth token endpoint.',
  },
} satisfies Record<string, Json>;

type Requirement = Partial<Record<keyof typeof SECURITY_SCHEMES, string[]>>;

function requirementsOf(row: Operation): Requirement[] {
  const storefront: Requirement = { applicationToken: [] };
  const shopper: Requirement = { applicationToken: [], session: [] };
  const bySecurity: Record<Security, Requirement[]> = {
    none: [],
    application: [storefront],
    session: [shopper],
    'session?': [storefront, shopper],
    platform: [{ accessToken: row.scope ? [row.scope] : [] }],
  };
  return bySecurity[row.security];
}

/** Every schema that the rows send or answer. */
function usesOf(rows: readonly Operation[]): Use[] {
  const input = rows.flatMap(({ request: { params, query, body } }) =>
    [params, query, body].filter((schema) => schema !== undefined),
  );
  const output = rows.map((row) => successOf(row).schema);
  return [
    ...input.map((schema): Use => ({ schema, io: 'input' })),
    ...[...output, ErrorBodySchema].map((schema): Use => ({ schema, io: 'output' })),
  ];
}

type ExampleRequest = Partial<Record<'params' | 'query' | 'body', Json>>;
// A row keeps its example as a plain object; `operation` has held it against these very keys.
const exampleOf = (row: Operation): ExampleRequest => row.example.request ?? {};

interface ObjectSchema {
  properties?: Record<string, Json>;
  required?: string[];
}

const withoutUndefined = (json: Json): Json =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));

function parametersOf(row: Operation, { jsonOf }: Components): Json[] {
  const example = exampleOf(row);
  const list = (place: 'path' | 'query', schema: z.ZodObject | undefined, values: Json = {}) => {
    if (!schema) return [];
    const { properties = {}, required = [] }: ObjectSchema = jsonOf({ schema, io: 'input' });
    return Object.entries(properties).map(([name, { description, ...property }]) =>
      withoutUndefined({
        name,
        in: place,
        description,
        required: place === 'path' || required.includes(name),
        schema: property,
        example: values[name],
      }),
    );
  };
  return [
    ...list('path', row.request.params, example.params),
    ...list('query', row.request.query, example.query),
  ];
}

function bodyOf(row: Operation, { jsonOf }: Components): Json | undefined {
  const { body: schema } = row.request;
  if (!schema) return undefined;
  const { body: example } = exampleOf(row);
  const media = { schema: jsonOf({ schema, io: 'input' }), ...(example && { example }) };
  const form = row.encoding === 'form' && { 'application/x-www-form-urlencoded': media };
  // A body whose every field may be left out may be left out itself.
  const required = !schema.safeParse({}).success;
  return { required, content: { ...form, 'application/json': media } };
}

function operationOf({ client, operationId, id, row }: Entry, plain: boolean, all: Components) {
  const { status, schema } = successOf(row);
  const parameters = parametersOf(row, all);
  const requestBody = bodyOf(row, all);
  const success = {
    schema: all.jsonOf({ schema, io: 'output' }),
    example: row.example.response,
  };
  return {
    operationId: plain ? operationId : id,
    tags: [client],
    summary: row.summary,
    description: row.description,
    security: requirementsOf(row),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [status]: { description: 'Success', content: { 'application/json': success } },
      ...errorResponses(row, all.jsonOf({ schema: ErrorBodySchema, io: 'output' })),
    },
  };
}

/** The document of a table or of some of its groups. Throws when two different schemas claim one name. */
export function openapi(table: Table, options: OpenApiOptions): OpenApiDocument {
  const { title, version, license, tags = {}, groups = Object.keys(table) } = options;
  const entries = entriesOf(table).filter(({ client }) => groups.includes(client));
  const rows = entries.map(({ row }) => row);
  const components = collectComponents(usesOf(rows));
  const paths: OpenApiDocument['paths'] = {};
  for (const entry of entries) {
    const item = (paths[entry.row.path] ??= {});
    item[entry.row.method] = operationOf(entry, groups.length === 1, components);
  }
  const schemes = new Set(rows.flatMap(requirementsOf).flatMap(Object.keys));
  return {
    openapi: '3.1.0',
    info: { title, version, ...(license && { license: { name: license, identifier: license } }) },
    servers: [{ url: '/' }],
    tags: groups.map((name) => ({ name, ...(tags[name] && { description: tags[name] }) })),
    paths,
    components: {
      schemas: components.schemas,
      examples: errorExamples(rows),
      securitySchemes: Object.fromEntries(
        Object.entries(SECURITY_SCHEMES).filter(([name]) => schemes.has(name)),
      ),
    },
  };
}
