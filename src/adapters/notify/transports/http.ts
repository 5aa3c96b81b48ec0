/** Speaking to a provider: one POST, and what its answer means. */
import { objectOf, RETRYABLE_STATUSES, type Answer } from '../../outbound/call.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { CallFailed } from '../../outbound/send.ts';

export interface Provider {
  outbound: Outbound;
  timeoutMs: number;
}

const MAX_ANSWER_BYTES = 16_384;
/** Resend's 409 while an earlier try of the same message is still under way. */
const UNDER_WAY = 'concurrent_idempotent_requests';
/** How providers name a reason. Neither a six-digit code nor the code of a link looks like this. */
const REASON = /^(\d{5}|[a-z]+(_[a-z]+)+)$/;

/** A message that was not delivered. Its text goes to the log, so it never quotes what a provider said. */
export class Undelivered extends Error {
  /** Another try would end the same. */
  readonly permanent: boolean;
  /** Seconds, when the provider named them. */
  readonly retryAfterSeconds: number | undefined;
  constructor(reason: string, permanent: boolean, retryAfterSeconds?: number) {
    super(reason);
    this.name = 'Undelivered';
    this.permanent = permanent;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The answer when it is a JSON object, else an empty one. */
export const jsonOf = (answer: string): Record<string, unknown> => objectOf(answer) ?? {};

/**
 * @returns the body of a 2xx answer, or its beginning: whatever is long or late in coming, the status has said what matters
 * @throws Undelivered for any other
 */
export async function post(
  provider: string,
  { outbound, timeoutMs }: Provider,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<string> {
  const limits = { timeoutMs, maxBytes: MAX_ANSWER_BYTES, incomplete: 'is cut' } as const;
  let answer: Answer;
  try {
    answer = await outbound.call(url, { headers, body, ...limits });
  } catch (error) {
    const reason = error instanceof CallFailed ? error.message : 'did not answer';
    throw new Undelivered(`${provider} ${reason}`, false);
  }
  const { status, ok, text } = answer;
  if (ok) return text;
  const { code, name } = jsonOf(text);
  const reason = [code, name].map(String).find((one) => REASON.test(one));
  throw new Undelivered(
    `${provider} answered ${status}${reason ? ` ${reason}` : ''}`,
    status >= 400 && status < 500 && !RETRYABLE_STATUSES.has(status) && reason !== UNDER_WAY,
    Number(answer.headers.get('retry-after')) || undefined,
  );
}
