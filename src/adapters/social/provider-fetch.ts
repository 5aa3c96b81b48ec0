/** Asking a provider: one bounded call whose answer is JSON, or the provider counts as down. */
import type { ProviderResult } from '../../ports/index.ts';
import { objectOf } from '../outbound/call.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { CallFailed } from '../outbound/send.ts';

const TIMEOUT_MS = 2_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** The token proves nothing. */
export class ProofRejected extends Error {}
/** The provider cannot say. */
export class ProviderUnavailable extends Error {}

export type Json = Record<string, unknown>;

/**
 * GET within 2 s and 64 KiB. Redirects are not followed: a token must not travel to another address.
 * @throws Down
 */
export async function fetchProviderJson(
  outbound: Outbound,
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Json }> {
  const options = { headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES } as const;
  let reason = 'did not answer';
  try {
    const { status, text: answer } = await outbound.call(url, { ...options, incomplete: 'fails' });
    const passing = status === 429 || status >= 500;
    const body = passing ? undefined : objectOf(answer);
    if (body) return { status, body };
    reason = passing ? `answered ${status}` : 'answered no JSON object';
  } catch (error) {
    if (error instanceof CallFailed) reason = error.message;
  }
  throw new ProviderUnavailable(`${new URL(url).host} ${reason}`);
}

/** The body of a 200; any other answer refuses the token. */
export async function fetchVerifiedJson(
  ...args: Parameters<typeof fetchProviderJson>
): Promise<Json> {
  const { status, body } = await fetchProviderJson(...args);
  if (status !== 200) throw new ProofRejected(`${new URL(args[1]).host} answered ${status}`);
  return body;
}

/**
 * The result of a verification: its value, `refused` on ProofRejected, `down` on ProviderUnavailable; any other
 * error is thrown on.
 */
export async function toProviderResult<T>(work: () => Promise<T>): Promise<ProviderResult<T>> {
  try {
    return { state: 'verified', value: await work() };
  } catch (error) {
    if (error instanceof ProviderUnavailable) return { state: 'down', reason: error.message };
    if (error instanceof ProofRejected) return { state: 'refused', reason: error.message };
    throw error;
  }
}

/** A text that is not empty, else undefined. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
/** Providers write it either way. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true';
