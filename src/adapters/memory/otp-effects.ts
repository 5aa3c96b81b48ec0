/** What using up a code needs and brings about, in memory. */
import { bindingHolds } from '../../domain/credentials.ts';
import { registrationOf } from '../../domain/otp/otp-effect.ts';
import type { ConsumeResult, IdentifierRef, Settlement } from '../../ports/index.ts';
import { findProof, makePrimary } from './primaries.ts';
import { revoke } from './revocations.ts';
import type { MemoryState } from './state.ts';

/** The conflicts that the statements of a batch would meet. */
export function precondition(
  state: MemoryState,
  { effect, challenge, now }: Settlement,
): ConsumeResult | undefined {
  const { identifier } = challenge;
  const id = registrationOf(effect);
  if (id !== undefined) {
    const found = state.registration(id, now);
    if (!found || found.finishedAt !== undefined) return { state: 'lost' };
    const ends = effect.kind === 'verify' ? effect.finish : effect.kind !== 'prove';
    const userId = effect.kind === 'create' ? effect.user.id : 'userId' in effect && effect.userId;
    if (ends && effect.kind !== 'bind' && state.foreign(found, String(userId))) {
      return { state: 'lost' };
    }
    const bound = state.user(found.userId);
    const holds =
      effect.kind === 'verify'
        ? bound?.id === effect.userId && bindingHolds(found, bound)
        : found.userId === undefined;
    if (!holds) return { state: 'lost' };
  }
  if (effect.kind === 'create') {
    const field = state.conflict(effect.user);
    return field && { state: 'taken', field };
  }
  if (effect.kind !== 'verify' && effect.kind !== 'update') return undefined;
  if (effect.kind === 'update') {
    const asked = { id: effect.proof, userId: effect.userId, kind: identifier.kind };
    if (!findProof(state, asked, now)) return { state: 'lost', unproven: true };
  }
  if (state.others(effect.userId, identifier) >= effect.max) return { state: 'full' };
  const owner = state.owner(identifier);
  return owner && owner.id !== effect.userId
    ? { state: 'taken', field: identifier.kind }
    : undefined;
}

/** What using up a code brings about. */
export function bringAbout(
  state: MemoryState,
  { effect, challenge: { userId }, now }: Settlement,
  one: IdentifierRef,
): void {
  switch (effect.kind) {
    case 'none':
      return;
    case 'prove': {
      const { registration } = effect;
      const known = state.registrations.get(registration.id) ?? state.begin(registration);
      if (registration.userId === undefined) known.proofs.push({ ...one, provenAt: now });
      return;
    }
    case 'bind': {
      const known = state.registrations.get(effect.registration);
      if (known) Object.assign(known, { userId: effect.userId, userProvenAt: now });
      state.forms.delete(effect.registration);
      state.adopt(effect.userId, effect.adopts, now);
      return;
    }
    case 'verify':
      state.verify(effect.userId, one, now);
      if (effect.profile) state.edit(effect.userId, effect.profile.change, now);
      if (effect.registration !== undefined && effect.finish) {
        state.claim(effect.registration, effect.userId, now);
      }
      return;
    case 'delete': {
      revoke(state, 'deleted', { userId: effect.userId, now });
      const user = state.users.get(effect.userId);
      if (user) Object.assign(user, { deletedAt: now, updatedAt: now });
      state.audit.push(effect.event);
      return;
    }
    case 'forgot':
      state.links.set(effect.token.id, {
        ...effect.token,
        kind: 'forgot',
        userId: userId ?? '',
        identifier: one,
        createdAt: now,
      });
      return;
    case 'primary':
      state.links.set(effect.proof.id, {
        ...effect.proof,
        kind: 'primary',
        userId: userId ?? '',
        identifier: one,
        createdAt: now,
      });
      return;
    case 'update': {
      const proof = state.links.get(effect.proof);
      if (proof) proof.usedAt = now;
      state.verify(effect.userId, one, now);
      makePrimary(state, effect.userId, one);
      return;
    }
    case 'close':
      state.claim(effect.registration, effect.userId, now);
      state.adopt(effect.userId, effect.adopts, now);
      return;
    case 'create':
      state.claim(effect.registration, effect.user.id, now);
      state.insert(effect.user, effect.event);
  }
}
