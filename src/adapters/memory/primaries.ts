/** Primary identifiers in memory, and the proof that another one may need. */
import { provenBy, sameIdentifier } from '../../domain/identifiers/identifier.ts';
import type { IdentifierRef, PrimaryProof } from '../../ports/index.ts';
import type { MemoryState, StoredLink } from './state.ts';

/** It steps in for the old primary of its kind; only a verified one does. */
export function makePrimary(state: MemoryState, userId: string, one: IdentifierRef): void {
  const have = state.users.get(userId)?.identifiers ?? [];
  if (!have.some((known) => known.verified && sameIdentifier(known, one))) return;
  for (const known of have) {
    if (known.kind === one.kind) known.primary = sameIdentifier(known, one);
  }
}

/** A proof that can be used: of the identifier that has to be proven now. */
export function findProof(
  state: MemoryState,
  { id, userId, kind }: PrimaryProof,
  now: number,
): StoredLink | undefined {
  const proof = state.links.get(id);
  const needed = provenBy(state.user(userId)?.identifiers ?? [], kind);
  const isUsable =
    proof?.kind === 'primary' &&
    proof.userId === userId &&
    proof.usedAt === undefined &&
    proof.expiresAt > now;
  return isUsable && needed && sameIdentifier(proof.identifier, needed) ? proof : undefined;
}
