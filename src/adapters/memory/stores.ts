/** The smaller memory stores of one application. */
import { revoke } from './revocations.ts';
import { bindingHolds, proofOpens } from '../../domain/credentials.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import { isRevoked } from '../../domain/session/session.ts';
import type {
  Audit,
  Budgets,
  Clock,
  PendingForm,
  Registration,
  Registrations,
  Sessions,
  User,
  Users,
} from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

/** The port `Budgets` on memory. */
export function memoryBudgets(state: MemoryState): Budgets {
  return {
    charge: async (limits, now) => state.charge(limits, now),
    giveBack: async (limits, chargedAt) => state.giveBack(limits, chargedAt),
    check: async (limits, now) => state.limited(limits, now),
  };
}

/** The port `Users` on memory. */
export function memoryUsers(state: MemoryState): Users {
  return {
    find: async (userId) => state.user(userId),
    isOwned: async (one) => state.owner(one) !== undefined,
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
      revoke(state, 'identifier_removed', { userId, now, lost: one });
      user.identifiers = user.identifiers.filter((have) => have !== found);
      const [oldest] = ofKind.toSorted((a, b) => a.createdAt - b.createdAt);
      if (found.primary && oldest) oldest.primary = true;
      user.updatedAt = now;
      return { state: 'done', user: state.user(userId) };
    },
  };
}

/** The port `Sessions` on memory. */
export function memorySessions(state: MemoryState): Sessions {
  return {
    async put(session) {
      state.sessions.set(session.handle, { ...session });
    },
    async enter(signIn) {
      state.enter(signIn);
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
      const sessionsValidFrom = state.users.get(userId)?.sessionsValidFrom ?? 0;
      return [...state.sessions.values()]
        .filter((one) => one.userId === userId && !state.ended.has(one.handle))
        .filter((one) => one.expiresAt > now && !isRevoked(one, { sessionsValidFrom }))
        .toSorted((a, b) => b.createdAt - a.createdAt);
    },
    async end(_userId, handles, _until, event) {
      if (event) state.audit.push(event);
      for (const handle of handles) {
        state.ended.add(handle);
        state.sessions.delete(handle);
      }
    },
    async endAll(userId, event) {
      revoke(state, 'sessions_ended', { userId, now: event.at });
      state.audit.push(event);
      return state.user(userId);
    },
  };
}

/** The port `Registrations` on memory. */
export function memoryRegistrations(state: MemoryState, clock: Clock): Registrations {
  const form = async ({ id }: { id: string }): Promise<PendingForm | undefined> => {
    const text = state.forms.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as PendingForm);
  };
  const isOpen = (found: Registration | undefined): found is Registration =>
    found !== undefined && found.finishedAt === undefined;
  return {
    form,
    async find(id) {
      const registration = state.registration(id, clock.now());
      const owners = (registration?.proofs ?? [])
        .map((one) => state.owner(one))
        .filter((user): user is User => user !== undefined);
      return {
        registration,
        form: registration && (await form(registration)),
        owners: [...new Map(owners.map((user) => [user.id, user])).values()],
        bound: state.user(registration?.userId),
      };
    },
    async begin(next, pending, proofs = []) {
      state.begin(next).proofs.push(...structuredClone([...proofs]));
      state.forms.set(next.id, JSON.stringify(pending));
    },
    async keep({ id }, pending, now, bound) {
      const found = state.registrations.get(id);
      if (!isOpen(found) || found.expiresAt <= now) return false;
      state.forms.set(id, JSON.stringify(pending));
      if (bound) {
        Object.assign(found, { userId: bound.userId, userProvenAt: bound.provenAt });
        state.adopt(bound.userId, bound.adopts, now);
      }
      return true;
    },
    async finish(id, user, signIn, now) {
      const open = state.registration(id, now);
      if (!isOpen(open) || open.userId !== undefined) return { state: 'lost' };
      const field = state.conflict(user);
      if (field) return { state: 'taken', field };
      if (!state.claim(id, user.id, now)) return { state: 'lost' };
      state.insert(user, { ...signIn.event, action: 'account.registered', session: undefined });
      state.enter(signIn);
      return { state: 'done', user: state.user(user.id) };
    },
    async close(id, userId, signIn, now, adopts) {
      const open = state.registration(id, now);
      const user = state.user(userId);
      if (!isOpen(open) || !user) return { state: 'lost' };
      const holds =
        open.userId === undefined
          ? user.identifiers.some((one) =>
              open.proofs.some(
                (proof) =>
                  one.verified &&
                  sameIdentifier(one, proof) &&
                  proofOpens(proof.provenAt, user, one),
              ),
            )
          : open.userId === userId && bindingHolds(open, user);
      if (!holds || !state.claim(id, userId, now)) return { state: 'lost' };
      state.adopt(userId, adopts, now);
      state.enter(signIn);
      return { state: 'done', user: state.user(userId) };
    },
  };
}

/** The port `Audit` on memory. */
export function memoryAudit(state: MemoryState): Audit {
  return {
    async count(activity) {
      state.count(activity);
    },
    async record(event) {
      state.audit.push(structuredClone(event));
    },
    ofUser: async (userId, limit) =>
      state.audit
        .filter((event) => event.userId === userId)
        .toReversed()
        .slice(0, limit),
    list: async ({ actions, since = 0, until = Infinity, userId, actor, limit }) =>
      state.audit
        .filter(({ at }) => at >= since && at < until)
        .filter(({ action }) => actions === undefined || actions.includes(action))
        .filter((event) => userId === undefined || event.userId === userId)
        .filter((event) => actor === undefined || [event.actor, event.person].includes(actor))
        .toSorted((a, b) => b.at - a.at || (a.action < b.action ? -1 : Number(a.action > b.action)))
        .slice(0, limit),
  };
}
