/**
 * Session ids: base64url(12-byte user id ‖ 24 random bytes), so that one cookie leads to both the KV key and the user's
 * row at once. The cookie is `s:<id>.<signature>`; nothing at rest holds the id, only its handle (D-34).
 */
import type { Random, SessionTokens } from '../../ports/index.ts';
import { fromBase64Url, fromHex, timingSafeEqual, toBase64Url, toHex, utf8 } from './encoding.ts';
import type { KeyMaterial } from './vault.ts';

const USER_BYTES = 12;
/** ASVS 7.2.3 asks for 128 bits. */
const RANDOM_BYTES = 24;
const COOKIE = /^s:([A-Za-z0-9_-]{48})\.([A-Za-z0-9_-]{43})$/;

/** Session cookies signed by the first of these secrets and verified by all of them. */
export function createSessionTokens(
  secrets: readonly KeyMaterial[],
  random: Pick<Random, 'bytes'>,
): SessionTokens {
  const imported = secrets.map(({ secret }) =>
    crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
  );

  async function sign(key: Promise<CryptoKey>, sid: string): Promise<string> {
    return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', await key, utf8(sid))));
  }

  /** The first 32 hex digits of SHA-256 of the random part. */
  async function handleOf(secret: Uint8Array<ArrayBuffer>): Promise<string> {
    return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', secret))).slice(0, 32);
  }

  return {
    async issue(userId) {
      const secret = new Uint8Array(random.bytes(RANDOM_BYTES));
      const sid = toBase64Url(new Uint8Array([...fromHex(userId), ...secret]));
      const [first] = imported;
      if (!first) throw new Error('no session secret');
      const [signature, handle] = await Promise.all([sign(first, sid), handleOf(secret)]);
      return { cookie: `s:${sid}.${signature}`, handle };
    },

    async open(cookie) {
      const [, sid, signature] = COOKIE.exec(cookie) ?? [];
      if (sid === undefined || signature === undefined) return undefined;
      // Every secret is tried, so that the time does not tell which one signed.
      const expected = await Promise.all(imported.map((key) => sign(key, sid)));
      const genuine = expected.filter((one) => timingSafeEqual(one, signature)).length > 0;
      if (!genuine) return undefined;
      const bytes = fromBase64Url(sid);
      return {
        userId: toHex(bytes.slice(0, USER_BYTES)),
        handle: await handleOf(bytes.slice(USER_BYTES)),
      };
    },
  };
}
