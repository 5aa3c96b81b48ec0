/** Tokens of a company's own system (D-62): HS256 under a shared secret, or signed by a key of its JWKS. */
import { SECOND_MS } from '../../shared/time.ts';
import type { Clock, LoginTokens } from '../../ports/index.ts';
import { utf8 } from '../crypto/encoding.ts';
import {
  ProviderUnavailable,
  isTrue,
  ProofRejected,
  text,
  toProviderResult,
} from './provider-fetch.ts';
import { createRemoteJwks } from '../jose/remote-jwks.ts';
import type { Outbound } from '../outbound/outbound.ts';

/** Shorter ones can be guessed offline. */
const MIN_SECRET_BYTES = 32;
const MAX_NAME_CHARACTERS = 200;

/** @param mayCall whether keys may be fetched from a URL, which a company chooses */
export function loginTokens(
  outbound: Outbound,
  clock: Clock,
  mayCall: (url: string) => boolean,
): LoginTokens {
  const jwts = createRemoteJwks(outbound, clock);
  return {
    verify: async (token, { issuer, audience, secret, jwksUrl }) =>
      toProviderResult(async () => {
        const shared = secret === undefined ? undefined : utf8(secret);
        if (shared && shared.length < MIN_SECRET_BYTES)
          throw new ProviderUnavailable('secret is too short');
        if (!shared && !mayCall(jwksUrl ?? ''))
          throw new ProviderUnavailable('jwks_url is refused');
        const claims = await jwts.verify(token, shared ?? { url: jwksUrl ?? '' }, {
          issuer: [issuer],
          audience: [audience],
          algorithms: shared ? ['HS256'] : ['RS256', 'ES256', 'EdDSA'],
          required: ['iss', 'aud', 'jti'],
        });
        const [subject, jti] = [text(claims.sub), text(claims.jti)];
        if (
          !subject ||
          !jti ||
          subject.length > MAX_NAME_CHARACTERS ||
          jti.length > MAX_NAME_CHARACTERS
        ) {
          throw new ProofRejected('sub or jti');
        }
        return {
          subject,
          jti,
          issuedAt: claims.iat === undefined ? undefined : claims.iat * SECOND_MS,
          expiresAt: Number(claims.exp) * SECOND_MS,
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
