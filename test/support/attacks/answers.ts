/** What every answer has to be like, whatever was asked. */
import { errorCatalogue, type ErrorCode } from '../../../src/http/errors.ts';
import { errorsOf, successOf, type Entry } from '../../../src/http/operation.ts';

export interface Answer {
  status: number;
  /** Undefined on success. */
  code?: ErrorCode;
  body: Record<string, unknown>;
  text: string;
  headers: Headers;
}

const ALWAYS = ['message', 'code', 'status', 'request_id'];
const OAUTH = ['error', 'error_description'];
const SOMETIMES = ['meta', 'errors', 'authenticated', ...OAUTH];

/** What is wrong with an answer's form; empty when nothing is. As text, because it is looked at many thousand times. */
function faultsOf(entry: Entry | undefined, { status, body, text, headers }: Answer): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, what: string) => void (holds || faults.push(what));
  must(headers.get('content-type')?.startsWith('application/json') === true, 'is not JSON');
  must(headers.get('cache-control') === 'no-store', 'may be cached');
  must(headers.get('x-content-type-options') === 'nosniff', 'may be sniffed');
  // A frame of a stack is indented.
  must(!/ {4}at .+:\d+:\d+|SQLITE|D1_ERROR|ZodError/.test(text), 'tells of its insides');
  if (entry && status === successOf(entry.row).status) {
    must(successOf(entry.row).schema.safeParse(body).success, 'is not what the row promises');
    return faults;
  }
  const keys = Object.keys(body);
  must(
    ALWAYS.every((key) => keys.includes(key)),
    'lacks a key of the error body',
  );
  must(
    keys.every((key) => ALWAYS.includes(key) || SOMETIMES.includes(key)),
    'has a foreign key',
  );
  must(status >= 400 && status < 500, 'is neither a success nor a 4xx');
  must(body['status'] === status, 'says another status');
  must(typeof body['message'] === 'string' && body['message'] !== '', 'says nothing');
  must(body['request_id'] === headers.get('x-request-id'), 'says another request id');
  const code = body['code'] as ErrorCode;
  must(errorCatalogue[code]?.status === status, 'has a code of another status');
  const documented: ErrorCode[] = entry ? errorsOf(entry.row) : ['not_found', 'method_not_allowed'];
  must(documented.includes(code), 'has a code that is not documented');
  must((status === 429) === headers.has('retry-after'), 'and Retry-After do not agree');
  must(headers.getSetCookie().length === 0, 'sets a cookie');
  return faults;
}

/**
 * Reads an answer and holds it against the row; without a row it can only say that there is nothing.
 * @param expected the code that it has to have; any documented answer will do when left out
 */
export async function judged(
  entry: Entry | undefined,
  response: Response,
  expected?: ErrorCode,
): Promise<{ answer: Answer; faults: string[] }> {
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // An empty body lacks every key, which is said below.
  }
  const { status, headers } = response;
  const code = status >= 400 ? (body['code'] as ErrorCode) : undefined;
  const answer = { status, code, body, text, headers };
  const faults = faultsOf(entry, answer);
  if (expected !== undefined && code !== expected) faults.push(`is not ${expected}`);
  return { answer, faults };
}
