/**
 * The state behind all memory stores of one application. JavaScript runs one turn at a time, so whatever a store does
 * between two awaits is as atomic as a batch on D1.
 */
import type {
  Activity,
  AuditEvent,
  Challenge,
  ConfigVersion,
  Identifier,
  IdentifierLimits,
  IdentifierRef,
  Limit,
  Limited,
  LinkedIdentity,
  NewLink,
  NewRegistration,
  NewUser,
  OpenChallenge,
  Profile,
  Registration,
  Session,
  SignIn,
  SocialIdentity,
  StoredLinkKind,
  User,
} from '../../ports/index.ts';
import { MemoryBudgets } from './budgets.ts';
import { MemoryAttributes } from './attributes.ts';
import { MemoryEvents } from './events.ts';
import { MemoryGroups } from './groups.ts';
import type { StoredJob } from './user-jobs.ts';
import { MAX_IDENTIFIERS } from '../../shared/bounds.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import { MAX_SESSIONS, OPENING_EVENTS } from '../../domain/session/session.ts';

export interface StoredChallenge extends Challenge {
  sealedCode: string;
  codeMac: string;
  triesBuckets: readonly string[];
  refund: readonly Limit[];
  attempts: number;
  deviceAttempts: number;
  lastSend?: string;
  consumedBy?: string;
}

export type StoredLink = Omit<NewLink, 'kind'> & {
  kind: StoredLinkKind;
  usedAt?: number;
};

export type StoredUser = Omit<User, 'identifiers'> & {
  identifiers: (Identifier & { createdAt: number })[];
};

export class MemoryState {
  readonly users = new Map<string, StoredUser>();
  readonly challenges = new Map<string, StoredChallenge>();
  readonly registrations = new Map<string, Registration>();
  readonly forms = new Map<string, string>();
  readonly sessions = new Map<string, Session>();
  readonly ended = new Set<string>();
  readonly links = new Map<string, StoredLink>();
  /** user id → PHC string; apart from the users, as no reader of a user ever sees it. */
  readonly hashes = new Map<string, string>();
  /** provider and subject → whose it is, since when */
  readonly identities = new Map<string, LinkedIdentity & { userId: string }>();
  readonly budgets = new MemoryBudgets();
  /** Of the configuration. */
  version = 1;
  /** Oldest first. */
  readonly configs: ConfigVersion[] = [];
  /** Oldest first. */
  readonly audit: AuditEvent[] = [];
  readonly activities = new Map<Activity, number>();
  readonly events = new MemoryEvents();
  readonly groups = new MemoryGroups();
  readonly attributes = new MemoryAttributes();
  readonly jobs = new Map<string, StoredJob>();

  // ── budgets ──

  limited(limits: readonly Limit[], now: number): Limited | undefined {
    return this.budgets.limited(limits, now);
  }

  charge(limits: readonly Limit[], now: number): Limited | undefined {
    return this.budgets.charge(limits, now);
  }

  giveBack(limits: readonly Limit[], chargedAt: number): void {
    this.budgets.giveBack(limits, chargedAt);
  }

  /** Those of the device when it has signed the identifier's owner in before. */
  limitsOf(one: IdentifierRef, { limits, device }: IdentifierLimits): readonly Limit[] {
    return device && this.owner(one)?.id === device.userId ? device.limits : limits;
  }

  // ── sign-ins ──

  /** A sign-in: its row, the sessions it ends, and the oldest beyond the most that a user may have. */
  enter({ userId, event, aliveSince, ends }: SignIn): void {
    this.audit.push(event);
    for (const { handle } of ends) this.ended.add(handle);
    const ledger = this.audit.filter(
      ({ action, userId: whose, session, at }) =>
        whose === userId &&
        at >= aliveSince &&
        session !== undefined &&
        !this.ended.has(session) &&
        OPENING_EVENTS.some((one) => one === action),
    );
    for (const { session } of ledger.slice(0, Math.max(0, ledger.length - MAX_SESSIONS))) {
      if (session !== undefined) this.ended.add(session);
    }
  }

  count(activity: Activity): void {
    this.activities.set(activity, (this.activities.get(activity) ?? 0) + 1);
  }

  // ── users ──

  /** A copy, as a database would hand out: what a caller does to it changes nothing here. */
  user(id: string | undefined): User | undefined {
    const stored = id === undefined ? undefined : this.users.get(id);
    if (!stored) return undefined;
    const identifiers = stored.identifiers
      .toSorted(
        (a, b) =>
          Number(b.primary) - Number(a.primary) ||
          a.createdAt - b.createdAt ||
          (a.value < b.value ? -1 : 1),
      )
      .map(({ createdAt: _, ...identifier }) => identifier);
    return structuredClone({ ...stored, identifiers });
  }

  owner(one: IdentifierRef): User | undefined {
    for (const user of this.users.values()) {
      if (user.identifiers.some((have) => have.verified && sameIdentifier(have, one))) {
        return this.user(user.id);
      }
    }
    return undefined;
  }

  /** The field that the unique indexes of D1 would refuse. */
  conflict(user: NewUser): 'email' | 'phone' | 'username' | undefined {
    for (const one of user.identifiers) {
      if (one.verified && this.owner(one)) return one.kind;
    }
    const names = [...this.users.values()].map(({ username }) => username);
    return names.includes(user.username) ? 'username' : undefined;
  }

  insert({ identifiers, passwordHash, ...user }: NewUser, event: AuditEvent): void {
    this.audit.push(event);
    if (passwordHash !== undefined) this.hashes.set(user.id, passwordHash);
    for (const one of identifiers) if (one.verified) this.dropCopies(user.id, one);
    this.users.set(user.id, {
      ...user,
      hasOldPasswordHash: false,
      sessionsValidFrom: 0,
      updatedAt: user.createdAt,
      identifiers: identifiers.map((one) => ({
        ...one,
        ...(one.verified && { verifiedAt: user.createdAt }),
        createdAt: user.createdAt,
      })),
    });
  }

  setPassword(userId: string, hash: string): void {
    this.hashes.set(userId, hash);
    const user = this.users.get(userId);
    if (user) user.hasOldPasswordHash = false;
  }

  dropCopies(userId: string, one: IdentifierRef): void {
    for (const user of this.users.values()) {
      if (user.id === userId) continue;
      user.identifiers = user.identifiers.filter((have) => !sameIdentifier(have, one));
    }
    this.dropLinks((link) => link.userId !== userId && sameIdentifier(link.identifier, one));
  }

  dropLinks(which: (link: StoredLink) => boolean): void {
    for (const [id, link] of this.links) if (which(link)) this.links.delete(id);
  }

  verify(userId: string, one: IdentifierRef, now: number): void {
    const user = this.users.get(userId);
    if (!user) return;
    this.dropCopies(userId, one);
    const primary = !user.identifiers.some((have) => have.kind === one.kind && have.primary);
    const known = user.identifiers.find((have) => sameIdentifier(have, one));
    const verified = { verified: true, verifiedAt: now } as const;
    if (!known) user.identifiers.push({ ...one, ...verified, primary, createdAt: now });
    else if (!known.verified) {
      Object.assign(known, { ...verified, primary: known.primary || primary });
    }
    user.updatedAt = now;
  }

  others(userId: string, one: IdentifierRef): number {
    const have = this.users.get(userId)?.identifiers ?? [];
    return have.filter(({ kind, value }) => kind === one.kind && value !== one.value).length;
  }

  /** Verifies those on a user that nobody else has verified, as long as the user has room for them. */
  adopt(userId: string, adopts: readonly IdentifierRef[], now: number): void {
    for (const one of adopts) {
      const isFree = [undefined, userId].includes(this.owner(one)?.id);
      if (isFree && this.others(userId, one) < MAX_IDENTIFIERS) this.verify(userId, one, now);
    }
  }

  edit(userId: string, profile: Profile, now: number): void {
    const user = this.users.get(userId);
    if (user) Object.assign(user, profile, { updatedAt: now });
  }

  // ── codes and registrations ──

  holder({ provider, subject }: SocialIdentity): string | undefined {
    return this.identities.get(`${provider} ${subject}`)?.userId;
  }

  link({ provider, subject }: SocialIdentity, userId: string, linkedAt: number): void {
    this.identities.set(`${provider} ${subject}`, { provider, subject, userId, linkedAt });
  }

  unlink({ provider, subject }: SocialIdentity): void {
    this.identities.delete(`${provider} ${subject}`);
  }

  /** Whether the identity that began it has become someone else's. */
  foreign({ identity }: Registration, userId: string): boolean {
    const holder = identity && this.holder(identity);
    return holder !== undefined && holder !== userId;
  }

  keep({ challenge, triesBuckets, refund }: OpenChallenge): void {
    const counts = { sends: 1, attempts: 0, deviceAttempts: 0 };
    this.challenges.set(challenge.id, {
      ...challenge,
      sealedCode: '',
      triesBuckets,
      refund,
      ...counts,
    });
  }

  begin(next: NewRegistration): Registration {
    const begun: Registration = { ...next, proofs: [], sentTo: [] };
    this.registrations.set(next.id, begun);
    return begun;
  }

  codesOf(registration: string): StoredChallenge[] {
    return [...this.challenges.values()].filter((one) => one.registration === registration);
  }

  registration(id: string | undefined, now: number): Registration | undefined {
    const found = id === undefined ? undefined : this.registrations.get(id);
    if (!found || found.expiresAt <= now) return undefined;
    const linkedTo = found.identity && this.holder(found.identity);
    const sentTo = this.codesOf(found.id).map(({ identifier }) => identifier);
    const distinct = sentTo.filter(
      (one, at) => sentTo.findIndex((other) => sameIdentifier(one, other)) === at,
    );
    return structuredClone({
      ...found,
      sentTo: distinct,
      ...(linkedTo !== undefined && { linkedTo }),
    });
  }

  /** Ends a registration once; false when it ended before. */
  claim(id: string, userId: string, now: number): boolean {
    const found = this.registrations.get(id);
    if (!found || found.finishedAt !== undefined || found.expiresAt <= now) return false;
    if (this.foreign(found, userId)) return false;
    Object.assign(found, { finishedAt: now, userId });
    if (found.identity) this.link(found.identity, userId, now);
    return true;
  }
}
