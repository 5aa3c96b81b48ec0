/**
 * Request → typed input. The app and the mock use the same code, so the same mistake gets the same answer.
 * Every mistake is named by its place: `body.mobile`, `query.page_size`, `path.user_id`.
 */
import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import * as z from 'zod';
import { FORM_TYPE } from './body.ts';
import { errorCatalogue, type ApiFailure, type ErrorCode } from './errors.ts';
import { err, type FieldError } from '../shared/result.ts';
import type { Operation } from './operation.ts';
import { settle } from './settle.ts';

const MAX_DEPTH = 20;
/** Keys by which the place of what is nested too deeply is named: no field lies deeper. */
const NAMED_DEPTH = 5;
/** C0 (tab and line ends aside), DEL, C1 and lone surrogates: nothing a person types, much an attacker tries. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Surrogate}/u;

const PLACES = { json: 'body', form: 'body', query: 'query', param: 'path' } as const;
type Target = keyof typeof PLACES;

type Issue = z.core.$ZodIssue;
const custom = (
  path: PropertyKey[],
  message: string,
  params: Record<string, unknown> = {},
): Issue => ({ code: 'custom', path, message, params, input: undefined });

/** Too deep, or a text with control characters: refused before any schema sees it. */
function lint(value: unknown, path: PropertyKey[] = []): Issue | undefined {
  if (typeof value === 'string') {
    return CONTROL.test(value) ? custom(path, 'has characters that are not allowed') : undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  if (path.length >= MAX_DEPTH) return custom(path.slice(0, NAMED_DEPTH), 'is nested too deeply');
  for (const [key, inner] of Object.entries(value)) {
    const issue = lint(inner, [...path, key]);
    if (issue) return issue;
  }
  return undefined;
}

/** What a schema says about a value, without what makes it optional or reads it further. */
function plainSchema(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const def = schema?._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType } | undefined;
  const inner = def?.innerType ?? def?.in;
  return inner ? plainSchema(inner) : schema;
}

/** The schema of each key of an object; undefined for anything else. */
function shapeOf(schema: z.core.$ZodType | undefined): z.core.$ZodShape | undefined {
  const plain = plainSchema(schema);
  return plain instanceof z.ZodObject ? plain.shape : undefined;
}

/** The schema of a key; none for `constructor` and the like, which every object has. */
const ownOf = (shape: z.core.$ZodShape | undefined, key: string) =>
  shape && Object.hasOwn(shape, key) ? shape[key] : undefined;

/** A map whose keys are the caller's own: a record, or an object that takes any key beside its own. */
function isFreeMap(schema: z.core.$ZodType | undefined): boolean {
  const plain = plainSchema(schema);
  if (plain instanceof z.ZodRecord) return true;
  return plain instanceof z.ZodObject && plain.def.catchall instanceof z.ZodUnknown;
}

/**
 * null and `""` mean absent (D-23): themes send `register_token: ""` and null names. A free map such as `meta` is kept as it
 * was sent (D-87).
 */
function dropBlank(
  value: unknown,
  schema: z.core.$ZodType | undefined,
  blank: Operation['blank'],
): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (isFreeMap(schema)) return value;
  const shape = shapeOf(schema);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && (inner !== '' || blank === 'keep'))
      .map(([key, inner]) => [key, dropBlank(inner, ownOf(shape, key), blank)]),
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/**
 * A zod issue in plain words: `is required`, `must be a string`.
 * @param value what the schema was given: measured and bounded, never the body as it came
 */
function describe(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_type' || issue.code === 'invalid_union') {
    const found = valueAt(value, issue.path);
    if (found === undefined || found === null) return 'is required';
  }
  // What the schema itself says is better than what is said of its type.
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const article = /^[aeio]/.test(issue.expected) ? 'an' : 'a';
    return `must be ${article} ${issue.expected}`;
  }
  return issue.message;
}

const paramsOf = (issue: Issue): Record<string, unknown> =>
  issue.code === 'custom' ? (issue.params ?? {}) : {};

/** The mistakes of a value that its schema refused, each in plain words; of one place the first. */
function plainIssues(issues: readonly Issue[], value: unknown): Issue[] {
  const plain = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => custom([...issue.path, key], 'is not known'))
      : [custom(issue.path, describe(issue, value), paramsOf(issue))],
  );
  return [
    ...new Map(plain.toReversed().map((issue) => [issue.path.join('.'), issue])).values(),
  ].toReversed();
}

/** How a client that puts an object into a query writes it: the SDK, as `[object Object]`; others by the names of its keys. */
const OBJECT_TEXT = '[object Object]';

/**
 * Objects and lists in the place of a text, in a query or a form: what is written as `q[name]=x` would otherwise be a
 * parameter that nobody asked for, and the search one for everything.
 */
function notTexts(schema: z.ZodObject, values: unknown) {
  const issues = Object.entries(values ?? {}).flatMap(([key, given]: [string, unknown]) => {
    const [name = ''] = key.split('[');
    if (!Object.hasOwn(schema.shape, name)) return [];
    if (name !== key || Array.isArray(given)) return [custom([name], 'must be a single value')];
    return String(given).includes(OBJECT_TEXT)
      ? [custom([name], 'must be a text, not an object')]
      : [];
  });
  return issues.length > 0 ? { success: false as const, error: new z.ZodError(issues) } : undefined;
}

/** The value as its row's schema reads it, or the issues in plain words. Nothing walks it before its depth is known. */
export function check(schema: z.ZodObject, value: unknown, blank: Operation['blank']) {
  const bad = lint(value);
  if (bad) return { success: false as const, error: new z.ZodError([bad]) };
  const given = dropBlank(value, schema, blank);
  const result = schema.safeParse(given);
  return result.success
    ? result
    : { success: false as const, error: new z.ZodError(plainIssues(result.error.issues, given)) };
}

/** `validation_failed` whose message names the first mistake, so that it reads well in a log or a toast. */
export function invalid(errors: FieldError[]): ApiFailure<'validation_failed'> {
  const [first] = errors;
  return err('validation_failed', {
    message: first ? `${first.path} ${first.message}.` : undefined,
    errors,
  });
}

/** The code that a schema gives its mistakes, such as `password_weak`; none when they are of several kinds. */
function codeOf(issues: readonly Issue[]): ErrorCode | undefined {
  const [code, ...others] = new Set(issues.map((issue) => paramsOf(issue)['code']));
  const isKnown = typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
  return isKnown && others.length === 0 ? (code as ErrorCode) : undefined;
}

function failureOf(place: string, issues: readonly Issue[]): ApiFailure {
  const errors = issues.map(({ path, message }) => ({
    path: [place, ...path].map(String).join('.'),
    message,
  }));
  const failure = invalid(errors);
  return { ...failure, code: codeOf(issues) ?? failure.code };
}

/** One middleware per part of the request that the row has a schema for. `respond` turns a mistake into the answer. */
export function validators(
  row: Operation,
  respond: (c: Context, failure: ApiFailure) => Response,
): MiddlewareHandler[] {
  const make = (target: Target, schema: z.ZodObject | undefined): MiddlewareHandler[] => {
    if (!schema) return [];
    const middleware = zValidator(
      target,
      schema,
      (result, c) => {
        // `result.data` is what came in, refused or not: nothing of it is looked at again.
        if (result.success) return undefined;
        return respond(c, failureOf(PLACES[target], result.error.issues));
      },
      {
        validationFunction: (_, value) => {
          const bad = target === 'query' || target === 'form' ? notTexts(schema, value) : undefined;
          return bad ?? check(schema, value, row.blank);
        },
      },
    );
    return [middleware];
  };
  const { params, query, body } = row.request;
  const [json, form] = [make('json', body), row.encoding === 'form' ? make('form', body) : []];
  const either: MiddlewareHandler[] = form.map((formFirst, index) => (c, next) => {
    const chosen = FORM_TYPE.test(c.req.header('content-type') ?? '') ? formFirst : json[index];
    return chosen ? chosen(c, next) : next();
  });
  const bodies = either.length > 0 ? either : json;
  return [...make('param', params), ...make('query', query), ...bodies];
}

/**
 * The parts of the request as the validators have parsed them, with every number read; `validation_failed` when one of these
 * is no mobile number.
 * @param callingCode of numbers without one, digits
 */
export function validated(
  c: Context,
  callingCode: string,
): Record<'params' | 'query' | 'body', unknown> | ApiFailure {
  // Hono types `valid` by the validators in one chain; ours are built from data.
  const valid = c.req.valid.bind(c.req) as (target: string) => unknown;
  const errors: FieldError[] = [];
  const read = {
    params: settle(valid('param'), callingCode, errors, 'path'),
    query: settle(valid('query'), callingCode, errors, 'query'),
    body: settle(valid('json') ?? valid('form'), callingCode, errors, 'body'),
  };
  return errors.length > 0 ? invalid(errors) : read;
}
