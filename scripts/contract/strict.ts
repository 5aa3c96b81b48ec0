/** What is wrong with an answer, held against its row: stricter than any server is, which cuts what it does not know. */
import * as z from 'zod';
import { EXCEPTIONS } from '../../mocks/exceptions.ts';
import { documented, unwrap } from '../../mocks/documented.ts';
import { errorCatalogue, type ErrorCode } from '../../src/http/errors.ts';
import { errorsOf, successOf, type Entry } from '../../src/http/operation.ts';

/** One breach: where (`body.user.emails.0.primary`, `header x-request-id`, `status`) and what. */
export interface Breach {
  field: string;
  message: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** As it was sent. */
  text: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema inside of `optional`, `default` and the like. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const inner = (schema?._zod.def as { innerType?: z.core.$ZodType } | undefined)?.innerType;
  return inner ? bare(inner) : schema;
}

/** Keys that the schema does not name, and null, which is never sent (D-9). */
function* strangers(
  value: unknown,
  given: z.core.$ZodType | undefined,
  path: string,
): Generator<Breach> {
  if (value === null) {
    yield { field: path, message: 'is null; what is not there is left out' };
    return;
  }
  const schema = bare(given);
  if (Array.isArray(value)) {
    const element = schema instanceof z.ZodArray ? schema.element : undefined;
    for (const [at, one] of value.entries()) yield* strangers(one, element, `${path}.${at}`);
    return;
  }
  if (!isObject(value)) return;
  const shape =
    schema instanceof z.ZodObject ? (schema.shape as Record<string, z.core.$ZodType>) : undefined;
  const open = !shape || Boolean((schema as z.ZodObject).def.catchall);
  for (const [key, inner] of Object.entries(value)) {
    if (!open && !Object.hasOwn(shape ?? {}, key)) {
      yield { field: `${path}.${key}`, message: 'is not documented' };
    } else yield* strangers(inner, shape?.[key], `${path}.${key}`);
  }
}

function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, at) => deepEqual(one, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => deepEqual(a[key], b[key]));
}

/** A success body. One that equals the documented example passes, where that breaks its own schema on purpose (D-7). */
function bodyBreaches({ id, row }: Entry, body: Record<string, unknown>): Breach[] {
  const file = documented[id];
  if (file && EXCEPTIONS.has(id) && deepEqual(body, unwrap(file))) return [];
  const { schema } = successOf(row);
  const keys = Object.keys(body);
  if (keys.length === 1 && keys[0] === 'value' && !('value' in schema.shape)) {
    return [
      { field: 'body.value', message: 'is the wrapper of the documents, which no server sends' },
    ];
  }
  const found = [...strangers(body, schema, 'body')];
  const nulls = new Set(found.map(({ field }) => field));
  const parsed = schema.safeParse(body);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const field = ['body', ...path].map(String).join('.');
    if (!nulls.has(field)) found.push({ field, message });
  }
  for (const key of row.always) {
    if (!(key in body))
      found.push({ field: `body.${key}`, message: 'is missing, and always there' });
  }
  return found;
}

/** The one error body (D-18), with a code that the row declares. */
function errorBreaches(
  { row }: Entry,
  { status, headers }: Answer,
  body: Record<string, unknown>,
): Breach[] {
  const { message, code, request_id: requestId } = body;
  const found: Breach[] = [];
  if (typeof message !== 'string' || message === '') {
    found.push({ field: 'body.message', message: 'is missing: every error has one' });
  }
  const declared: readonly string[] = [...errorsOf(row), 'internal_error'];
  if (typeof code !== 'string') found.push({ field: 'body.code', message: 'is missing' });
  else if (!declared.includes(code)) {
    found.push({ field: 'body.code', message: `${code} is not declared by the operation` });
  } else if (errorCatalogue[code as ErrorCode].status !== status) {
    const expected = errorCatalogue[code as ErrorCode].status;
    found.push({ field: 'status', message: `is ${status}, and ${code} is ${expected}` });
  }
  if (body['status'] !== status) found.push({ field: 'body.status', message: `is not ${status}` });
  if (requestId !== headers.get('x-request-id')) {
    found.push({ field: 'body.request_id', message: 'differs from the header x-request-id' });
  }
  if ((status === 429 || status === 503) && !/^[1-9]\d*$/.test(headers.get('retry-after') ?? '')) {
    found.push({ field: 'header retry-after', message: 'must be a number of seconds' });
  }
  return found;
}

const HEADERS: readonly [name: string, right: RegExp, message: string][] = [
  ['content-type', /^application\/json\b/i, 'must be application/json'],
  ['x-request-id', /^[\w.-]{8,64}$/, 'must name the request'],
  ['cache-control', /\bno-store\b/i, 'must be no-store'],
  ['x-content-type-options', /^nosniff$/i, 'must be nosniff'],
];

/**
 * Every breach of an answer.
 * @param wanted `success` when nothing else will do; otherwise a declared error is an answer too
 */
export function breachesOf(entry: Entry, answer: Answer, wanted: 'success' | 'answer'): Breach[] {
  const { status, headers, text } = answer;
  const found: Breach[] = HEADERS.flatMap(([name, right, message]) =>
    right.test(headers.get(name) ?? '') ? [] : [{ field: `header ${name}`, message }],
  );
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [...found, { field: 'body', message: `is not JSON: ${text.slice(0, 60)}` }];
  }
  if (!isObject(body)) return [...found, { field: 'body', message: 'is not an object' }];
  const { status: expected } = successOf(entry.row);
  if (status === expected) return [...found, ...bodyBreaches(entry, body)];
  if (status < 400)
    return [...found, { field: 'status', message: `is ${status}, not ${expected}` }];
  const wrong = errorBreaches(entry, answer, body);
  const said = [body['code'], body['message']].filter((one) => typeof one === 'string').join(': ');
  const refused = `is ${status}, not ${expected} (${said})`;
  return [
    ...found,
    ...wrong,
    ...(wanted === 'success' ? [{ field: 'status', message: refused }] : []),
  ];
}
