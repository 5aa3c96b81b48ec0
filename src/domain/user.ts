/** The user: making one, its states, and its documented shape. */
import type { Application, Identifier, IdentifierRef, Profile, User } from '../ports.ts';
import { nationalDigits, verifiedOf } from './identifier.ts';
import { profileBody } from './profile.ts';
import { refuse, type Refused } from './result.ts';

/**
 * From the first identifier, as the documents' examples show: `akashmane_gofynd_com_10039`.
 * @param random 4 bytes; they become the five digits
 */
export function newUsername(from: IdentifierRef, random: Uint8Array): string {
  const base = from.kind === 'email' ? from.value.replaceAll(/[.@]/g, '_') : nationalDigits(from);
  const safe = base.replaceAll(/[^a-z0-9._-]/g, '_').slice(0, 58);
  const number = random.reduce((sum, byte) => (sum * 256 + byte) % 90_000, 0) + 10_000;
  return `${safe}_${number}`;
}

export type UserStatus = 'active' | 'blocked' | 'archived' | 'deleted';

/** Flags are separate; the gravest one names the state (D-63). */
export function statusOf(user: User): UserStatus {
  if (user.deletedAt !== undefined) return 'deleted';
  if (user.archivedAt !== undefined) return 'archived';
  return user.blockedAt !== undefined ? 'blocked' : 'active';
}

/** Why this user may not sign in, asked after the proof, because the answer would tell strangers who exists (D-38). */
export function signInRefusal(
  user: User | undefined,
  application: Application,
): Refused<'account_blocked' | 'account_deleted' | 'application_inactive'> | undefined {
  if (!application.config.active) return refuse('application_inactive');
  const status = user ? statusOf(user) : 'active';
  if (status === 'active') return undefined;
  if (status === 'blocked') return refuse('account_blocked', { meta: { is_blocked: true } });
  return refuse('account_deleted', { meta: { is_deleted: true } });
}

/** The first verified identifier of each kind becomes primary. */
export function withPrimaries(
  refs: readonly (IdentifierRef & { verified: boolean })[],
): Identifier[] {
  const taken = new Set<string>();
  return refs.map((ref) => {
    const primary = ref.verified && !taken.has(ref.kind);
    if (primary) taken.add(ref.kind);
    return { ...ref, primary };
  });
}

/** The profile fields of a body, only those that were given. */
export function givenProfile(profile: Profile): Profile {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined));
}

const isoDate = (ms: number): string => new Date(ms).toISOString();

export function identifiersView(identifiers: readonly Identifier[]) {
  return {
    emails: identifiers
      .filter(({ kind }) => kind === 'email')
      .map(({ value, primary, verified }) => ({ email: value, primary, verified, active: true })),
    phone_numbers: identifiers
      .filter(({ kind }) => kind === 'phone')
      .map((phone) => ({
        phone: nationalDigits(phone),
        country_code: phone.callingCode,
        primary: phone.primary,
        verified: phone.verified,
        active: true,
      })),
  };
}

/** The documented user (D-69): absent when empty, lists aside; never null. */
export function userView(user: User, application: Application) {
  return {
    _id: user.id,
    id: user.id,
    user_id: user.id,
    application_id: application.id,
    username: user.username,
    ...profileBody(user),
    dob: user.dob && `${user.dob}T00:00:00.000Z`,
    ...identifiersView(user.identifiers),
    active: statusOf(user) === 'active',
    account_type: 'user',
    roles: [],
    meta: user.meta,
    external_id: user.externalId,
    debug: { source: 'vestibule', platform: application.id },
    has_old_password_hash: user.hasOldPasswordHash,
    created_at: isoDate(user.createdAt),
    updated_at: isoDate(user.updatedAt),
  };
}

/** The user as operators see it: with its state. */
export function customerView(user: User, application: Application) {
  return {
    ...userView(user, application),
    archive: user.archivedAt !== undefined || undefined,
    status: statusOf(user),
    deleted_on: user.deletedAt === undefined ? undefined : isoDate(user.deletedAt),
  };
}

/** Kinds that the user must have verified before it gets a session, and has not. */
export function missingKinds<K extends 'email' | 'phone'>(
  demanded: readonly K[],
  identifiers: readonly Identifier[],
): K[] {
  const have = new Set<string>(verifiedOf(identifiers).map(({ kind }) => kind));
  return demanded.filter((kind) => !have.has(kind));
}
