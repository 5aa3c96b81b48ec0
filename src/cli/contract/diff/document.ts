/** As much of an OpenAPI document (3.0 or 3.1, as JSON) as a comparison reads. */

export type Json = Record<string, unknown>;

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  nullable?: boolean;
  default?: unknown;
  format?: string;
  pattern?: string;
  multipleOf?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number | boolean;
  exclusiveMaximum?: number | boolean;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
}
export interface Header {
  $ref?: string;
  required?: boolean;
  schema?: Schema;
}
export interface Media {
  content?: Record<string, { schema?: Schema }>;
}
export interface Response extends Media {
  $ref?: string;
  headers?: Record<string, Header>;
}
export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  style?: string;
  explode?: boolean;
  schema?: Schema;
}
export type Requirement = Record<string, string[]>;
export interface Operation {
  operationId?: string;
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: Media & { $ref?: string; required?: boolean };
  responses?: Record<string, Response>;
  security?: Requirement[];
  servers?: { url: string }[];
}
export interface Document {
  info: { version: string };
  servers?: { url: string }[];
  security?: Requirement[];
  paths: Record<string, Record<string, Operation>>;
  components?: {
    schemas?: Record<string, Schema>;
    securitySchemes?: Record<string, Json>;
    [kind: string]: Record<string, unknown> | undefined;
  };
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** What a reference leads to, through references to references. */
export function resolve<T extends { $ref?: string }>(document: Document, value: T): T {
  let found = value;
  for (let steps = 0; found.$ref !== undefined && steps < 20; steps += 1) {
    const parts = found.$ref.replace(/^#\//, '').split('/');
    let at: unknown = document;
    for (const part of parts) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      at = typeof at === 'object' && at !== null ? (at as Json)[key] : undefined;
    }
    // A reference that leads nowhere says nothing; a validator tells so, a comparison does not.
    if (typeof at !== 'object' || at === null) return {} as T;
    found = at as T;
  }
  return found;
}

/** The last part of a reference: the component's name. */
export const nameOf = (ref: string | undefined): string | undefined => ref?.split('/').at(-1);

export interface Placed {
  /** `POST /a/{b}` */
  place: string;
  path: string;
  operation: Operation;
  parameters: Parameter[];
}

/** Every operation, by method and path; names of path parameters say nothing to the server. */
export function operationsOf(document: Document): Map<string, Placed> {
  const found = new Map<string, Placed>();
  for (const [path, item] of Object.entries(document.paths)) {
    const shared = (item as { parameters?: Parameter[] }).parameters ?? [];
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const key = `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
      const all = [...shared, ...(operation.parameters ?? [])].map((one) => resolve(document, one));
      const byName = new Map(all.map((one) => [`${one.in} ${one.name}`, one]));
      const place = `${method.toUpperCase()} ${path}`;
      found.set(key, { place, path, operation, parameters: [...byName.values()] });
    }
  }
  return found;
}

/** Keys that say nothing about what is sent. */
const ANNOTATIONS = new Set([
  'title',
  'description',
  'example',
  'examples',
  'deprecated',
  'externalDocs',
  '$comment',
  'xml',
  'readOnly',
  'writeOnly',
  'bearerFormat',
]);

/** A value as text, the same for the same meaning: references followed, keys sorted, annotations left out. */
export function canonical(
  document: Document,
  value: unknown,
  seen: readonly string[] = [],
): string {
  if (Array.isArray(value)) {
    return `[${value.map((one) => canonical(document, one, seen)).join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'nothing';
  const ref = (value as { $ref?: string }).$ref;
  if (ref !== undefined) {
    if (seen.includes(ref)) return `^${seen.length - seen.indexOf(ref)}`;
    return canonical(document, resolve(document, value), [...seen, ref]);
  }
  const parts = Object.entries(value)
    .filter(([key, one]) => !ANNOTATIONS.has(key) && !key.startsWith('x-') && one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(document, one, seen)}`);
  return `{${parts.join()}}`;
}
