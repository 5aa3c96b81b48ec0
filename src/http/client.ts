/**
 * A typed client of any server that serves the table: the real one, the mock, staging.
 * Its types are plain mapped types over the rows, so it costs the compiler little.
 */
import type * as z from 'zod';
import type { ErrorBody } from './errors.ts';
import {
  entriesOf,
  successOf,
  type Entry,
  type Group,
  type Operation,
  type RequestSchemas,
  type ResponseSchemas,
  type Table,
} from './operation.ts';

type Place = 'params' | 'query' | 'body';

/** The parts of a request that the row has a schema for; a part without required fields may be left out. */
type Parts<Q extends RequestSchemas> = {
  [
    K in Place as Q[K] extends z.ZodType ? (object extends z.input<Q[K]> ? never : K) : never
  ]: Q[K] extends z.ZodType ? z.input<Q[K]> : never;
} & {
  [
    K in Place as Q[K] extends z.ZodType ? (object extends z.input<Q[K]> ? K : never) : never
  ]?: Q[K] extends z.ZodType ? z.input<Q[K]> : never;
};
export type CallArguments<O extends Operation> = Parts<O['request']> & {
  headers?: Record<string, string>;
};

type Body<R extends ResponseSchemas> = z.output<R[keyof R & number]>;

/** An answer; `ok` tells a success of the row from an error body. */
export type Result<O extends Operation> =
  | { ok: true; status: keyof O['response'] & number; headers: Headers; body: Body<O['response']> }
  | { ok: false; status: number; headers: Headers; body: ErrorBody };

type Call<O extends Operation> = (
  ...args: object extends CallArguments<O> ? [CallArguments<O>?] : [CallArguments<O>]
) => Promise<Result<O>>;
type ClientGroup<G extends Group> = { [K in keyof G]: Call<G[K]> };
export type Client<T extends Table> = { [K in keyof T]: ClientGroup<T[K]> };

export interface ClientOptions {
  /** Origin, with or without a path before the rows' paths. */
  baseUrl: string;
  /** Called instead of the global one; tests hand in an app's own `fetch`. */
  fetch?: (request: Request) => Promise<Response> | Response;
  /** Sent with every call, such as `authorization`. */
  headers?: Record<string, string>;
  /** Keeps cookies between calls. For Node, where `fetch` keeps none; browsers have their own. */
  cookies?: boolean;
}

/** name → value of the cookies a server set. One origin, one path: what an API under test needs. */
export function createJar() {
  const jar = new Map<string, string>();
  return {
    header: () => [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
    store(headers: Headers): void {
      for (const line of headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
        const name = pair.slice(0, pair.indexOf('='));
        const cleared = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute));
        if (cleared) jar.delete(name);
        else jar.set(name, pair.slice(pair.indexOf('=') + 1));
      }
    },
  };
}

type Plain = Record<string, string | number | boolean | undefined>;
interface AnyArguments {
  params?: Plain;
  query?: Plain;
  body?: unknown;
  headers?: Record<string, string>;
}

function requestOf({ row }: Entry, baseUrl: string, args: AnyArguments, headers: Headers): Request {
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(args.params?.[name])),
  );
  const url = new URL(baseUrl.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(args.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const method = row.method.toUpperCase();
  if (!row.request.body) return new Request(url, { method, headers });
  headers.set('content-type', 'application/json');
  return new Request(url, { method, headers, body: JSON.stringify(args.body ?? {}) });
}

/** undefined when the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * `client.application.loginWithOTP({ body })` → the answer, typed by the row. Answers are not validated here; the
 * contract check does that. Throws when no answer comes, or one that is not JSON.
 */
export function createClient<const T extends Table>(table: T, options: ClientOptions): Client<T> {
  const send = options.fetch ?? ((request: Request) => fetch(request));
  const jar = options.cookies ? createJar() : undefined;

  const callOf =
    (entry: Entry) =>
    async (args: AnyArguments = {}) => {
      const headers = new Headers({ ...options.headers, ...args.headers });
      const cookies = jar?.header();
      if (cookies) headers.set('cookie', cookies);
      const response = await send(requestOf(entry, options.baseUrl, args, headers));
      jar?.store(response.headers);
      const text = await response.text();
      const body = parsed(text);
      if (body === undefined) {
        throw new Error(
          `${entry.id} answered ${response.status} without JSON: ${text.slice(0, 200)}`,
        );
      }
      const ok = response.status === successOf(entry.row).status;
      return { ok, status: response.status, headers: response.headers, body };
    };

  const groups: Record<string, Record<string, unknown>> = {};
  for (const entry of entriesOf(table)) {
    (groups[entry.client] ??= {})[entry.operationId] = callOf(entry);
  }
  // Built from the same rows that the type is mapped over; the compiler cannot see a loop do that.
  return groups as Client<T>;
}
