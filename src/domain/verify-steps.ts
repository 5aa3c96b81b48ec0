/** What judging a one-time code shares, whatever it was sent for: the request, its outcomes, and the settlement. */
import type {
  Application,
  DeviceRef,
  Effect,
  IdentifierKind,
  Ports,
  SessionRef,
  Settled,
  Settlement,
  SignInMethod,
  User,
} from '../ports.ts';
import { err, ok, type Failure, type Result } from '../result.ts';
import { kindsForRegistration } from './registration.ts';
import { openSession, prepareSession, type SessionCookie, type Visitor } from './sign-in.ts';
import type { RightCode, TryRefusal } from './try-code.ts';
import { signInRefusal } from './user.ts';

/** ASVS: bound to its request, purpose and application. Ten identifiers of a kind are the most a profile holds. */
export const MAX_IDENTIFIERS = 10;

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
  visitor: Visitor;
}

export type Verified =
  /** `linkSentTo`: an email of the form that is not demanded got its link. */
  | { kind: 'signed_in'; user: User; session: SessionCookie; linkSentTo?: string }
  /** Proven on the own profile; the session goes on. */
  | { kind: 'added'; user: User }
  /** No session yet: `wanted` must be proven, or the profile form is still to be filled in. */
  | { kind: 'register'; token: string; wanted: IdentifierKind[]; user?: User };

export type VerifyRefusal =
  | TryRefusal
  | 'register_token_invalid'
  | 'registration_finished'
  | 'registration_closed'
  | 'otp_login_disabled'
  | 'identifier_taken'
  | 'identifier_limit'
  | 'account_blocked'
  | 'account_deleted'
  | 'application_inactive';

export type Outcome = Promise<Result<Verified, VerifyRefusal>>;

/** What every step below shares. */
export interface Try extends RightCode {
  ports: Ports;
  application: Application;
  request: VerifyOtp;
}

export async function settle(
  at: Try,
  effect: Effect,
  extra: Pick<Settlement, 'readBack' | 'signIn'> = {},
): Promise<Settled> {
  const { ports, found, nonce, now } = at;
  return ports.otps.settle({ challenge: found.challenge, nonce, effect, now, ...extra });
}

export function unsettled(
  settled: Exclude<Settled, { state: 'done' }>,
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
export async function signIn(at: Try, user: User, effect: Effect, method: SignInMethod): Outcome {
  const { ports, application, request, nonce, now } = at;
  const by = { method, presented: request.presented };
  const prepared = await prepareSession(ports, application, user.id, by, now);
  const settled = await settle(at, effect, { readBack: user.id, signIn: prepared.signIn });
  if (settled.state !== 'done') return unsettled(settled);
  const current = settled.user ?? user;
  const refused = signInRefusal(current, application);
  if (refused) return refused;
  try {
    const session = await openSession(ports, application, current, request.visitor, prepared);
    return ok({ kind: 'signed_in', user: current, session });
  } catch (outage) {
    // Nothing is used up without its effect (D-42).
    await ports.otps.unsettle(at.found.challenge.id, nonce);
    throw outage;
  }
}

export function stillWanted(at: Try, proven: readonly IdentifierKind[]): IdentifierKind[] {
  return kindsForRegistration(at.application).filter((kind) => !proven.includes(kind));
}

/** A refusal that was asked for after the proof: the code is used up all the same. */
export async function useUp(at: Try, refused: Failure<VerifyRefusal>): Outcome {
  const settled = await settle(at, { kind: 'none' });
  return settled.state === 'done' ? refused : unsettled(settled);
}
