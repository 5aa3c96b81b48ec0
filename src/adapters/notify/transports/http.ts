/** Speaking to a provider: one POST, bounded in time and size, without redirects. */

export interface Outbound {
  fetch: typeof fetch;
  timeoutMs: number;
}

const MAX_ANSWER_BYTES = 16_384;
/** Client errors that may pass: timeout, too early, too many. */
const PASSING = new Set([408, 425, 429]);
/** Resend's 409 while an earlier try of the same message is still under way. */
const UNDER_WAY = 'concurrent_idempotent_requests';
/** How providers name a reason. Neither a six-digit code nor the code of a link looks like this. */
const REASON = /^(\d{5}|[a-z]+(_[a-z]+)+)$/;

/** A message that was not delivered. Its text goes to the log, so it never quotes what a provider said. */
export class Undelivered extends Error {
  /** Another try would end the same. */
  readonly permanent: boolean;
  /** Seconds, when the provider named them. */
  readonly retryAfter: number | undefined;
  constructor(reason: string, permanent: boolean, retryAfter?: number) {
    super(reason);
    this.name = 'Undelivered';
    this.permanent = permanent;
    this.retryAfter = retryAfter;
  }
}

/** The beginning of an answer's body; what comes too late or is too long is not worth having. */
async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return '';
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let found = '';
  try {
    for (let size = 0; size < MAX_ANSWER_BYTES;) {
      const { value, done } = await reader.read();
      if (done) break;
      size += value.byteLength;
      found += decoder.decode(value, { stream: true });
    }
  } catch {
    // The status has said what matters.
  }
  void reader.cancel().catch(() => undefined);
  return found;
}

/** The answer when it is a JSON object, else an empty one. */
export function jsonOf(answer: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * @returns the body of a 2xx answer
 * @throws Undelivered for any other
 */
export async function post(
  provider: string,
  { fetch, timeoutMs }: Outbound,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<string> {
  let response: Response;
  let answer: string;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    answer = await beginningOf(response);
  } catch (error) {
    // Its own message may hold the address, which may hold a secret.
    const kind = error instanceof Error ? error.name : typeof error;
    throw new Undelivered(`${provider} did not answer: ${kind}`, false);
  }
  const { status, ok } = response;
  if (ok) return answer;
  const { code, name } = jsonOf(answer);
  const reason = [code, name].map(String).find((one) => REASON.test(one));
  throw new Undelivered(
    `${provider} answered ${status}${reason ? ` ${reason}` : ''}`,
    status >= 400 && status < 500 && !PASSING.has(status) && reason !== UNDER_WAY,
    Number(response.headers.get('retry-after')) || undefined,
  );
}
