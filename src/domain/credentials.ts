/**
 * Everything that can become a session or change who owns an account, and everything that revokes it. The stores of D1 and
 * of memory take from this table what a revocation ends; a kind or a revocation without its cell does not compile.
 */
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../shared/time.ts';
import type { Identifier, Registration, User } from '../ports/index.ts';

/** How long a credential can be used, counted from the proof it stands for. Nothing extends it. */
export const OTP_LIFE_MS = 10 * MINUTE_MS;
export const REGISTRATION_LIFE_MS = 30 * MINUTE_MS;
export const RESET_LINK_LIFE_MS = 30 * MINUTE_MS;
/** A forgot_token, from the moment in which its code was verified. */
export const FORGOT_TOKEN_LIFE_MS = 10 * MINUTE_MS;
/** What a code has proven before a primary changes; from the moment in which that code was verified. */
export const PRIMARY_PROOF_LIFE_MS = 10 * MINUTE_MS;
/** So long themes may ask again about a reset code that has set a password; it opens nothing any more (D-91). */
export const USED_RESET_CODE_MS = 10 * MINUTE_MS;
export const VERIFY_LINK_LIFE_MS = DAY_MS;
/** Longer-lived tokens would be worth stealing. */
export const LOGIN_TOKEN_LIFE_MS = 5 * MINUTE_MS;
/** The clocks of providers and companies may differ from ours by this much. */
export const CLOCK_TOLERANCE_MS = 10 * SECOND_MS;

/** Events of an account that end credentials which were given out before. */
export const REVOCATIONS = [
  'password_changed',
  'password_reset',
  'sessions_ended',
  'blocked',
  'archived',
  'deleted',
  'identifier_removed',
  'identifier_unverified',
  'identity_unlinked',
] as const;
export type Revocation = (typeof REVOCATIONS)[number];

/**
 * - `session`: the cookie. Compared with the user's `sessionsValidFrom` at each use.
 * - `bound_registration`: a register_token that stands for a known user who lacks a required identifier.
 * - `registration`: a register_token that has proven an identifier which the user has verified.
 * - `profile_code`: a one-time code that the signed-in user asked for.
 * - `primary_code`: a one-time code to the primary identifier, before another one takes its place.
 * - `primary_proof`: what that code was exchanged for; of one session, for one kind of identifier.
 * - `update_code`: a one-time code to the identifier that is to be primary.
 * - `forgot_code`: a one-time code of somebody who has forgotten the password.
 * - `forgot_token`: what that code was exchanged for; sets a new password.
 * - `reset_link`: sets a new password and signs in.
 * - `verify_link`: verifies an identifier on the user.
 * - `login_token`: a JWT of the company's own system. Stored nowhere: its `iat` is compared with `sessionsValidFrom`.
 */
export const CREDENTIAL_KINDS = [
  'session',
  'bound_registration',
  'registration',
  'profile_code',
  'primary_code',
  'primary_proof',
  'update_code',
  'forgot_code',
  'forgot_token',
  'reset_link',
  'verify_link',
  'login_token',
] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** `all` of the user's, those of the `identifier` that is concerned, or `none`. */
export type Ends = 'all' | 'identifier' | 'none';

/**
 * Losing an identifier leaves the sessions of its user alone: the user is the one who removes it, or an operator. An unlinked
 * social account may have been hijacked and have opened any of the sessions, so they all end.
 */
const WITH_SESSIONS: Record<Revocation, Ends> = {
  password_changed: 'all',
  password_reset: 'all',
  sessions_ended: 'all',
  blocked: 'all',
  archived: 'all',
  deleted: 'all',
  identifier_removed: 'none',
  identifier_unverified: 'none',
  identity_unlinked: 'all',
};
const ALWAYS: Record<Revocation, Ends> = {
  ...WITH_SESSIONS,
  identifier_removed: 'all',
  identifier_unverified: 'all',
};

export const ENDED_BY: Record<CredentialKind, Record<Revocation, Ends>> = {
  session: WITH_SESSIONS,
  bound_registration: ALWAYS,
  registration: ALWAYS,
  profile_code: ALWAYS,
  primary_code: ALWAYS,
  primary_proof: ALWAYS,
  update_code: ALWAYS,
  forgot_code: ALWAYS,
  forgot_token: ALWAYS,
  reset_link: ALWAYS,
  verify_link: {
    ...WITH_SESSIONS,
    identifier_removed: 'identifier',
    identifier_unverified: 'identifier',
  },
  login_token: WITH_SESSIONS,
};

/** The kinds that a revocation ends, in the order of the table. */
export function endedBy(revocation: Revocation): { kind: CredentialKind; ends: Ends }[] {
  return CREDENTIAL_KINDS.map((kind) => ({ kind, ends: ENDED_BY[kind][revocation] })).filter(
    ({ ends }) => ends !== 'none',
  );
}

/**
 * The `sessionsValidFrom` after a revocation: always another one, whatever the clocks of two Workers say.
 * @param before the present one; both in milliseconds
 */
export function nextValidFrom(before: number, now: number): number {
  return Math.max(before, now) + 1;
}

/**
 * Whether a proof of an identifier may sign into the account that owns it by now: it must be no older than the account, than
 * the account's last revocation, and than the day the account verified the identifier.
 */
export function proofOpens(provenAt: number, user: User, identifier: Identifier): boolean {
  return (
    provenAt >= user.sessionsValidFrom &&
    provenAt >= user.createdAt &&
    provenAt >= (identifier.verifiedAt ?? 0)
  );
}

/** Whether a registration that is bound to a user still stands for that user. */
export function bindingHolds({ userProvenAt }: Registration, user: User): boolean {
  return userProvenAt !== undefined && userProvenAt >= user.sessionsValidFrom;
}

/**
 * The greatest `sessionsValidFrom` under which a login token still counts: it must not be older than the last revocation.
 * @param issuedAt its `iat` in milliseconds, which is whole seconds; undefined when it has none
 */
export function tokenCountsUntil(issuedAt: number | undefined): number | undefined {
  return issuedAt === undefined ? undefined : issuedAt + 999;
}
