import type { Identities, SocialIdentity, User } from '../../ports/index.ts';
import { revoke } from './revocations.ts';
import type { MemoryState } from './state.ts';

const orderOf = ({ provider, subject }: SocialIdentity): string => `${provider} ${subject}`;

/** The port `Identities` on memory. */
export function memoryIdentities(state: MemoryState): Identities {
  return {
    ofUser: async (userId) =>
      [...state.identities.values()]
        .filter((one) => one.userId === userId)
        .map(({ provider, subject, linkedAt }) => ({ provider, subject, linkedAt }))
        .toSorted((a, b) => a.linkedAt - b.linkedAt || (orderOf(a) < orderOf(b) ? -1 : 1)),

    async unlink(userId, identity, event) {
      if (state.holder(identity) !== userId) return false;
      revoke(state, 'identity_unlinked', { userId, now: event.at });
      state.unlink(identity);
      state.audit.push(event);
      return true;
    },

    async find(identity, proven) {
      const owners = new Map(
        proven
          .map((one) => state.owner(one))
          .filter((user): user is User => user !== undefined)
          .map((user) => [user.id, user]),
      );
      return { linked: state.user(state.holder(identity)), owners: [...owners.values()] };
    },

    async signIn(login) {
      const { identity, userId, by, countsUntil, signIn, registration, charged, chargedAt } = login;
      const validFrom = state.users.get(userId)?.sessionsValidFrom ?? 0;
      if (countsUntil !== undefined && countsUntil < validFrom) return undefined;
      const owned = by.some((one) => state.owner(one)?.id === userId);
      const linkedNow = owned && state.holder(identity) === undefined;
      if (linkedNow) state.link(identity, userId, login.now);
      const user = state.holder(identity) === userId ? state.user(userId) : undefined;
      if (!user) return undefined;
      if (signIn) state.enter(signIn);
      if (registration) state.begin(registration);
      state.giveBack(charged, chargedAt);
      return { user, linkedNow };
    },
  };
}
