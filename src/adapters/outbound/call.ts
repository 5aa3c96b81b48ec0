/** A call whose answer is short: bounded in time and size, redirects are failures. */
import { BodyTooLarge, boundedChunks } from '../../shared/bounded-body.ts';
import { Deadline } from '../deadline.ts';
import { CallFailed, drop, failureOf, isRedirect, send, type Fetch, type Send } from './send.ts';

export interface CallOptions extends Omit<Send, 'deadline'> {
  /** For the whole of it, from the connection to the last byte. */
  timeoutMs: number;
  /** Of the answer's body, unpacked. */
  maxBytes: number;
  /**
   * What becomes of a body that is too long, breaks off or comes too late: the call `fails`, or the body `is cut` where the
   * status alone says what happened.
   */
  incomplete: 'fails' | 'is cut';
}

export interface Answer {
  status: number;
  /** 2xx */
  ok: boolean;
  headers: Headers;
  text: string;
}

async function readText(
  response: Response,
  { maxBytes, incomplete }: CallOptions,
  deadline: Deadline,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    // A response streams bytes; the type says less.
    const body = response.body as ReadableStream<Uint8Array> | null;
    const next = async <T>(work: Promise<T>): Promise<T> => deadline.race(work);
    for await (const chunk of boundedChunks(body, { maxBytes, next })) {
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (incomplete === 'is cut') return text;
    if (error instanceof BodyTooLarge) {
      throw new CallFailed(`answered more than ${maxBytes} bytes`);
    }
    throw failureOf(error);
  }
}

/**
 * @returns the answer, whatever its status but 3xx
 * @throws CallFailed, with a reason that may be logged
 */
export async function call(url: string, options: CallOptions, fetcher?: Fetch): Promise<Answer> {
  const deadline = new Deadline(options.timeoutMs);
  try {
    const response = await send(url, { ...options, deadline }, fetcher);
    const { status, ok, headers } = response;
    if (isRedirect(response)) {
      drop(response);
      throw new CallFailed(`answered ${status}`);
    }
    return { status, ok, headers, text: await readText(response, options, deadline) };
  } finally {
    deadline.end();
  }
}

/** Client errors after which another try may succeed: timeout, too early, too many requests. */
export const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** The JSON object that a text holds; undefined when it holds anything else. */
export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}
