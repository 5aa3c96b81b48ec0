import { findProof } from './primaries.ts';
import { revoke } from './revocations.ts';
import { statusOf } from '../../domain/user/user.ts';
import type { Links, ResetKind, StoredLinkKind } from '../../ports/index.ts';
import type { MemoryState, StoredLink } from './state.ts';

/** The port `Links` on memory. */
export function memoryLinks(state: MemoryState): Links {
  function usable(id: string, kind: StoredLinkKind, now: number): StoredLink | undefined {
    const link = state.links.get(id);
    return link?.kind === kind && link.usedAt === undefined && link.expiresAt > now
      ? link
      : undefined;
  }

  /** A reset that can be used, for as long as its identifier is verified on its user. */
  function resettable(id: string, kind: ResetKind, now: number): StoredLink | undefined {
    const link = usable(id, kind, now);
    return link && state.owner(link.identifier)?.id === link.userId ? link : undefined;
  }

  /** Marks the link as used and forgets every other one of the same identifier and kind. */
  function use(used: StoredLink, now: number): void {
    used.usedAt = now;
    for (const [id, link] of state.links) {
      const twin =
        link.kind === used.kind &&
        link.userId === used.userId &&
        link.identifier.value === used.identifier.value;
      if (twin && link !== used) state.links.delete(id);
    }
  }

  return {
    async open(link, limits) {
      const limited = state.charge(limits, link.createdAt);
      if (!limited) state.links.set(link.id, { ...link });
      return limited;
    },

    async openReset(link, limits) {
      const limited = state.charge(limits, link.createdAt);
      if (limited) return { limited, known: false };
      const owner = state.owner(link.identifier);
      const known = owner !== undefined && statusOf(owner) === 'active';
      const expiresAt = known ? link.expiresAt : link.createdAt;
      const userId = known ? owner.id : '';
      state.links.set(link.id, { ...link, kind: 'reset', userId, expiresAt });
      return { known };
    },

    async cancel({ id, createdAt }, limits) {
      if (state.links.delete(id)) state.giveBack(limits, createdAt);
    },

    async describe(linkId, now) {
      const kind = state.links.get(linkId)?.kind;
      if (!kind || kind === 'forgot' || kind === 'primary') return undefined;
      const link = kind === 'reset' ? resettable(linkId, kind, now) : usable(linkId, kind, now);
      const user = state.user(link?.userId);
      return link && user
        ? { kind, identifier: structuredClone(link.identifier), user }
        : undefined;
    },

    findPrimaryProof: async (proof, now) => findProof(state, proof, now)?.expiresAt,

    async findReset(linkId, kind, now) {
      return state.user(resettable(linkId, kind, now)?.userId);
    },

    async wasResetSince(linkId, since) {
      const link = state.links.get(linkId);
      return link?.kind === 'reset' && link.usedAt !== undefined && link.usedAt > since;
    },

    async verify(linkId, kind, now) {
      const link = usable(linkId, kind, now);
      if (!link) return { state: 'lost' };
      const owner = state.owner(link.identifier);
      if (owner && owner.id !== link.userId) return { state: 'taken', field: link.identifier.kind };
      use(link, now);
      state.verify(link.userId, link.identifier, now);
      return { state: 'done', user: state.user(link.userId), verified: link.identifier };
    },

    async reset(linkId, kind, passwordHash, event, signIn) {
      const now = event.at;
      const link = resettable(linkId, kind, now);
      const user = link && state.users.get(link.userId);
      if (!link || !user) return { state: 'lost' };
      use(link, now);
      revoke(state, 'password_reset', { userId: user.id, now });
      state.setPassword(user.id, passwordHash);
      user.updatedAt = now;
      state.audit.push(event);
      if (signIn) state.enter(signIn);
      return { state: 'done', user: state.user(user.id) };
    },
  };
}
