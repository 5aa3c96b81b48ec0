/** One attempt to hand an event to an endpoint. */
import { SECOND_MS } from '../../shared/time.ts';
import { liveSecrets } from '../../domain/events/secrets.ts';
import type { EventEndpoint, Vault } from '../../ports/index.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { CallFailed } from '../outbound/send.ts';
import { signedHeaders } from './sign.ts';

const TIMEOUT_MS = 15_000;
/** Of the answer: only its status counts. */
const MAX_ANSWER_BYTES = 2_048;

export interface EventSender {
  outbound: Outbound;
  vault: Pick<Vault, 'open'>;
  /** Whether an address may be called. */
  allows(url: string): boolean;
  /** 15 seconds when left out. */
  timeoutMs?: number;
}

export interface Sent {
  ok: boolean;
  /** Undefined when no answer came. */
  status?: number;
  /** What the other side did, such as `answered 503`; never what it said, nor its address. */
  reason: string;
  /** How long the endpoint asks to be left alone. */
  retryAfterMs?: number;
  /** The beginning of the answer; for whom the endpoint belongs to, never for the log. */
  text: string;
}

/** The use under which secrets of endpoints are sealed. */
export const ENDPOINT_SECRET = 'event-endpoint';

/**
 * POSTs a body to an endpoint, signed with every secret that is alive.
 * @param now ms, for the signature
 */
export async function sendEvent(
  { outbound, vault, allows, timeoutMs = TIMEOUT_MS }: EventSender,
  { url, secrets }: Pick<EventEndpoint, 'url' | 'secrets'>,
  id: string,
  body: string,
  now: number,
): Promise<Sent> {
  if (!allows(url)) return { ok: false, reason: 'is not an address that may be called', text: '' };
  const opened = await Promise.all(
    liveSecrets(secrets, now).map(async ({ sealed }) => vault.open(ENDPOINT_SECRET, sealed)),
  );
  const headers = await signedHeaders(id, body, opened, now);
  const limits = {
    timeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
    incomplete: 'is cut',
  } as const;
  try {
    const {
      ok,
      status,
      text,
      headers: answered,
    } = await outbound.call(url, { headers, body, ...limits });
    const seconds = Number(answered.get('retry-after'));
    return {
      ok,
      status,
      reason: `answered ${status}`,
      ...(seconds > 0 && { retryAfterMs: seconds * SECOND_MS }),
      text,
    };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return { ok: false, reason: error.message, text: '' };
  }
}
