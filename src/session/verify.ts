/** Session tokens of Vestibule, verified where no call to it is wanted: in Workers, Node and browsers. */
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import {
  SESSION_TOKEN_AUDIENCE,
  SESSION_TOKEN_TYPE,
  TOKEN_ALGORITHM,
  TOKEN_ISSUER,
} from '../shared/session-token.ts';
import { SECOND_MS } from '../shared/time.ts';
import { SessionTokenError, type SessionTokenReason } from './errors.ts';
import { resolverOf, type SessionKeys, type SessionKeySet } from './keys.ts';

export interface VerifyOptions {
  /** Id of the application whose shoppers are meant; a token of another one is refused. */
  application: string;
  /** Origin of Vestibule, such as `https://login.shop.example`. Its keys are fetched once and kept. */
  url?: string | URL;
  /** In the place of `url`: a key set, or what `sessionKeys` made. */
  keys?: SessionKeySet | SessionKeys;
  /** How far the clocks may be apart; 0 when left out, at most 60. */
  clockToleranceSeconds?: number;
  /** Milliseconds since 1970; for tests. */
  now?: () => number;
}

/** Who is signed in, as of `issuedAt`. */
export interface SessionClaims {
  userId: string;
  applicationId: string;
  /** Handle of the session, as the API's lists name it. */
  session: string;
  /** Verified ones, the primary first. */
  emails: string[];
  /** The same in E.164: `+918652523958`. */
  phoneNumbers: string[];
  issuedAt: Date;
  expiresAt: Date;
}

const MAX_TOLERANCE_SECONDS = 60;
/** Far more than any of ours. */
const MAX_TOKEN_CHARS = 8_192;

const BY_CLAIM: Readonly<Record<string, SessionTokenReason>> = {
  typ: 'type_wrong',
  iss: 'issuer_wrong',
  aud: 'audience_wrong',
  nbf: 'not_yet_valid',
};

function reasonOf(error: unknown): SessionTokenReason {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return BY_CLAIM[error.claim] ?? 'claim_missing';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm_refused';
  if (error instanceof errors.JWKSNoMatchingKey) return 'key_unknown';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature_wrong';
  return 'malformed';
}

/** The key that a token names. A failure to get the keys is told from a key that is not among them. */
const named =
  (resolve: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (header, token) => {
    if (typeof header.kid !== 'string') {
      throw new SessionTokenError('key_unknown', 'the token names no key');
    }
    try {
      return await resolve(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      throw new SessionTokenError('keys_unavailable', 'the public keys cannot be had', error);
    }
  };

function checkOptions({ application, clockToleranceSeconds = 0 }: VerifyOptions): void {
  // Callers in JavaScript: without it any application's token would do.
  if (typeof application !== 'string' || application === '') {
    throw new SessionTokenError('options_wrong', 'application has to be given');
  }
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= MAX_TOLERANCE_SECONDS)) {
    const range = `from 0 to ${MAX_TOLERANCE_SECONDS}`;
    throw new SessionTokenError('options_wrong', `clockToleranceSeconds has to be ${range}`);
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

function readClaims(payload: JWTPayload): SessionClaims {
  const { sub, iat, exp, sid, application_id, emails, phone_numbers } = payload;
  const isWhole =
    typeof sub === 'string' &&
    typeof sid === 'string' &&
    typeof application_id === 'string' &&
    isTexts(emails) &&
    isTexts(phone_numbers) &&
    iat !== undefined &&
    exp !== undefined;
  if (!isWhole) throw new SessionTokenError('claim_missing', 'a claim is missing');
  return {
    userId: sub,
    applicationId: application_id,
    session: sid,
    emails,
    phoneNumbers: phone_numbers,
    issuedAt: new Date(iat * SECOND_MS),
    expiresAt: new Date(exp * SECOND_MS),
  };
}

/**
 * Verifies a session token: signature, type, audience, end, application. What it says was true when it was issued, at most
 * five minutes ago: a block or a logout since then is not in it (docs/SESSIONS.md).
 * @param token as `getSessionToken` answers it, without `Bearer`
 * @throws SessionTokenError with a `reason`; `keys_unavailable` alone says nothing of the token
 */
export async function verifySessionToken(
  token: string,
  options: VerifyOptions,
): Promise<SessionClaims> {
  checkOptions(options);
  const resolve = resolverOf(options);
  if (typeof token !== 'string' || token.length > MAX_TOKEN_CHARS) {
    throw new SessionTokenError('malformed', 'is no token');
  }
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, named(resolve), {
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: SESSION_TOKEN_AUDIENCE,
      typ: SESSION_TOKEN_TYPE,
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: options.clockToleranceSeconds ?? 0,
      ...(options.now && { currentDate: new Date(options.now()) }),
    }));
  } catch (error) {
    if (error instanceof SessionTokenError) throw error;
    throw new SessionTokenError(reasonOf(error), 'the session token is refused');
  }
  const claims = readClaims(payload);
  if (claims.applicationId !== options.application) {
    throw new SessionTokenError('application_wrong', 'the token is of another application');
  }
  return claims;
}
