/** Revocations in memory; `domain/credentials.ts` says which kinds of credentials those are. */
import {
  endedBy,
  nextValidFrom,
  type CredentialKind,
  type Ends,
  type Revocation,
} from '../../domain/credentials.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import type { IdentifierRef, OtpPurpose } from '../../ports/index.ts';
import type { MemoryState, StoredLink } from './state.ts';

/** Ends what the revocation ends; before its own changes, as it looks at the identifiers of then. */
export function revoke(
  state: MemoryState,
  revocation: Revocation,
  { userId, now, lost }: { userId: string; now: number; lost?: IdentifierRef },
): void {
  for (const { kind, ends } of endedBy(revocation)) end(state, kind, ends, userId, now, lost);
}

function endCodes(state: MemoryState, purpose: OtpPurpose, userId: string): void {
  for (const [id, one] of state.challenges) {
    const open = one.userId === userId && one.consumedAt === undefined;
    if (open && one.purpose === purpose) state.challenges.delete(id);
  }
}

const isOpen = (link: StoredLink, userId: string): boolean =>
  link.userId === userId && link.usedAt === undefined;

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
      endCodes(state, 'profile', userId);
      return;
    case 'primary_code':
      endCodes(state, 'primary', userId);
      return;
    case 'primary_proof':
      state.dropLinks((link) => isOpen(link, userId) && link.kind === 'primary');
      return;
    case 'update_code':
      endCodes(state, 'update', userId);
      return;
    case 'forgot_code':
      endCodes(state, 'forgot', userId);
      return;
    case 'forgot_token':
      state.dropLinks((link) => isOpen(link, userId) && link.kind === 'forgot');
      return;
    case 'reset_link':
      state.dropLinks((link) => isOpen(link, userId) && link.kind === 'reset');
      return;
    case 'verify_link':
      state.dropLinks(
        (link) =>
          (link.kind === 'verify_email' || link.kind === 'verify_mobile') &&
          isOpen(link, userId) &&
          (ends === 'all' || (lost !== undefined && sameIdentifier(link.identifier, lost))),
      );
      return;
    case 'login_token':
      // Stored nowhere: `sessionsValidFrom` is compared with the time it was made.
      return;
  }
}
