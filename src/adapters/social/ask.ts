/** Asking a provider: one bounded call whose answer is JSON, or the provider counts as down. */
import type { Vouched } from '../../ports.ts';

const TIME_LIMIT = 2_000;
const MAX_BYTES = 64 * 1024;

/** The token proves nothing. */
export class Refusal extends Error {}
/** The provider cannot say. */
export class Down extends Error {}

export type Json = Record<string, unknown>;

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  // A response streams bytes; the type says less.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Down('answered too much');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * GET within 2 s and 64 KiB. Redirects are not followed: a token must not travel to another host.
 * @throws Down
 */
export async function ask(
  fetcher: typeof fetch,
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Json }> {
  const host = new URL(url).host;
  try {
    const signal = AbortSignal.timeout(TIME_LIMIT);
    const response = await fetcher(url, { headers, redirect: 'manual', signal });
    const { status } = response;
    if (status === 429 || status >= 500 || (status >= 300 && status < 400)) {
      throw new Down(`answered ${status}`);
    }
    const body: unknown = JSON.parse(await readText(response));
    if (typeof body !== 'object' || body === null) throw new Down('answered no object');
    return { status, body: body as Json };
  } catch (error) {
    // The message of anything else might quote the answer.
    const reason = error instanceof Down ? error.message : 'no answer that can be read';
    throw new Down(`${host}: ${reason}`, { cause: error });
  }
}

/** The body of a 200; any other answer refuses the token. */
export async function askAbout(...args: Parameters<typeof ask>): Promise<Json> {
  const { status, body } = await ask(...args);
  if (status !== 200) throw new Refusal(`${new URL(args[1]).host} answered ${status}`);
  return body;
}

export async function vouched<T>(work: () => Promise<T>): Promise<Vouched<T>> {
  try {
    return { state: 'vouched', value: await work() };
  } catch (error) {
    if (error instanceof Down) return { state: 'down', reason: error.message };
    if (error instanceof Refusal) return { state: 'refused', reason: error.message };
    throw error;
  }
}

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
/** Providers write it either way. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true';
