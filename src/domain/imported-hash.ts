/** Password hashes that users brought from another system: which of them count. Pure. */
import type { ImportedHashes, ImportedHashKind } from '../ports.ts';

/** What a PHC string says of itself; undefined for ours and for what nobody can verify. */
export function hashKind(hash: string): ImportedHashKind | undefined {
  if (/^\$2[abxy]\$/.test(hash)) return 'bcrypt';
  if (/^\$pbkdf2(-|\$)/.test(hash)) return 'pbkdf2';
  return hash.startsWith('$scrypt$') ? 'scrypt' : undefined;
}

/** Whether a hash signs its owner in. Ours always do. */
export function hashCounts(
  hash: string | undefined,
  { kinds, until }: ImportedHashes = {},
  now: number,
): boolean {
  const kind = hash === undefined ? undefined : hashKind(hash);
  if (kind === undefined) return true;
  return (kinds?.includes(kind) ?? true) && (until === undefined || now < until);
}
