/** How every flow that may sign a user in ends, and the decision that they share. Pure. */
import type {
  Application,
  IdentifierKind,
  IdentifierRef,
  Profile,
  User,
} from '../../ports/index.ts';
import { err, type Failure } from '../../shared/result.ts';
import { kindsForSession } from '../registration/registration.ts';
import type { SessionCookie } from './sign-in.ts';
import { missingKinds, statusOf } from '../user/user.ts';

export interface SignedInOutcome {
  kind: 'signed_in';
  user: User;
  session: SessionCookie;
  /** An email of the registration's form that is not demanded: its link has been sent. */
  linkSentTo?: string;
}

/** A known user who gets no session before the `missing` kinds are verified (D-49). */
export interface IncompleteUser {
  kind: 'incomplete';
  user: User;
  /** The register_token under which the registration goes on. */
  token: string;
  missing: IdentifierKind[];
}

/** What a provider says of a person without an account. */
export interface KnownPerson {
  /** Strong enough to link an account by. */
  proven: IdentifierRef[];
  claimed: IdentifierRef[];
  profile: Profile;
}

/** No account yet: the `missing` kinds are to be proven, or the form is still to be filled in. */
export interface OpenRegistration {
  kind: 'registration';
  /** Its register_token. */
  token: string;
  missing: IdentifierKind[];
}

export type SignInOutcome = SignedInOutcome | IncompleteUser | OpenRegistration;

export type SignInErrorCode = 'account_blocked' | 'account_deleted' | 'application_inactive';

/**
 * Why this user may not sign in, if it may not. Checked after the proof, because the answer would tell strangers who
 * exists (D-38).
 * @param user undefined for a person without an account, whom only the application's own state stops
 */
export function checkSignIn(
  user: User | undefined,
  { config }: Application,
): Failure<SignInErrorCode> | undefined {
  if (!config.active) return err('application_inactive');
  const status = user ? statusOf(user) : 'active';
  if (status === 'active') return undefined;
  if (status === 'blocked') return err('account_blocked', { meta: { is_blocked: true } });
  return err('account_deleted', { meta: { is_deleted: true } });
}

export type SignInDecision =
  | { kind: 'refused'; failure: Failure<SignInErrorCode> }
  | { kind: 'incomplete'; missing: IdentifierKind[] }
  | { kind: 'allowed' };

/**
 * Whether a user whose proof was right gets a session.
 * @param justVerified kinds that the proof itself verifies, in the batch that uses it up
 */
export function decideSignIn(
  application: Application,
  user: User,
  justVerified: readonly IdentifierKind[] = [],
): SignInDecision {
  const failure = checkSignIn(user, application);
  if (failure) return { kind: 'refused', failure };
  const missing = missingKinds(kindsForSession(application), user.identifiers).filter(
    (kind) => !justVerified.includes(kind),
  );
  return missing.length > 0 ? { kind: 'incomplete', missing } : { kind: 'allowed' };
}
