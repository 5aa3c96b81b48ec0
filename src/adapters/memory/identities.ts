import type { Identities, User } from '../../ports.ts';
import type { MemoryState } from './state.ts';

export function memoryIdentities(state: MemoryState): Identities {
  return {
    async find(identity, proven) {
      const owners = new Map(
        proven
          .map((one) => state.owner(one))
          .filter((user): user is User => user !== undefined)
          .map((user) => [user.id, user]),
      );
      return { linked: state.user(state.holder(identity)), owners: [...owners.values()] };
    },

    async signIn({ identity, userId, by, countsUntil, signIn, registration, charged, chargedAt }) {
      const validFrom = state.users.get(userId)?.sessionsValidFrom ?? 0;
      if (countsUntil !== undefined && countsUntil < validFrom) return undefined;
      const owned = by.some((one) => state.owner(one)?.id === userId);
      const linkedNow = owned && state.holder(identity) === undefined;
      if (linkedNow) state.link(identity, userId);
      const user = state.holder(identity) === userId ? state.user(userId) : undefined;
      if (!user) return undefined;
      if (signIn) state.enter(signIn);
      if (registration) state.begin(registration);
      state.giveBack(charged, chargedAt);
      return { user, linkedNow };
    },
  };
}
