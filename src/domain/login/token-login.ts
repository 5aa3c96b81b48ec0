/** `loginWithToken`: the company's own system signs the shopper in with a JWT that counts once (D-62). */
import type {
  Application,
  IdentifierRef,
  Limit,
  LoginClaims,
  Ports,
  SessionRef,
} from '../../ports/index.ts';
import { CLOCK_TOLERANCE_MS, LOGIN_TOKEN_LIFE_MS } from '../credentials.ts';
import { finishRegistration, type FinishErrorCode } from '../registration/finish-registration.ts';
import { readEmail } from '../../values/email.ts';
import { readPhone } from '../../values/phone.ts';
import {
  loginByIdentity,
  type IdentityLogin,
  type IdentityErrorCode,
  type IdentityOutcome,
} from './identity-login.ts';
import { kindsForRegistration, nextStep } from '../registration/registration.ts';
import { ok, err, type Result } from '../../shared/result.ts';
import type { ClientInfo } from './sign-in.ts';
import { chargeProof, failedProof, plainName, providerDown } from './social-login.ts';

export interface TokenLogin {
  token: string;
  presented?: readonly SessionRef[];
  visitor: ClientInfo;
}

type TokenErrorCode =
  | IdentityErrorCode
  | Extract<FinishErrorCode, 'too_many_requests' | 'unavailable'>
  | 'provider_unavailable';

function readClaims(claims: LoginClaims, callingCode: string) {
  const email = readEmail(claims.email ?? '');
  const phone = readPhone(claims.phoneNumber ?? '', callingCode);
  const [proven, claimed]: [IdentifierRef[], IdentifierRef[]] = [[], []];
  // The email is matched before the phone (D-62).
  if (email) (claims.emailVerified ? proven : claimed).push(email);
  if (phone) (claims.phoneVerified ? proven : claimed).push(phone);
  const profile = {
    firstName: plainName(claims.firstName),
    lastName: plainName(claims.lastName),
  };
  return { proven, claimed, profile };
}

/** Signs in by a JWT of the company's own system, and registers where everything that is demanded is proven by it. */
export async function loginByToken(
  ports: Ports,
  application: Application,
  { token, presented, visitor }: TokenLogin,
): Promise<Result<IdentityOutcome, TokenErrorCode>> {
  const proof = await chargeProof(ports, visitor.ip);
  if (!proof.ok) return proof;
  const { loginToken } = application;
  if (!loginToken) return failedProof(ports, 'token', 'the application takes no login tokens');
  const { issuer, jwksUrl } = loginToken;
  const secret = loginToken.secret && (await ports.vault.open('login_token', loginToken.secret));
  const rule = { issuer, jwksUrl, secret, audience: application.id };
  const answer = await ports.loginTokens.verify(token, rule);
  if (answer.state === 'down') return providerDown(ports, proof.value, answer.reason);
  if (answer.state === 'refused') return failedProof(ports, 'token', answer.reason);
  const claims = answer.value;
  const now = ports.clock.now();
  if (claims.expiresAt > now + LOGIN_TOKEN_LIFE_MS + CLOCK_TOLERANCE_MS)
    return failedProof(ports, 'token', 'lives too long');
  if (!(await useOnce(ports, `${issuer}\n${claims.jti}`)))
    return failedProof(ports, 'token', 'replayed');
  const known = readClaims(claims, application.defaultCountryCode);
  const identity = { provider: `token:${issuer}`, subject: claims.subject } as const;
  const { issuedAt } = claims;
  const login = { ...known, ...proof.value, identity, issuedAt, presented, visitor };
  return enter(ports, application, login);
}

/** A budget of one: judged and charged in one batch, so of any number of concurrent uses one wins. */
async function useOnce(ports: Ports, id: string): Promise<boolean> {
  const bucket = `jti:${await ports.vault.digest(id)}`;
  // Remembered for longer than the token can live.
  const windowMs = 2 * (LOGIN_TOKEN_LIFE_MS + CLOCK_TOLERANCE_MS);
  const limit: Limit = { name: 'login_token', buckets: [bucket], window: 'uses', max: 1, windowMs };
  return !(await ports.budgets.charge([limit], ports.clock.now()));
}

/** Another login of the same new person may create the account first; then that account decides. */
const MAX_ATTEMPTS = 3;

/** Signs in, or registers and signs in when everything that the shop demands is proven. */
async function enter(
  ports: Ports,
  application: Application,
  first: IdentityLogin,
): Promise<Result<IdentityOutcome, TokenErrorCode>> {
  const { proven, claimed, profile, presented, visitor } = first;
  let login = first;
  for (let tries = 0; tries < MAX_ATTEMPTS; tries += 1) {
    const done = await loginByIdentity(ports, application, login);
    if (!done.ok) return done;
    if (done.value.kind !== 'registration') return done;
    if (proven.length === 0) return failedProof(ports, 'token', 'unknown, and nothing verified');
    const next = nextStep(kindsForRegistration(application), proven, claimed);
    if (next.kind !== 'create') return done;
    const finished = await finishRegistration(ports, application, {
      registerToken: done.value.token,
      // Given once more: KV may not have the form yet.
      profile,
      given: claimed,
      captcha: undefined,
      presented,
      visitor,
    });
    if (finished.ok) {
      // Codes are sent only when an identifier that the application has come to demand in between is missing.
      return finished.value.kind === 'signed_in' ? ok(finished.value) : done;
    }
    switch (finished.code) {
      case 'register_token_invalid':
      case 'registration_finished':
        // The token of this very request is the proof: it signs in the user that was created meanwhile. Its charge is back already.
        login = { ...first, charged: [] };
        break;
      case 'required_field_missing':
      case 'validation_failed':
      case 'captcha_failed':
        return err('login_failed', { internal: finished.code });
      default:
        return finished;
    }
  }
  return err('login_failed', { internal: 'the registration keeps changing hands' });
}
