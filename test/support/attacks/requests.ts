/** Requests made from a row's own schemas and example: a right one, and whatever an attack makes of it. */
import * as z from 'zod';
import type { Entry } from '../../../src/http/operation.ts';
import { ORIGIN } from '../shop.ts';
import type { Tenant } from './tenants.ts';

export type Place = 'params' | 'query' | 'body';
type Parts = Record<Place, Record<string, unknown>>;

/** A request as it goes over the wire: nothing in it has to be right. */
export interface Wire {
  method: string;
  /** With query, encoded. */
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
}

/** The part of a JSON schema that the attacks look at. */
export interface Node {
  type?: string;
  enum?: unknown[];
  anyOf?: Node[];
  properties?: Record<string, Node>;
  items?: Node;
  $ref?: string;
  $defs?: Record<string, Node>;
  maxLength?: number;
  /** Types that are read beside the documented one. */
  'x-also-accepts'?: string[];
}
export interface Field {
  place: Place;
  /** Keys from the part's root; `0` stands for the first of a list. */
  path: readonly string[];
  name: string;
  node: Node;
}

/** Every field of a row's request, however deep, read off its schemas. */
export function fieldsOf({ row }: Entry): Field[] {
  return (['params', 'query', 'body'] as const).flatMap((place) => {
    const schema = row.request[place];
    if (!schema) return [];
    // JSON Schema has more keywords; these are the ones read here.
    const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
    const resolve = (node: Node): Node =>
      node.$ref === undefined
        ? node
        : { ...node, ...root.$defs?.[node.$ref.replace('#/$defs/', '')], $ref: undefined };
    const walk = (given: Node, path: readonly string[]): Field[] => {
      const node = resolve(given);
      const inner = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
        const at = [...path, name];
        return [{ place, path: at, name, node: resolve(child) }, ...walk(child, at)];
      });
      return node.items ? [...inner, ...walk(node.items, [...path, '0'])] : inner;
    };
    return walk(root, []);
  });
}

/** What a tenant calls the field of a row. */
export function knownAs({ known }: Tenant, { operationId }: Entry, name: string) {
  return known[`${operationId}.${name}`] ?? known[name];
}

function replaced(value: unknown, name: string, entry: Entry, tenant: Tenant): unknown {
  if (Array.isArray(value)) {
    return value.map((one: unknown) => replaced(one, name, entry, tenant));
  }
  if (value !== null && typeof value === 'object') {
    const inner = Object.entries(value);
    return Object.fromEntries(inner.map(([key, one]) => [key, replaced(one, key, entry, tenant)]));
  }
  // `otp` is a switch as well as a code.
  return typeof value === 'boolean' ? value : (knownAs(tenant, entry, name) ?? value);
}

/** The parts of the row's example, in which everything that can be named is the tenant's own. */
export function partsOf(entry: Entry, tenant: Tenant): Parts {
  const { params, query, body } = (entry.row.example.request ?? {}) as Partial<Parts>;
  const names = Object.keys(entry.row.request.params?.shape ?? {});
  const path = Object.fromEntries(names.map((name) => [name, '0'.repeat(24)]));
  return replaced({ params: { ...path, ...params }, query, body }, '', entry, tenant) as Parts;
}

/** The tenant's own path, and otherwise the example as it stands, whose ids and codes are nobody's. */
export const aimless = (tenant: Tenant): Tenant => {
  const { company_id = '', application_id = '' } = tenant.known;
  return { ...tenant, known: { company_id, application_id } };
};

/** The same parts with one field set; lists and objects on the way are made when they are missing. */
export function withField(
  parts: Parts,
  { place, path }: Pick<Field, 'place' | 'path'>,
  value: unknown,
): Parts {
  const copy = structuredClone({ ...parts, [place]: parts[place] ?? {} });
  // Walks over plain data of unknown shape.
  let at = copy[place];
  for (const [index, key] of path.entries()) {
    if (index === path.length - 1) {
      at[key] = value;
      break;
    }
    const next = at[key];
    if (next === null || typeof next !== 'object') at[key] = path[index + 1] === '0' ? [] : {};
    at = at[key] as Record<string, unknown>;
  }
  return copy;
}

export const authorizationOf = ({ row }: Entry, tenant: Tenant): Record<string, string> => {
  if (row.errors.includes('invalid_client')) {
    const { key, secret } = tenant.client;
    return { authorization: `Basic ${btoa(`${key}:${secret}`)}` };
  }
  if (row.security === 'none') return {};
  return { authorization: row.security === 'platform' ? tenant.operator : tenant.storefront };
};
export const isStorefront = ({ row: { security } }: Entry): boolean =>
  security === 'application' || security === 'session' || security === 'session?';
/** With the customer's cookie where the row reads one. */
export const headersOf = (entry: Entry, tenant: Tenant): Record<string, string> => ({
  ...authorizationOf(entry, tenant),
  ...(isStorefront(entry) && { cookie: tenant.cookie }),
});

export function pathOf({ row }: Entry, { params = {}, query = {} }: Partial<Parts>): string {
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** The right request of a tenant, or with other parts or headers. */
export function wireOf(
  entry: Entry,
  tenant: Tenant,
  {
    parts = partsOf(entry, tenant),
    headers = headersOf(entry, tenant),
  }: { parts?: Partial<Parts>; headers?: Record<string, string> } = {},
): Wire {
  const { row } = entry;
  const json = { ...headers, 'content-type': 'application/json' };
  return {
    method: row.method.toUpperCase(),
    path: pathOf(entry, parts),
    ...(row.request.body ? { headers: json, body: JSON.stringify(parts.body ?? {}) } : { headers }),
  };
}

export function requestOf({ method, path, headers, body }: Wire): Request {
  // Text as bytes, so that no content type is made up.
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return new Request(ORIGIN + path, { method, headers, body: bytes, redirect: 'manual' });
}
