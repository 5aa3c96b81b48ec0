/**
 * The only place of the Worker that calls `fetch`: .oxlintrc.json and test/unit/outbound-calls.test.ts refuse it elsewhere,
 * as they do a `redirect` option.
 */
import { TimeOver, type Deadline } from '../deadline.ts';

export type Fetch = typeof fetch;

/** Header values that the runtime accepts; it refuses others with a message that prints the value. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/**
 * Why a call brought no answer, as what the other side did: `answered 302`. It goes to the log, so it quotes neither the address
 * nor what came back.
 */
export class CallFailed extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CallFailed';
  }
}

/** `CallFailed` for whatever went wrong on the way; the runtime's own messages hold the address, which may hold a secret. */
export function failureOf(error: unknown): CallFailed {
  if (error instanceof CallFailed) return error;
  if (error instanceof TimeOver) return new CallFailed(error.message);
  return new CallFailed(`did not answer: ${error instanceof Error ? error.name : typeof error}`);
}

/** The runtime's own; called through `globalThis`, without which workerd answers "Illegal invocation". */
const runtimeFetch: Fetch = async (...args) => fetch(...args);

/** Ends a response whose body is not read, so that its connection is free again. */
export function drop(response: Response | undefined): void {
  void response?.body?.cancel().catch(() => undefined);
}

/** Whether an answer is a 3xx. */
export const isRedirect = ({ status }: Response): boolean => status >= 300 && status < 400;

export interface Send {
  headers?: Record<string, string>;
  /** POSTed; without one the call is a GET. */
  body?: string;
  deadline: Deadline;
}

/**
 * One request, whose redirect (3xx) comes back as it is.
 * `redirect: 'error'` exists in Node only: workerd throws on it.
 * @throws CallFailed
 */
export async function send(
  url: string,
  { headers = {}, body, deadline }: Send,
  fetcher: Fetch = runtimeFetch,
): Promise<Response> {
  if (!Object.values(headers).every((value) => HEADER_VALUE.test(value))) {
    throw new CallFailed(
      'was not called: a header value holds characters that no header can carry',
    );
  }
  const method = body === undefined ? 'GET' : 'POST';
  const { signal } = deadline;
  const work = fetcher(url, { method, headers, body, redirect: 'manual', signal });
  try {
    return await deadline.race(work);
  } catch (error) {
    // An answer that comes later has no reader.
    work.then(drop, () => undefined);
    throw failureOf(error);
  }
}
