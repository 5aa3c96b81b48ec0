/** The common part of verifying a one-time code, for all purposes: the request, its outcomes, and its consumption. */
import type {
  Application,
  DeviceRef,
  Effect,
  IdentifierKind,
  Ports,
  SessionRef,
  ConsumeResult,
  Settlement,
  SignInMethod,
  User,
} from '../../ports/index.ts';
import { err, ok, type Failure, type Result } from '../../shared/result.ts';
import { kindsForRegistration } from '../registration/registration.ts';
import { openSession, prepareSession, type ClientInfo } from '../login/sign-in.ts';
import {
  checkSignIn,
  type SignInErrorCode,
  type SignInOutcome,
  type SignedInOutcome,
} from '../login/sign-in-outcome.ts';
import type { RightCode, TryCodeErrorCode } from './try-code.ts';

export interface VerifyOtp {
  /** By request id, or the newest one of an email. */
  challenge: { id: string } | { email: string };
  otp: string;
  registerToken?: string;
  signedIn?: { user: User };
  /** The session that came with the request, alive or not; a new login ends it (D-37). */
  presented?: readonly SessionRef[];
  /** The browser has signed this user in before. */
  device?: DeviceRef;
  visitor: ClientInfo;
}

/** `added`: verified on the profile of the signed-in user, whose session goes on. */
export type VerifyOutcome = SignInOutcome | { kind: 'added'; user: User };

export type VerifyErrorCode =
  | TryCodeErrorCode
  | SignInErrorCode
  | 'register_token_invalid'
  | 'registration_finished'
  | 'registration_closed'
  | 'otp_login_disabled'
  | 'identifier_taken'
  | 'identifier_limit'
  | 'unavailable';

export type VerifyResult = Promise<Result<VerifyOutcome, VerifyErrorCode>>;

/** The context of every step below. */
export interface VerificationAttempt extends RightCode {
  ports: Ports;
  application: Application;
  request: VerifyOtp;
}

/** Uses the code up with its effect, in one batch. */
export async function consume(
  attempt: VerificationAttempt,
  effect: Effect,
  extra: Pick<Settlement, 'readBack' | 'signIn'> = {},
): Promise<ConsumeResult> {
  const { ports, found, nonce, now } = attempt;
  return ports.otps.consume({ challenge: found.challenge, nonce, effect, now, ...extra });
}

/** Why a code could not be used up, as the refusal of the request. */
export function consumeError(
  settled: Exclude<ConsumeResult, { state: 'done' }>,
): Failure<'otp_invalid' | 'identifier_taken' | 'identifier_limit'> {
  switch (settled.state) {
    case 'lost':
      return err('otp_invalid');
    case 'full':
      return err('identifier_limit');
    case 'taken':
      return err('identifier_taken', { meta: { field: settled.field } });
  }
}

/** Signs in, unless the user's state forbids it; either way the code is used up. */
export async function signIn(
  attempt: VerificationAttempt,
  user: User,
  effect: Effect,
  method: SignInMethod,
): Promise<Result<SignedInOutcome, VerifyErrorCode>> {
  const { ports, application, request, nonce, now } = attempt;
  const by = { method, presented: request.presented };
  const prepared = await prepareSession(ports, application, user.id, by, now);
  const settled = await consume(attempt, effect, { readBack: user.id, signIn: prepared.signIn });
  if (settled.state !== 'done') return consumeError(settled);
  const current = settled.user ?? user;
  const refused = checkSignIn(current, application);
  if (refused) return refused;
  try {
    const session = await openSession(ports, application, current, request.visitor, prepared);
    return ok({ kind: 'signed_in', user: current, session });
  } catch (outage) {
    // Nothing is used up without its effect (D-42).
    await ports.otps.unconsume(attempt.found.challenge.id, nonce);
    throw outage;
  }
}

/** The kinds that a registration demands beside those that are proven. */
export function stillMissing(
  attempt: VerificationAttempt,
  proven: readonly IdentifierKind[],
): IdentifierKind[] {
  return kindsForRegistration(attempt.application).filter((kind) => !proven.includes(kind));
}

/** A refusal that was asked for after the proof: the code is used up all the same. */
export async function useUp(
  attempt: VerificationAttempt,
  failure: Failure<VerifyErrorCode>,
): Promise<Failure<VerifyErrorCode>> {
  const settled = await consume(attempt, { kind: 'none' });
  return settled.state === 'done' ? failure : consumeError(settled);
}
