import type { Hasher, LoginName, Passwords } from '../../ports.ts';
import type { MemoryState, StoredUser } from './state.ts';

/**
 * No hash at all: for tests and mock scenarios, where hashing would only cost time. The port's promises hold: what is
 * stored differs from the password, and only the same password verifies.
 */
export const plainHasher: Hasher = {
  hash: async (password) => `plain:${password.normalize('NFC')}`,
  verify: async (password, hash) =>
    hash === `plain:${password.normalize('NFC')}` ? 'right' : 'wrong',
};

export function memoryPasswords(state: MemoryState): Passwords {
  function meant(login: LoginName): StoredUser | undefined {
    if ('userId' in login) return state.users.get(login.userId);
    if ('username' in login) {
      return [...state.users.values()].find(({ username }) => username === login.username);
    }
    const owner = state.owner(login.identifier);
    return owner && state.users.get(owner.id);
  }

  return {
    async attempt({ login, limits, account, ref, now }) {
      const { device, unknown, ...budget } = account;
      const user = meant(login);
      const bucket =
        device && user?.id === device.userId
          ? `login:device:${device.id}`
          : `login:${user?.id ?? unknown}`;
      const limited = state.charge([...limits, { ...budget, bucket }], ref, now);
      return limited
        ? { limited }
        : { user: state.user(user?.id), hash: state.hashes.get(user?.id ?? '') };
    },

    async succeed({ ref, userId, rehash, endSession, registration }) {
      state.giveBack(ref);
      if (rehash && state.hashes.get(userId) === rehash.from) state.setPassword(userId, rehash.to);
      if (endSession) state.ended.add(endSession.handle);
      if (registration) state.registrations.set(registration.id, { ...registration, proofs: [] });
    },

    hashOf: async (userId) => state.hashes.get(userId),

    async set(userId, from, to, now) {
      const user = state.users.get(userId);
      if (!user || state.hashes.get(userId) !== from) return false;
      state.setPassword(userId, to);
      user.sessionsValidFrom = now;
      user.updatedAt = now;
      return true;
    },
  };
}
