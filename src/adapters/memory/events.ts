/**
 * Events of memory stores: what a call has changed is found by comparing, so that no store can forget its event. On D1
 * triggers do this. Nothing is compared, and nothing kept, while nobody has subscribed.
 */
import type { Clock, CustomerEvent, EventType } from '../../ports/index.ts';
import { ALL_SESSIONS } from '../../domain/events/payload.ts';
import { OPENING_EVENTS } from '../../domain/session/session.ts';
import type { MemoryState, StoredUser } from './state.ts';

/** Events of one application. */
export class MemoryEvents {
  /** What is written. */
  readonly types = new Set<EventType>();
  /** Oldest first. */
  readonly written: CustomerEvent[] = [];
  readonly #sequences = new Map<string, number>();

  write(event: Omit<CustomerEvent, 'id' | 'sequence'>): void {
    if (!this.types.has(event.type)) return;
    const sequence = (this.#sequences.get(event.userId) ?? 0) + 1;
    this.#sequences.set(event.userId, sequence);
    this.written.push({ ...event, id: `evt_${crypto.randomUUID()}`, sequence });
  }

  /** Drops what was written of a user. */
  forget(gone: string): void {
    const kept = this.written.filter(({ userId }) => userId !== gone);
    this.written.splice(0, this.written.length, ...kept);
  }
}

/** Fields whose change is an update, by the names that events have for them. */
const FIELDS: Readonly<Record<string, keyof StoredUser>> = {
  first_name: 'firstName',
  last_name: 'lastName',
  username: 'username',
  gender: 'gender',
  dob: 'dob',
  profile_pic_url: 'profilePicUrl',
  meta: 'meta',
  external_id: 'externalId',
  rr_id: 'rrId',
  consent: 'consent',
};

type Snapshot = ReturnType<typeof snapshotOf>;

function snapshotOf(state: MemoryState) {
  const { identities, attributes } = state;
  const of = (id: string, list: Iterable<{ userId: string }>): string =>
    JSON.stringify([...list].filter(({ userId }) => userId === id));
  return {
    users: new Map(
      [...state.users.values()].map((user) => [
        user.id,
        {
          user: structuredClone(user),
          identities: of(user.id, identities.values()),
          attributes: of(user.id, attributes.values.values()),
        },
      ]),
    ),
    ended: new Set(state.ended),
    owners: new Map([
      ...state.audit.map(({ session, userId }) => [session, userId] as const),
      ...[...state.sessions.values()].map(({ handle, userId }) => [handle, userId] as const),
    ]),
    audited: state.audit.length,
  };
}

type Before = NonNullable<ReturnType<Snapshot['users']['get']>>;

const shown = (user: StoredUser, which: 'email' | 'phone'): string =>
  JSON.stringify(
    user.identifiers
      .filter(({ kind }) => kind === which)
      .map(({ value, verified, primary }) => `${value} ${verified} ${primary}`)
      .toSorted((a, b) => (a < b ? -1 : 1)),
  );

const verifiedOf = ({ identifiers }: StoredUser): string[] =>
  identifiers.filter(({ verified }) => verified).map(({ kind, value }) => `${kind} ${value}`);

/** Names of what has changed, and of those the ones that have become verified. */
function changesOf(before: Before, after: Before): { changed: string[]; verified: string[] } {
  const [was, is] = [before.user, after.user];
  const fields = Object.entries(FIELDS)
    .filter(([, field]) => JSON.stringify(was[field]) !== JSON.stringify(is[field]))
    .map(([name]) => name);
  const known = new Set(verifiedOf(was));
  const fresh = verifiedOf(is).filter((one) => !known.has(one));
  const verified = [
    ...(fresh.some((one) => one.startsWith('email ')) ? ['emails'] : []),
    ...(fresh.some((one) => one.startsWith('phone ')) ? ['phone_numbers'] : []),
  ];
  const lists = [
    ...(shown(was, 'email') === shown(is, 'email') ? [] : ['emails']),
    ...(shown(was, 'phone') === shown(is, 'phone') ? [] : ['phone_numbers']),
  ].filter((name) => !verified.includes(name));
  const more = (['identities', 'attributes'] as const).filter(
    (name) => before[name] !== after[name],
  );
  return { changed: [...fields, ...lists, ...more].toSorted(), verified };
}

/** The states whose beginning and end are events. */
function statesOf({ user: was }: Before, { user: is }: Before): EventType[] {
  const began = (field: 'blockedAt' | 'archivedAt' | 'deletedAt') =>
    was[field] === undefined && is[field] !== undefined;
  const isGone = (user: StoredUser) =>
    user.archivedAt !== undefined || user.deletedAt !== undefined;
  return [
    ...(began('blockedAt') ? (['customer.blocked'] as const) : []),
    ...(was.blockedAt !== undefined && is.blockedAt === undefined
      ? (['customer.unblocked'] as const)
      : []),
    ...(began('archivedAt') ? (['customer.archived'] as const) : []),
    ...(isGone(was) && !isGone(is) ? (['customer.restored'] as const) : []),
    ...(began('deletedAt') ? (['customer.deleted'] as const) : []),
  ];
}

function writeChanges(state: MemoryState, before: Snapshot, at: number): void {
  const after = snapshotOf(state);
  const write = (type: EventType, userId: string, changed: string[] = [], session?: string) =>
    state.events.write({ type, userId, changed, at, ...(session !== undefined && { session }) });
  for (const [id, is] of after.users) {
    const was = before.users.get(id);
    if (!was) {
      write('customer.created', id);
      continue;
    }
    if (was.user.sessionsValidFrom !== is.user.sessionsValidFrom) {
      write('session.ended', id, [], ALL_SESSIONS);
    }
    const { changed, verified } = changesOf(was, is);
    if (verified.length > 0) write('customer.verified', id, verified);
    if (changed.length > 0) write('customer.updated', id, changed);
    for (const type of statesOf(was, is)) write(type, id);
  }
  for (const id of before.users.keys()) {
    if (after.users.has(id)) continue;
    state.events.forget(id);
    write('customer.erased', id);
  }
  const opened = state.audit
    .slice(before.audited)
    .filter(({ action }) => OPENING_EVENTS.some((one) => one === action));
  for (const { userId, session } of opened) {
    if (userId !== undefined && session !== undefined)
      write('session.created', userId, [], session);
  }
  for (const handle of after.ended) {
    const userId = before.owners.get(handle);
    if (!before.ended.has(handle) && userId !== undefined) {
      write('session.ended', userId, [], handle);
    }
  }
}

/**
 * The same store, whose calls write the events of what they change. A call that changes something does so before it first
 * waits, as all memory stores do, so that each change is compared by itself.
 */
export function withEvents<S extends object>(store: S, state: MemoryState, clock: Clock): S {
  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        if (state.events.types.size === 0) return method.apply(target, args) as unknown;
        const before = snapshotOf(state);
        const result: unknown = method.apply(target, args);
        writeChanges(state, before, clock.now());
        return result;
      };
    },
  });
}
