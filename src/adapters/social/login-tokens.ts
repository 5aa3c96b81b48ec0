/** Tokens of a company's own system (ruling 27): HS256 under a shared secret, or signed by a key of its JWKS. */
import type { Clock, LoginTokens } from '../../ports.ts';
import { utf8 } from '../crypto/encoding.ts';
import { Down, isTrue, Refusal, text, vouched } from './ask.ts';
import { signed } from '../jose/signed.ts';

/** Shorter ones can be guessed offline. */
const MIN_SECRET_BYTES = 32;
const MAX_NAME = 200;

/** https, and no literal address or local name; DNS cannot be checked on Workers (ruling 33). */
function isPublic(url: string, loopback: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (loopback && /^(localhost|127\.0\.0\.1)$/.test(hostname)) return true;
  const local = /^[\d.]+$|^\[|^[^.]+\.?$|\.(localhost|local|internal|lan|home\.arpa)\.?$/;
  return protocol === 'https:' && !local.test(hostname);
}

/** @param loopback whether keys may lie on this machine; in development only */
export function loginTokens(fetcher: typeof fetch, clock: Clock, loopback: boolean): LoginTokens {
  const jwts = signed(fetcher, clock);
  return {
    verify: async (token, { issuer, audience, secret, jwksUrl }) =>
      vouched(async () => {
        const shared = secret === undefined ? undefined : utf8(secret);
        if (shared && shared.length < MIN_SECRET_BYTES) throw new Down('secret is too short');
        if (!shared && !isPublic(jwksUrl ?? '', loopback)) throw new Down('jwks_url is refused');
        const claims = await jwts.verify(token, shared ?? { url: jwksUrl ?? '' }, {
          issuer: [issuer],
          audience: [audience],
          algorithms: shared ? ['HS256'] : ['RS256', 'ES256', 'EdDSA'],
          required: ['iss', 'aud', 'jti'],
        });
        const [subject, jti] = [text(claims.sub), text(claims.jti)];
        if (!subject || !jti || subject.length > MAX_NAME || jti.length > MAX_NAME) {
          throw new Refusal('sub or jti');
        }
        return {
          subject,
          jti,
          expiresAt: Number(claims.exp) * 1000,
          email: text(claims['email']),
          emailVerified: isTrue(claims['email_verified']),
          phoneNumber: text(claims['phone_number']),
          phoneVerified: isTrue(claims['phone_number_verified']),
          firstName: text(claims['given_name'] ?? claims['first_name']),
          lastName: text(claims['family_name'] ?? claims['last_name']),
        };
      }),
  };
}
