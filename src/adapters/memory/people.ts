/** One person across all of memory. */
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import { isOpen } from '../../domain/jobs/file-job.ts';
import type { IdentifierRef, People } from '../../ports/index.ts';
import { revoke } from './revocations.ts';
import type { MemoryState } from './state.ts';

const dropWhere = <K, V>(map: Map<K, V>, which: (value: V, key: K) => boolean): void => {
  for (const [key, value] of map) if (which(value, key)) map.delete(key);
};

/** The port `People` on memory. */
export function memoryPeople(state: MemoryState): People {
  const isOf = (userId: string) => {
    const verified = (state.users.get(userId)?.identifiers ?? []).filter((one) => one.verified);
    return (one: { userId?: string; identifier?: IdentifierRef }): boolean =>
      one.userId === userId ||
      verified.some((have) => one.identifier !== undefined && sameIdentifier(have, one.identifier));
  };

  return {
    async collect(userId) {
      const user = state.users.get(userId);
      if (!user) return undefined;
      const { identifiers, ...own } = user;
      const isTheirs = isOf(userId);
      const of = <T extends { userId?: string }>(all: Iterable<T>) =>
        [...all].filter((one) => one.userId === userId);
      const rows = {
        users: [own],
        identifiers,
        social_identities: of(state.identities.values()),
        otp_challenges: [...state.challenges.values()]
          .filter(isTheirs)
          .map(({ purpose, identifier, createdAt, expiresAt }) => ({
            purpose,
            ...identifier,
            created_at: createdAt,
            expires_at: expiresAt,
          })),
        links: [...state.links.values()]
          .filter(isTheirs)
          .map(({ kind, identifier, expiresAt }) => ({
            link_kind: kind,
            ...identifier,
            expires_at: expiresAt,
          })),
        audit_events: of(state.audit),
      };
      const plain = Object.entries(rows).map(([name, list]) => [
        name,
        list.map((row) => structuredClone({ ...row })),
      ]);
      return {
        // A record of each list above, under the same name.
        rows: Object.fromEntries(plain) as Record<string, Record<string, unknown>[]>,
        attributes: of(state.attributes.values.values()).map(({ keys: _, ...one }) => ({ ...one })),
      };
    },

    async erase(userId, event) {
      if (!state.users.has(userId)) return false;
      revoke(state, 'deleted', { userId, now: event.at });
      const isTheirs = isOf(userId);
      const proves = (proofs: readonly IdentifierRef[]): boolean =>
        proofs.some((identifier) => isTheirs({ identifier }));
      dropWhere(state.challenges, isTheirs);
      dropWhere(state.registrations, (one) => {
        const gone = one.userId === userId || proves(one.proofs);
        if (gone) state.forms.delete(one.id);
        return gone;
      });
      dropWhere(state.sessions, (one) => one.userId === userId);
      dropWhere(state.links, isTheirs);
      dropWhere(state.identities, (one) => one.userId === userId);
      dropWhere(state.attributes.values, (one) => one.userId === userId);
      for (const { members, changes } of state.groups.imports.values()) {
        members.delete(userId);
        changes.delete(userId);
      }
      for (const job of state.jobs.values()) {
        if (job.kind !== 'users_export') continue;
        if (isOpen(job)) Object.assign(job, { state: 'failed', progressedAt: event.at });
        else if (job.fileExpiresAt !== undefined) job.fileExpiresAt = event.at;
      }
      state.budgets.buckets.delete(`user:${userId}`);
      state.hashes.delete(userId);
      state.users.delete(userId);
      state.audit.push({ ...event });
      for (const one of state.audit) {
        if (one.userId !== userId) continue;
        delete one.userId;
        delete one.reason;
        delete one.session;
      }
      return true;
    },
  };
}
