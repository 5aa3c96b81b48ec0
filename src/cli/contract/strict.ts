/** What is wrong with an answer, held against its row. */
import { EXCEPTIONS } from '../../../mocks/exceptions.ts';
import { documented, unwrap } from '../../../mocks/documented.ts';
import { errorCatalogue, OAUTH_CODES, type ErrorCode } from '../../http/errors.ts';
import { ErrorBodySchema } from '../../http/openapi-errors.ts';
import { errorsOf, successOf, type Entry } from '../../http/operation.ts';
import { cookieBreaches, type Visit } from './cookies.ts';
import { headerBreaches } from './headers.ts';
import { readJson } from './json.ts';
import { deepEqual, isObject, shapeBreaches } from './shapes.ts';
import type { Answer } from './transport.ts';

/** One breach: where (`body.user.emails.0.primary`, `header x-request-id`, `status`) and what. */
export interface Breach {
  field: string;
  message: string;
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
  const found = shapeBreaches(body, schema);
  for (const key of row.always) {
    if (!(key in body))
      found.push({ field: `body.${key}`, message: 'is missing, and always there' });
  }
  return found;
}

/** Keys of the error body that some codes alone carry. */
function misplaced(body: Record<string, unknown>, code: string): Breach[] {
  const only = (key: string, allowed: boolean): Breach[] =>
    key in body && !allowed
      ? [{ field: `body.${key}`, message: `does not belong to ${code}` }]
      : [];
  return [
    ...only('authenticated', code === 'not_authenticated'),
    ...only('error', OAUTH_CODES.has(code)),
    ...only('error_description', OAUTH_CODES.has(code)),
  ];
}

/** The one error body (D-18), with a code that the row declares. */
function errorBreaches(
  { row }: Entry,
  { status, headers }: Answer,
  body: Record<string, unknown>,
): Breach[] {
  const { message, code, request_id: requestId } = body;
  const known = (name: unknown): name is ErrorCode =>
    typeof name === 'string' && Object.hasOwn(errorCatalogue, name);
  // A code that nobody knows is told below, in better words than the schema has.
  const found = shapeBreaches(body, ErrorBodySchema).filter(
    ({ field }) => field !== 'body.code' || typeof code !== 'string',
  );
  if (message === '') found.push({ field: 'body.message', message: 'is empty' });
  const declared: readonly string[] = [...errorsOf(row), 'internal_error', 'method_not_allowed'];
  if (typeof code === 'string') {
    found.push(...misplaced(body, code));
    if (!known(code) || !declared.includes(code)) {
      found.push({ field: 'body.code', message: `${code} is not declared by the operation` });
    } else if (errorCatalogue[code].status !== status) {
      const expected = errorCatalogue[code].status;
      found.push({ field: 'status', message: `is ${status}, and ${code} is ${expected}` });
    }
  }
  if (body['status'] !== status) found.push({ field: 'body.status', message: `is not ${status}` });
  if (requestId !== headers.get('x-request-id')) {
    found.push({ field: 'body.request_id', message: 'differs from the header x-request-id' });
  }
  return found;
}

/** An answer with what there is to say about it. */
export interface Judged {
  breaches: Breach[];
  /** The body of a success, whatever is wrong with it. */
  success?: Record<string, unknown>;
  /** The code of an error. */
  code?: string;
  /** What an error says of itself, for people. */
  said?: string;
  /** The places that `errors` of a 400 names, where it is there. */
  named?: string[];
}

/** @param visit where the request went; left out where there is no browser whose cookies could be judged */
export function judgeAnswer(entry: Entry, answer: Answer, visit?: Visit): Judged {
  const { status, headers } = answer;
  const { row } = entry;
  const { status: expected } = successOf(row);
  const breaches = headerBreaches(row, status, headers);
  const cookies = (success?: Record<string, unknown>): Breach[] =>
    visit ? cookieBreaches(row, headers, success, visit) : [];
  if (status < 400 && status !== expected) {
    breaches.push({ field: 'status', message: `is ${status}, not ${expected}` });
    return { breaches };
  }
  const { value: body, flaws } = readJson(answer.body);
  breaches.push(...flaws);
  if (!isObject(body)) {
    if (flaws.length === 0) breaches.push({ field: 'body', message: 'is not an object' });
    return { breaches: [...breaches, ...cookies()] };
  }
  if (status === expected) {
    breaches.push(...bodyBreaches(entry, body), ...cookies(body));
    return { breaches, success: body };
  }
  breaches.push(...errorBreaches(entry, answer, body), ...cookies());
  const code = typeof body['code'] === 'string' ? body['code'] : undefined;
  const message = typeof body['message'] === 'string' ? body['message'].slice(0, 200) : undefined;
  const errors = Array.isArray(body['errors'])
    ? (body['errors'] as { path?: unknown }[])
    : undefined;
  const named = errors?.map((one) => String(one?.path));
  return { breaches, code, said: [code, message].filter(Boolean).join(': '), named };
}
