/** Users as operators see and change them, in memory. */
import { revoke } from './revocations.ts';
import { searchWordsOf } from '../../domain/operators/customer-query.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import type { Customers, CustomerTerms, User } from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

function matches(user: User, terms: CustomerTerms): boolean {
  const values = user.identifiers.map(({ value }) => value);
  const words = searchWordsOf(user);
  const named =
    terms.words.length > 0 &&
    terms.words.every((begin) => words.some((word) => word.startsWith(begin)));
  const exact = [terms.email, terms.phone].filter((one) => one !== undefined);
  return (
    user.id === terms.id ||
    user.username === terms.username ||
    exact.some((one) => values.includes(one)) ||
    named
  );
}

/** The port `Customers` on memory. */
export function memoryCustomers(state: MemoryState): Customers {
  return {
    async list({ terms, pageNo, pageSize }) {
      const all = [...state.users.values()]
        .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
        .flatMap(({ id }) => state.user(id) ?? []);
      const found = terms ? all.filter((user) => matches(user, terms)) : all;
      const start = (pageNo - 1) * pageSize;
      return {
        users: found.slice(start, start + pageSize),
        total: terms ? Math.min(found.length, 1_000) : found.length,
        hasNext: found.length > start + pageSize,
      };
    },

    byIds: async (userIds) => userIds.flatMap((id) => state.user(id) ?? []),

    candidates: async (terms) =>
      [...state.users.keys()]
        .flatMap((id) => state.user(id) ?? [])
        .filter((user) => matches(user, terms)),

    async create(user, event) {
      const field = state.conflict(user);
      if (field) return { state: 'taken', field };
      state.insert(structuredClone(user), event);
      return { state: 'done', user: state.user(user.id) };
    },

    async update({ id }, { profile, meta, externalId, rrId, identifiers, replaced }, event) {
      const stored = state.users.get(id);
      if (!stored) return { state: 'done', user: undefined };
      const lost = identifiers.find((one) => one.verified && (state.owner(one)?.id ?? id) !== id);
      if (lost) return { state: 'taken', field: lost.kind };
      state.edit(id, profile, event.at);
      if (meta) stored.meta = structuredClone(meta);
      if (externalId !== undefined) stored.externalId = externalId;
      if (rrId !== undefined) stored.rrId = rrId;
      const old = stored.identifiers;
      for (const one of old) {
        if (!one.verified || !replaced.includes(one.kind)) continue;
        const next = identifiers.find((have) => sameIdentifier(have, one));
        if (!next) revoke(state, 'identifier_removed', { userId: id, now: event.at, lost: one });
        else if (!next.verified)
          revoke(state, 'identifier_unverified', { userId: id, now: event.at, lost: one });
      }
      for (const one of identifiers) if (one.verified) state.dropCopies(id, one);
      stored.identifiers = [
        ...old.filter(({ kind }) => !replaced.includes(kind)),
        ...identifiers.map((one) => {
          const before = old.find((have) => sameIdentifier(have, one));
          const verifiedAt = before?.verified ? before.verifiedAt : event.at;
          const createdAt = before?.createdAt ?? event.at;
          return { ...one, ...(one.verified && { verifiedAt }), createdAt };
        }),
      ];
      state.dropLinks(
        (link) =>
          link.userId === id &&
          !stored.identifiers.some((one) => sameIdentifier(one, link.identifier)),
      );
      state.audit.push(event);
      return { state: 'done', user: state.user(id) };
    },

    async setState(userIds, change, event) {
      const ids = [...new Set(userIds)];
      const missing = ids.filter((id) => !state.users.has(id));
      if (missing.length > 0) return missing;
      for (const userId of ids) {
        const user = state.users.get(userId);
        if (!user) continue;
        user.updatedAt = event.at;
        const isSo = (change === 'archive' ? user.archivedAt : user.blockedAt) !== undefined;
        if (isSo === (change === 'unblock')) state.audit.push({ ...event, userId });
        if (change === 'unblock') {
          delete user.blockedAt;
          continue;
        }
        revoke(state, change === 'block' ? 'blocked' : 'archived', { userId, now: event.at });
        if (change === 'block') user.blockedAt ??= event.at;
        else user.archivedAt ??= event.at;
      }
      return [];
    },

    async restore(userId, deletedAfter, event) {
      const user = state.users.get(userId);
      if (!user) return 'missing';
      if (user.deletedAt === undefined && user.archivedAt === undefined) return 'not_deleted';
      if (user.deletedAt !== undefined && user.deletedAt <= deletedAfter) return 'too_late';
      delete user.deletedAt;
      delete user.archivedAt;
      user.updatedAt = event.at;
      state.audit.push(event);
      return 'done';
    },
  };
}
