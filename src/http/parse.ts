/**
 * Request → typed input. The app and the mock use the same code, so the same mistake gets the same answer.
 * Every mistake is named by its place: `body.mobile`, `query.page_size`, `path.user_id`.
 */
import { zValidator } from '@hono/zod-validator';
import type { Context, MiddlewareHandler } from 'hono';
import * as z from 'zod';
import type { ApiFailure } from './errors.ts';
import { BodyTooLarge, boundedChunks } from '../shared/bounded-body.ts';
import { err, type FieldError } from '../shared/result.ts';
import type { Operation } from './operation.ts';

export const MAX_BODY_BYTES = 64 * 1024;
const MAX_DEPTH = 20;
/** C0 (tab and line ends aside), DEL, C1 and lone surrogates: nothing a person types, much an attacker tries. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Surrogate}/u;

const PLACES = { json: 'body', form: 'body', query: 'query', param: 'path' } as const;
type Target = keyof typeof PLACES;

const notJson = (detail: string): ApiFailure =>
  err('validation_failed', {
    message: `The body is ${detail}.`,
    errors: [{ path: 'body', message: `is ${detail}` }],
  });

const noBody = (): ApiFailure =>
  err('validation_failed', {
    message: 'The body is missing.',
    errors: [{ path: 'body', message: 'is required' }],
  });

/**
 * Reads at most `maxBytes`, with or without a Content-Length. Refuses more, and what is not UTF-8: replaced by U+FFFD,
 * different passwords would become the same.
 */
async function readText(request: Request, maxBytes: number): Promise<string | ApiFailure> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) {
    return err('payload_too_large');
  }
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of boundedChunks(request.body, { maxBytes })) chunks.push(chunk);
  } catch (error) {
    if (error instanceof BodyTooLarge) return err('payload_too_large');
    throw error;
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  try {
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('');
    return text + decoder.decode();
  } catch {
    return notJson('not UTF-8');
  }
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;

/** A compressed body is not unpacked: its size could not be bounded before it is. */
function isEncoded({ headers }: Request): boolean {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  return encoding !== '' && encoding !== 'identity';
}

/** False when a type declares a charset that is not UTF-8 or its subset ASCII: bytes would be read as what they are not. */
function isUtf8(contentType: string): boolean {
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  return ['utf-8', 'utf8', 'us-ascii'].includes(charset);
}

/** Hands a text to Hono's body cache, from which its validators read; Hono keeps promises there but types values. */
function cacheText(c: Context, text: string): void {
  const cache = c.req.bodyCache as { text?: unknown };
  cache.text = Promise.resolve(text);
}

/**
 * Size, content type and well-formedness of a body, before its fields are looked at.
 * An empty body counts as `{}`, so that the caller is told which field is missing rather than what JSON is; where no field
 * has to be there, it is the body that is missing.
 */
export async function readBody(c: Context, row: Operation): Promise<ApiFailure | undefined> {
  const type = c.req.header('content-type') ?? '';
  if (isEncoded(c.req.raw) || !isUtf8(type)) return err('unsupported_media_type');
  const text = await readText(c.req.raw, MAX_BODY_BYTES);
  if (typeof text !== 'string') return text;
  if (text.trim() === '') {
    if (row.encoding !== 'form' && row.request.body?.safeParse({}).success) return noBody();
    cacheText(c, '{}');
    return undefined;
  }
  if (row.encoding === 'form' && FORM_TYPE.test(type)) {
    cacheText(c, text);
    return undefined;
  }
  if (!JSON_TYPE.test(type)) return err('unsupported_media_type');
  try {
    JSON.parse(text);
  } catch {
    return notJson('not well-formed JSON');
  }
  cacheText(c, text);
  return undefined;
}

type Issue = z.core.$ZodIssue;
const custom = (path: PropertyKey[], message: string): Issue => ({
  code: 'custom',
  path,
  message,
  input: undefined,
});

/** Too deep, or a text with control characters: refused before any schema sees it. */
function lint(value: unknown, path: PropertyKey[] = []): Issue | undefined {
  if (typeof value === 'string') {
    return CONTROL.test(value) ? custom(path, 'has characters that are not allowed') : undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  if (path.length >= MAX_DEPTH) return custom(path.slice(0, 3), 'is nested too deeply');
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
  if (issue.code === 'invalid_type') {
    const article = /^[aeio]/.test(issue.expected) ? 'an' : 'a';
    return `must be ${article} ${issue.expected}`;
  }
  return issue.message;
}

/** The mistakes of a value that its schema refused, each in plain words. */
function plainIssues(issues: readonly Issue[], value: unknown): Issue[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => custom([...issue.path, key], 'is not known'))
      : [custom(issue.path, describe(issue, value))],
  );
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

function fieldErrors(place: string, issues: readonly Issue[]): FieldError[] {
  return issues.map(({ path, message }) => ({
    path: [place, ...path].map(String).join('.'),
    message,
  }));
}

/** `validation_failed` whose message names the first mistake, so that it reads well in a log or a toast. */
export function invalid(errors: FieldError[]): ApiFailure<'validation_failed'> {
  const [first] = errors;
  return err('validation_failed', {
    message: first ? `${first.path} ${first.message}.` : undefined,
    errors,
  });
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
        return respond(c, invalid(fieldErrors(PLACES[target], result.error.issues)));
      },
      { validationFunction: (_, value) => check(schema, value, row.blank) },
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

/** The parts of the request as the validators have parsed them. */
export function validated(c: Context): Record<'params' | 'query' | 'body', unknown> {
  // Hono types `valid` by the validators in one chain; ours are built from data.
  const valid = c.req.valid.bind(c.req) as (target: string) => unknown;
  return { params: valid('param'), query: valid('query'), body: valid('json') ?? valid('form') };
}
