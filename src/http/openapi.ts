/** Rows → one OpenAPI 3.1 document. Pure: the same table always gives the same document. */
import type * as z from 'zod';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { collectComponents, type Components, type Json, type Use } from './openapi-components.ts';
import {
  ErrorBodySchema,
  errorExamples,
  errorResponses,
  headerRefs,
  sharedResponses,
  type NamedErrors,
} from './openapi-errors.ts';
import { entriesOf, successOf, type Entry, type Operation, type Table } from './operation.ts';
import { requirementsOf, securitySchemes } from './openapi-security.ts';

export interface Server {
  url: string;
  description?: string;
  variables?: Readonly<Record<string, { default: string; enum?: readonly string[] }>>;
}

export interface OpenApiOptions {
  title: string;
  version: string;
  description?: string;
  contact?: { name: string; url?: string; email?: string };
  /** SPDX identifier. */
  license?: string;
  /** Where the API is served; the host of the document when left out. */
  servers?: readonly Server[];
  /** What each tag, or each group whose rows have none, is for, in the order of the document. */
  tags?: Readonly<Record<string, string>>;
  /** Path of the token endpoint, for operators' tools. */
  tokenUrl?: string;
  /** Component → named schemas that stand beside it: the documents name them, and no operation exchanges them. */
  related?: Readonly<Record<string, Use>>;
  /** Names that errors have beside their one body. */
  errors?: NamedErrors;
  /** The groups of the table to show; all of them when left out. With one group operationIds are plain (D-21). */
  groups?: readonly string[];
}

/** As much of the format as readers of the document in this project rely on. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: {
    title: string;
    version: string;
    description?: string;
    contact?: { name: string };
    license?: { name: string; identifier: string };
  };
  servers: Server[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Json>>;
  components: {
    schemas: Record<string, Json>;
    examples: Record<string, Json>;
    headers: Record<string, Json>;
    responses: Record<string, Json>;
    securitySchemes: Record<string, Json>;
  };
}

/** Every schema that the rows send or answer. */
function usesOf(rows: readonly Operation[], { related = {}, errors }: OpenApiOptions): Use[] {
  const { byStatus = {}, unauthenticated, other } = errors ?? {};
  const named = [unauthenticated, other].filter((schema) => schema !== undefined);
  const input = rows.flatMap(({ request: { params, query, body } }) =>
    [params, query, body].filter((schema) => schema !== undefined),
  );
  const output = rows.map((row) => successOf(row).schema);
  return [
    ...Object.values(related),
    ...input.map((schema): Use => ({ schema, io: 'input' })),
    ...[...output, ErrorBodySchema, ...named, ...Object.values(byStatus)].map((schema): Use => ({
      schema,
      io: 'output',
    })),
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
  // The documents demand every body, also one whose every field may be left out.
  return { required: true, content: { ...form, 'application/json': media } };
}

function operationOf(
  { client, operationId, id, row }: Entry,
  plain: boolean,
  all: Components,
  errors: NamedErrors,
) {
  const { status, schema } = successOf(row);
  const parameters = parametersOf(row, all);
  const requestBody = bodyOf(row, all);
  const answer = (one: z.ZodType): Json => all.jsonOf({ schema: one, io: 'output' });
  return {
    operationId: plain ? operationId : id,
    tags: [row.tag ?? client],
    summary: row.summary,
    description: row.description,
    ...(row.since !== undefined && { 'x-sdk-since': row.since }),
    security: requirementsOf(row),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [status]: {
        description: row.answers ?? 'Success',
        headers: headerRefs(row, status),
        content: { 'application/json': { schema: answer(schema), example: row.example.response } },
      },
      ...errorResponses({ row, named: errors, jsonOf: answer }),
    },
  };
}

/** Tags in the order of their texts, then those without one. */
function tagsOf(entries: readonly Entry[], texts: Readonly<Record<string, string>>) {
  const used = new Set(entries.map(({ client, row }) => row.tag ?? client));
  const names = [...Object.keys(texts).filter((name) => used.has(name)), ...used];
  return [...new Set(names)].map((name) => ({
    name,
    ...(texts[name] && { description: texts[name] }),
  }));
}

const headerJson = ({
  description,
  schema,
  example,
  required,
}: (typeof ANSWER_HEADERS)[keyof typeof ANSWER_HEADERS]): Json => ({
  description,
  required,
  schema,
  example,
});

const SCHEMA_REF = /(?<=#\/components\/schemas\/)[\w.-]+/g;

/** The components that a part of the document needs, and what those need; sorted as they were. */
function neededBy(part: unknown, schemas: Record<string, Json>): Record<string, Json> {
  const needed = new Set<string>();
  const add = (json: unknown): void => {
    for (const name of JSON.stringify(json).match(SCHEMA_REF) ?? []) {
      if (needed.has(name)) continue;
      needed.add(name);
      add(schemas[name] ?? {});
    }
  };
  add(part);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => needed.has(name)));
}

/** `$defs` hold a schema without using it, which keeps tools from taking it for a leftover. */
function withRelated(
  schemas: Record<string, Json>,
  related: Readonly<Record<string, Use>>,
  { jsonOf }: Components,
): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const use = related[name];
      return [name, use ? { ...schema, $defs: { related: jsonOf(use) } } : schema];
    }),
  );
}

/** The document of a table or of some of its groups. Throws when two different schemas claim one name. */
export function openapi(table: Table, options: OpenApiOptions): OpenApiDocument {
  const { title, version, description, contact, license, tags = {} } = options;
  const {
    groups = Object.keys(table),
    servers = [{ url: '/' }],
    errors = { byStatus: {} },
  } = options;
  const { tokenUrl = '/oauth/token' } = options;
  const entries = entriesOf(table).filter(({ client }) => groups.includes(client));
  const rows = entries.map(({ row }) => row);
  const components = collectComponents(usesOf(rows, options));
  const paths: OpenApiDocument['paths'] = {};
  for (const entry of entries) {
    const item = (paths[entry.row.path] ??= {});
    item[entry.row.method] = operationOf(entry, groups.length === 1, components, errors);
  }
  const schemes = new Set(rows.flatMap(requirementsOf).flatMap(Object.keys));
  const jsonOf = (schema: z.ZodType): Json => components.jsonOf({ schema, io: 'output' });
  const [first] = rows;
  const responses = first ? sharedResponses({ row: first, named: errors, jsonOf }) : {};
  const headers = new Set(
    JSON.stringify([paths, responses]).match(/(?<=#\/components\/headers\/)\w+/g),
  );
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      ...(description && { description }),
      ...(contact && { contact }),
      ...(license && { license: { name: license, identifier: license } }),
    },
    servers: servers.map((server) => ({ ...server })),
    tags: tagsOf(entries, tags),
    paths,
    components: {
      schemas: neededBy(
        [paths, responses],
        withRelated(components.schemas, options.related ?? {}, components),
      ),
      examples: errorExamples(rows),
      responses,
      headers: Object.fromEntries(
        Object.entries(ANSWER_HEADERS)
          .filter(([name]) => headers.has(name))
          .map(([name, header]) => [name, headerJson(header)]),
      ),
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes(tokenUrl)).filter(([name]) => schemes.has(name)),
      ),
    },
  };
}
