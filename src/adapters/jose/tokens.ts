/** Access tokens of operators: EdDSA JWTs with a `kid`. The first key signs, all of them verify. */
import { SECOND_MS } from '../../shared/time.ts';
import { importJWK, jwtVerify, SignJWT, type CryptoKey as JoseKey, type JWK } from 'jose';
import type { Clock, Tokens } from '../../ports/index.ts';

const ISSUER = 'vestibule';
const AUDIENCE = 'vestibule-platform';
/** Fixed by our keys, never by a token's header. */
const ALGORITHM = 'EdDSA';

/** Access tokens of operators: signed by the first key, verified by all of them. */
export function createTokens(signingKeys: readonly JWK[], clock: Clock): Tokens {
  // `d` is the private half: it never leaves this file.
  const publicKeys = signingKeys.map(({ kty, crv, kid, x }): JWK => ({
    kty,
    crv,
    kid,
    x,
    alg: ALGORITHM,
    use: 'sig',
  }));
  const imported = new Map<string, Promise<JoseKey | Uint8Array>>();
  const keyOf = (jwk: JWK) => {
    const name = `${jwk.kid}${jwk.d ? ' private' : ''}`;
    const key = imported.get(name) ?? importJWK(jwk, ALGORITHM);
    imported.set(name, key);
    return key;
  };

  return {
    async issue({ clientKey, companyId, scopes }, lifeSeconds) {
      const [signer] = signingKeys;
      if (!signer) throw new Error('no signing key');
      const now = Math.floor(clock.now() / SECOND_MS);
      return new SignJWT({ company_id: companyId, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: ALGORITHM, kid: signer.kid, typ: 'at+jwt' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(clientKey)
        .setIssuedAt(now)
        .setExpirationTime(now + lifeSeconds)
        .setJti(crypto.randomUUID())
        .sign(await keyOf(signer));
    },

    async verify(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          (header) => {
            const jwk = publicKeys.find(({ kid }) => kid === header.kid);
            if (!jwk) throw new Error('unknown kid');
            return keyOf(jwk);
          },
          {
            algorithms: [ALGORITHM],
            issuer: ISSUER,
            audience: AUDIENCE,
            typ: 'at+jwt',
            currentDate: new Date(clock.now()),
            requiredClaims: ['exp', 'sub', 'company_id', 'scope'],
          },
        );
        return {
          clientKey: String(payload.sub),
          companyId: String(payload['company_id']),
          scopes: String(payload['scope']).split(' ').filter(Boolean),
        };
      } catch {
        // Expired, forged, foreign, garbage: all get the same answer.
        return undefined;
      }
    },

    async jwks() {
      return { keys: publicKeys.map((key) => ({ ...key })) };
    },
  };
}
