/** Signatures by the convention of https://www.standardwebhooks.com. */
import { SECOND_MS } from '../../shared/time.ts';
import { utf8 } from '../crypto/encoding.ts';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** A new secret of an endpoint: `whsec_` and 32 random bytes as base64. */
export const newEndpointSecret = (): string =>
  `${PREFIX}${toBase64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)))}`;

async function signature(secret: string, signed: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (char) => char.charCodeAt(0));
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign']);
  return `v1,${toBase64(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(signed))))}`;
}

/**
 * The headers of a signed event.
 * @param secrets as `newEndpointSecret` makes them; each signs, so that a receiver may know any of them
 * @param now ms
 */
export async function signedHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / SECOND_MS));
  const signatures = await Promise.all(
    secrets.map(async (secret) => signature(secret, `${id}.${timestamp}.${body}`)),
  );
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
