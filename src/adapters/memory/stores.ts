/** The smaller memory stores of one application. */
import { sameIdentifier } from '../../domain/identifier.ts';
import type {
  Audit,
  Budgets,
  Clock,
  PendingForm,
  Registrations,
  Sessions,
  Users,
} from '../../ports.ts';
import type { MemoryState } from './state.ts';

export function memoryBudgets(state: MemoryState): Budgets {
  return {
    charge: async (limits, ref, now) => state.charge(limits, ref, now),
    check: async (limits, now) => state.limited(limits, now),
  };
}

export function memoryUsers(state: MemoryState): Users {
  return {
    find: async (userId) => state.user(userId),
    async update({ id }, { profile, add, max, now }) {
      const stored = state.users.get(id);
      if (!stored) return undefined;
      state.edit(id, profile, now);
      for (const one of add) {
        const known = stored.identifiers.some((have) => sameIdentifier(have, one));
        if (known || state.others(id, one) >= max) continue;
        stored.identifiers.push({ ...one, verified: false, primary: false, createdAt: now });
      }
      return state.user(id);
    },
    async setPrimary(userId, one, now) {
      const user = state.users.get(userId);
      const found = user?.identifiers.find((have) => sameIdentifier(have, one));
      if (!user || !found) return { state: 'missing' };
      if (!found.verified) return { state: 'unverified' };
      for (const have of user.identifiers)
        if (have.kind === one.kind) have.primary = have === found;
      user.updatedAt = now;
      return { state: 'done', user: state.user(userId) };
    },
    async remove(userId, one, { demanded }, now) {
      const user = state.users.get(userId);
      const found = user?.identifiers.find((have) => sameIdentifier(have, one));
      if (!user || !found) return { state: 'missing' };
      const others = user.identifiers.filter((have) => have !== found && have.verified);
      const ofKind = others.filter(({ kind }) => kind === one.kind);
      const needed = others.length === 0 || (demanded && ofKind.length === 0);
      if (found.verified && needed) return { state: 'last' };
      user.identifiers = user.identifiers.filter((have) => have !== found);
      const [oldest] = ofKind.toSorted((a, b) => a.createdAt - b.createdAt);
      if (found.primary && oldest) oldest.primary = true;
      for (const [id, link] of state.links) {
        if (link.userId === userId && sameIdentifier(link.identifier, one)) state.links.delete(id);
      }
      user.updatedAt = now;
      return { state: 'done', user: state.user(userId) };
    },
  };
}

export function memorySessions(state: MemoryState): Sessions {
  return {
    async put(session) {
      state.sessions.set(session.handle, { ...session });
    },
    async find(userId, handle) {
      const session = state.sessions.get(handle);
      return {
        session: session?.userId === userId ? { ...session } : undefined,
        user: state.user(userId),
        ended: state.ended.has(handle),
      };
    },
    async list(userId, now) {
      const validFrom = state.users.get(userId)?.sessionsValidFrom ?? 0;
      return [...state.sessions.values()]
        .filter((one) => one.userId === userId && !state.ended.has(one.handle))
        .filter((one) => one.expiresAt > now && one.createdAt >= validFrom)
        .toSorted((a, b) => b.createdAt - a.createdAt);
    },
    async end(_userId, handles, _until, event) {
      if (event) state.audit.push(event);
      for (const handle of handles) {
        state.ended.add(handle);
        state.sessions.delete(handle);
      }
    },
    async endAll(userId, now, event) {
      if (event) state.audit.push(event);
      const user = state.users.get(userId);
      if (user) user.sessionsValidFrom = now;
    },
  };
}

export function memoryRegistrations(state: MemoryState, clock: Clock): Registrations {
  const form = async (id: string): Promise<PendingForm | undefined> => {
    const text = state.forms.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as PendingForm);
  };
  return {
    form,
    async find(id) {
      const registration = state.registration(id, clock.now());
      const owner = (registration?.proofs ?? []).map((one) => state.owner(one)).find(Boolean);
      return {
        registration,
        form: await form(id),
        owners: owner ? [owner] : [],
        bound: state.user(registration?.userId),
      };
    },
    async store(next, pending, from, proven = []) {
      const old = state.registrations.get(from ?? '');
      const identity = next.identity ?? old?.identity;
      const proofs = structuredClone([...(old?.proofs ?? []), ...proven]);
      state.registrations.set(next.id, { ...next, ...(identity && { identity }), proofs });
      state.forms.set(next.id, JSON.stringify(pending));
    },
    async finish(id, user, now) {
      const open = state.registration(id, now);
      if (!open || open.finishedAt !== undefined) return { state: 'lost' };
      const field = state.conflict(user);
      if (field) return { state: 'taken', field };
      if (!state.claim(id, user.id, now)) return { state: 'lost' };
      state.insert(user);
      return { state: 'done', user: state.user(user.id) };
    },
    async close(id, userId, now) {
      if (!state.claim(id, userId, now)) return { state: 'lost' };
      return { state: 'done', user: state.user(userId) };
    },
  };
}

export function memoryAudit(state: MemoryState): Audit {
  return {
    async record(event) {
      state.audit.push(structuredClone(event));
    },
    ofUser: async (userId, limit) =>
      state.audit
        .filter((event) => event.userId === userId)
        .toReversed()
        .slice(0, limit),
  };
}
