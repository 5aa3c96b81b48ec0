/**
 * The row of the route table: one typed value that holds every fact about an operation.
 * The app, the mock, the OpenAPI documents, the contract tests and the typed client are read off it.
 */
import type * as z from 'zod';
import type { ErrorCode } from './errors.ts';
import type { Settled } from './settle.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * Who may call:
 * - `none`: anyone
 * - `application`: a storefront, by application id and token
 * - `session`: the same with a signed-in shopper
 * - `session?`: the same; the session is read when there is a live one, else the caller is anonymous
 * - `platform`: an operator, by OAuth access token
 */
export type Security = 'none' | 'application' | 'session' | 'session?' | 'platform';

/** A version of the published SDK. */
export type SdkVersion = `${number}.${number}.${number}`;

export const SCOPES = [
  'customers:read',
  'customers:write',
  'customers:export',
  'customers:erase',
  'sessions:read',
  'sessions:write',
  'groups:read',
  'groups:write',
  'attributes:read',
  'attributes:reveal',
  'attributes:write',
  'config:read',
  'config:write',
  'audit:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What each of them allows. */
export const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  'customers:read': 'See customers, their timeline and their linked accounts',
  'customers:write': 'Create, change, block, archive and restore customers',
  'customers:export': 'Read all that is stored of a customer',
  'customers:erase': 'Erase customers for good',
  'sessions:read': 'See sessions of customers',
  'sessions:write': 'Open and end sessions of customers',
  'groups:read': 'See user groups',
  'groups:write': 'Create and change user groups',
  'attributes:read': 'See user attributes, and filter customers by them',
  'attributes:reveal': 'See masked and encrypted user attributes as they are',
  'attributes:write': 'Define user attributes, and set them for customers',
  'config:read': 'See the platform configuration',
  'config:write': 'Change the platform configuration',
  'audit:read': 'See the audit and the report of an application',
};

export interface RequestSchemas {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodObject;
}
/** Exactly one success status → the schema of its body. */
export type ResponseSchemas = Readonly<Record<number, z.ZodObject>>;

type SuccessSchema<R extends ResponseSchemas> = R[keyof R & number];
type Sent<S> = S extends z.ZodType ? z.input<S> : undefined;

export interface Example<Q extends RequestSchemas, R extends ResponseSchemas> {
  /** The documents' own file, verbatim. */
  documented?: object;
  request?: { params?: Sent<Q['params']>; query?: Sent<Q['query']>; body?: Sent<Q['body']> };
  response: z.input<SuccessSchema<R>>;
}

interface Facts<
  S extends Security,
  Q extends RequestSchemas,
  R extends ResponseSchemas,
  E extends ErrorCode,
> {
  method: Method;
  /** With `{name}` for path parameters, as OpenAPI writes them. */
  path: string;
  /**
   * The version of the SDK that brought the operation, such as `1.3.4`. The documented operations have none: those that have
   * one are the second block of the table, the later operations.
   */
  since?: SdkVersion;
  summary: string;
  description: string;
  /** What a success holds, for people. */
  answers?: string;
  /** The part of the documents it stands in; `tagged` gives it to all rows of a feature. */
  tag?: string;
  security: S;
  /** The scope that an access token must carry; on `platform` rows only. */
  scope?: S extends 'platform' ? Scope : never;
  /** How the body travels. `form` also accepts JSON (the OAuth token endpoint). */
  encoding?: 'json' | 'form';
  /**
   * What a success does to the session cookie, a rolling session's renewal aside: `sets` when it signs the shopper in,
   * `renews` when the session goes on under a new id, `clears` when it ends.
   */
  cookie?: 'sets' | 'renews' | 'clears';
  /** What `""` in the body means: nothing (`drop`, D-23), or a value, where an empty text clears a field. */
  blank?: 'drop' | 'keep';
  request: Q;
  response: R;
  /** The codes that the flow itself can answer. Those of guard and parser follow from the row: see `errorsOf`. */
  errors: readonly E[];
}

type KeysOf<R extends ResponseSchemas> = keyof z.input<SuccessSchema<R>> & string;

export interface Operation<
  S extends Security = Security,
  Q extends RequestSchemas = RequestSchemas,
  R extends ResponseSchemas = ResponseSchemas,
  E extends ErrorCode = ErrorCode,
> extends Facts<S, Q, R, E> {
  always: readonly string[];
  /** `documented`: the documents' own example file, verbatim. */
  example: { documented?: object; request?: object; response: object };
}

/** Checks a row and keeps its exact types. The example is held against the row's own schemas. */
export function operation<
  const S extends Security,
  const Q extends RequestSchemas,
  const R extends ResponseSchemas,
  const E extends ErrorCode = never,
>(
  row: Facts<S, Q, R, E> & {
    /** Keys of the success body that are there whatever happened; the schemas of the documents leave all of them open. */
    always: readonly KeysOf<NoInfer<R>>[];
    example: Example<NoInfer<Q>, NoInfer<R>>;
  } & (S extends 'platform' ? { scope: Scope } : unknown),
): Operation<S, Q, R, E> {
  return row;
}

export type Group = Readonly<Record<string, Operation>>;

/** The rows of a feature under one heading of the documents. */
export function tagged<const G extends Group>(tag: string, group: G): G {
  const rows = Object.entries(group).map(([name, row]) => [name, { ...row, tag }]);
  // The same keys, and rows that have gained a key that their type leaves open.
  return Object.fromEntries(rows) as G;
}
/** client → operationId → row. Two levels, because both clients have a `getPlatformConfig`. */
export type Table = Readonly<Record<string, Group>>;

/** A request as a handler gets it: every part parsed, every number read. */
export type Input<O extends Operation> = {
  [K in 'params' | 'query' | 'body']: O['request'][K] extends z.ZodType
    ? Settled<z.output<O['request'][K]>>
    : undefined;
};
/** The body that a handler answers. Undeclared keys are cut before it is sent. */
export type Output<O extends Operation> = z.input<SuccessSchema<O['response']>>;

export interface Entry {
  client: string;
  operationId: string;
  /** `application.loginWithOTP`: unique over the whole table. */
  id: string;
  row: Operation;
}

/** Every row of a table with its names, in the order in which they were written. */
export function entriesOf(table: Table): Entry[] {
  return Object.entries(table).flatMap(([client, group]) =>
    Object.entries(group).map(([operationId, row]) => ({
      client,
      operationId,
      id: `${client}.${operationId}`,
      row,
    })),
  );
}

/** Whether one version is not above another, as far as that one goes: `3.4` takes in all of `3.4.x`. */
function isUpTo(version: string, limit: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [at, most] of limit.split('.').map(Number).entries()) {
    const part = parts[at] ?? 0;
    if (part !== most) return part < most;
  }
  return true;
}

/**
 * The documented operations, and the later ones that the SDK of a version knows.
 * @param sdk such as `3.4` or `3.4.2`; without it the documented ones alone
 */
export function entriesUpTo(table: Table, sdk?: string): Entry[] {
  return entriesOf(table).filter(
    ({ row: { since } }) => since === undefined || (sdk !== undefined && isUpTo(since, sdk)),
  );
}

/** The success status and the schema of its body. */
export function successOf(row: Operation): { status: number; schema: z.ZodObject } {
  const [first] = Object.entries(row.response);
  if (!first) throw new Error(`${row.method} ${row.path} declares no response`);
  return { status: Number(first[0]), schema: first[1] };
}

const GUARD_ERRORS: Record<Security, readonly ErrorCode[]> = {
  none: [],
  application: ['unauthorized', 'origin_refused'],
  session: ['unauthorized', 'origin_refused', 'not_authenticated'],
  'session?': ['unauthorized', 'origin_refused'],
  platform: ['unauthorized', 'not_found', 'scope_missing'],
};

/** Every code the row can answer: what guard and parser refuse, then what its flow refuses. */
export function errorsOf(row: Operation): ErrorCode[] {
  const { params, query, body } = row.request;
  const parser: ErrorCode[] = [];
  if (body) parser.push('payload_too_large', 'unsupported_media_type');
  if (params || query || body) parser.push('validation_failed');
  const outages: ErrorCode[] = ['unavailable'];
  if (row.security !== 'none') outages.push('application_moving');
  return [
    ...new Set<ErrorCode>([...GUARD_ERRORS[row.security], ...parser, ...row.errors, ...outages]),
  ];
}
