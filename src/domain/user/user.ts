/** The user: its username, its states and its identifiers. Pure. */
import type { Identifier, IdentifierRef, User } from '../../ports/index.ts';
import { nationalDigits, verifiedOf } from '../identifiers/identifier.ts';

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

/** Kinds that the user must have verified before it gets a session, and has not. */
export function missingKinds<K extends 'email' | 'phone'>(
  demanded: readonly K[],
  identifiers: readonly Identifier[],
): K[] {
  const have = new Set<string>(verifiedOf(identifiers).map(({ kind }) => kind));
  return demanded.filter((kind) => !have.has(kind));
}
