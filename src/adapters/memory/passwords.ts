import { revoke } from './revocations.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import type { Hasher, LoginName, Passwords, User } from '../../ports/index.ts';
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

/** The port `Passwords` on memory. */
export function memoryPasswords(state: MemoryState): Passwords {
  function meant(login: LoginName): StoredUser | undefined {
    if ('userId' in login) return state.users.get(login.userId);
    if ('username' in login) {
      return [...state.users.values()].find(({ username }) => username === login.username);
    }
    const owner = state.owner(login.identifier);
    return owner && state.users.get(owner.id);
  }

  /** The only user who has the email, when that user has not verified it. */
  function unverifiedOwner(login: LoginName): { user: User; hash?: string } | undefined {
    if (!('identifier' in login) || login.identifier.kind !== 'email') return undefined;
    const { identifier } = login;
    const having = [...state.users.values()].flatMap(({ id, identifiers }) =>
      identifiers
        .filter((one) => sameIdentifier(one, identifier))
        .map(({ verified }) => ({ id, verified })),
    );
    const [only] = having;
    const user = having.length === 1 && only && !only.verified ? state.user(only.id) : undefined;
    return user && { user, hash: state.hashes.get(user.id) };
  }

  return {
    async attempt({ login, limits, account, now }) {
      const { device, unknown, ...limit } = account;
      const user = meant(login);
      const known = user ? [`login:${user.id}`] : unknown;
      const buckets = device && user?.id === device.userId ? [`device:${device.id}`] : known;
      const charged = [...limits, { ...limit, buckets }];
      const limited = state.charge(charged, now);
      if (limited) return { limited };
      const spent = state.limited(charged, now) !== undefined;
      return {
        user: state.user(user?.id),
        hash: state.hashes.get(user?.id ?? ''),
        unverified: unverifiedOwner(login),
        charged,
        spent,
      };
    },

    async succeed({ charged, chargedAt, userId, hash, rehash, signIn, registration }) {
      if (state.hashes.get(userId) !== hash) return undefined;
      state.giveBack(charged, chargedAt);
      if (rehash !== undefined) state.setPassword(userId, rehash);
      if (signIn) state.enter(signIn);
      if (registration) state.begin(registration);
      return state.user(userId);
    },

    hashOf: async (userId) => state.hashes.get(userId),

    async set(userId, from, to, event) {
      const user = state.users.get(userId);
      if (!user || state.hashes.get(userId) !== from) return undefined;
      revoke(state, 'password_changed', { userId, now: event.at });
      state.setPassword(userId, to);
      user.updatedAt = event.at;
      state.audit.push(event);
      return state.user(userId);
    },
  };
}
