/**
 * Tokens that our keys sign, EdDSA JWTs with a `kid`: access tokens of operators, and session tokens for other services. The
 * first key signs, all of them verify. Type and audience tell the two apart, so neither passes for the other.
 */
import { SECOND_MS } from '../../shared/time.ts';
import {
  SESSION_TOKEN_AUDIENCE,
  SESSION_TOKEN_TYPE,
  TOKEN_ALGORITHM as ALGORITHM,
  TOKEN_ISSUER as ISSUER,
} from '../../shared/session-token.ts';
import {
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  type CryptoKey as JoseKey,
  type JWK,
} from 'jose';
import type { Clock, PublicKey, Tokens } from '../../ports/index.ts';

const AUDIENCE = 'vestibule-platform';

/** A new key pair as a private JWK, for doubles that have none configured. */
export async function newSigningKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

/** Tokens of our own: signed by the first key, verified by all of them. */
export function createTokens(signingKeys: readonly JWK[], clock: Clock): Tokens {
  // `d` is the private half: it never leaves this file.
  const publicKeys = signingKeys.map(({ kty, crv = '', kid = '', x = '' }): PublicKey => ({
    kty: String(kty),
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

  async function sign(
    claims: Record<string, unknown>,
    { typ, audience, subject }: { typ: string; audience: string; subject: string },
    lifeSeconds: number,
  ): Promise<string> {
    const [signer] = signingKeys;
    if (!signer) throw new Error('no signing key');
    const now = Math.floor(clock.now() / SECOND_MS);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: signer.kid, typ })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt(now)
      .setExpirationTime(now + lifeSeconds)
      .setJti(crypto.randomUUID())
      .sign(await keyOf(signer));
  }

  return {
    async issue({ clientKey, companyId, scopes }, lifeSeconds) {
      const claims = { company_id: companyId, scope: scopes.join(' ') };
      const names = { typ: 'at+jwt', audience: AUDIENCE, subject: clientKey };
      return sign(claims, names, lifeSeconds);
    },

    async issueSession({ userId, applicationId, session, emails, phoneNumbers }, lifeSeconds) {
      const claims = {
        application_id: applicationId,
        sid: session,
        emails,
        phone_numbers: phoneNumbers,
      };
      const names = {
        typ: SESSION_TOKEN_TYPE,
        audience: SESSION_TOKEN_AUDIENCE,
        subject: userId,
      };
      return sign(claims, names, lifeSeconds);
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
