/** Revocations in memory; `domain/credentials.ts` says which kinds of credentials those are. */
import {
  endedBy,
  nextValidFrom,
  type CredentialKind,
  type Ends,
  type Revocation,
} from '../../domain/credentials.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import type { IdentifierRef } from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

/** Ends what the revocation ends; before its own changes, as it looks at the identifiers of then. */
export function revoke(
  state: MemoryState,
  revocation: Revocation,
  { userId, now, lost }: { userId: string; now: number; lost?: IdentifierRef },
): void {
  for (const { kind, ends } of endedBy(revocation)) end(state, kind, ends, userId, now, lost);
}

function end(
  state: MemoryState,
  kind: CredentialKind,
  ends: Ends,
  userId: string,
  now: number,
  lost?: IdentifierRef,
): void {
  const user = state.users.get(userId);
  if (!user) return;
  const open = [...state.registrations.values()].filter((one) => one.finishedAt === undefined);
  switch (kind) {
    case 'session':
      user.sessionsValidFrom = nextValidFrom(user.sessionsValidFrom, now);
      return;
    case 'bound_registration':
      for (const one of open) if (one.userId === userId) state.registrations.delete(one.id);
      return;
    case 'registration':
      for (const one of open) {
        const proves = one.proofs.some((proof) =>
          user.identifiers.some((have) => have.verified && sameIdentifier(have, proof)),
        );
        if (one.userId === undefined && proves) state.registrations.delete(one.id);
      }
      return;
    case 'profile_code':
      for (const [id, one] of state.challenges) {
        if (one.purpose === 'profile' && one.userId === userId) state.challenges.delete(id);
      }
      return;
    case 'reset_link':
      state.dropLinks(
        (link) => link.kind === 'reset' && link.userId === userId && link.usedAt === undefined,
      );
      return;
    case 'verify_link':
      state.dropLinks(
        (link) =>
          link.kind !== 'reset' &&
          link.userId === userId &&
          link.usedAt === undefined &&
          (ends === 'all' || (lost !== undefined && sameIdentifier(link.identifier, lost))),
      );
      return;
    case 'login_token':
      // Stored nowhere: `sessionsValidFrom` is compared with the time it was made.
      return;
  }
}
