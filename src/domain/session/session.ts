/** How long sessions live and when one is alive (D-34 to D-37). Pure: stores and clocks are the caller's. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/time.ts';
import type { Application, AuditEvent, Session, SessionEvidence, User } from '../../ports/index.ts';
import { statusOf } from '../user/user.ts';

/** The units of `session_config.type`. */
export const UNIT_MS = { Minutes: MINUTE_MS, Hours: HOUR_MS, Days: DAY_MS } as const;
/** A stored session is written again at most this often: KV takes one write a second and key (D-36). */
const RENEWAL_GAP_MS = HOUR_MS;
/**
 * … or at this share of its life, when that is shorter: with the hour alone a rolling session of 30 minutes would never
 * be renewed, and would throw out a shopper who is busy.
 */
const RENEWAL_SHARE = 4;
/** No rolling session outlives this. */
export const MAX_SESSION_LIFE_MS = 365 * DAY_MS;
/** How long the ledger remembers an ended session: longer than any session can live. */
export const ENDED_FOR_MS = MAX_SESSION_LIFE_MS + DAY_MS;
/** KV takes no shorter life. */
const MIN_LIFE_MS = MINUTE_MS;
export const MAX_SESSIONS = 20;
/** Events that open a session: its ledger, whose `session` is the handle that counts towards the most a user may have. */
export const OPENING_EVENTS = [
  'sign_in',
  'session.created',
  'password.changed',
  'sessions.replaced',
] as const satisfies readonly AuditEvent['action'][];

/** Milliseconds a session lives from its creation, or idles when it is rolling. */
export function sessionLifeMs({
  session_config: { duration, type },
}: Application['config']): number {
  return Math.min(Math.max(duration * UNIT_MS[type], MIN_LIFE_MS), MAX_SESSION_LIFE_MS);
}

/** A session that begins `now` (milliseconds) and lives as long as the application says. */
export function newSession(
  application: Application,
  of: Pick<Session, 'userId' | 'handle' | 'validFrom' | 'userAgent' | 'ip' | 'domain'>,
  now: number,
): Session {
  const { userId, handle, validFrom, userAgent, ip, domain } = of;
  const expiresAt = now + sessionLifeMs(application.config);
  const times = { createdAt: now, renewedAt: now, expiresAt };
  return { userId, handle, validFrom, userAgent, ip, domain, ...times };
}

/** Sessions that were opened before this have ended by themselves; milliseconds. */
export function aliveSince({ config }: Application, now: number): number {
  return now - (config.session_config.is_rolling ? MAX_SESSION_LIFE_MS : sessionLifeMs(config));
}

/**
 * Whether a revocation came after the session was begun: it was opened under another `sessionsValidFrom` than the present
 * one, or by a request that had begun before it.
 */
export function isRevoked(
  { validFrom, createdAt }: Session,
  { sessionsValidFrom }: Pick<User, 'sessionsValidFrom'>,
): boolean {
  return validFrom !== sessionsValidFrom || createdAt < sessionsValidFrom;
}

/**
 * The user and the session when the session is alive: KV has it, D1 has not ended it, nothing has revoked it since it was
 * opened, its user is active.
 * KV alone never lets anyone in.
 */
export function judgeSession(
  evidence: SessionEvidence,
  application: Application,
  now: number,
): { user: User; session: Session } | undefined {
  const { session, user, ended } = evidence;
  if (!session || !user || ended || !application.config.active) return undefined;
  if (session.expiresAt <= now || isRevoked(session, user)) return undefined;
  return statusOf(user) === 'active' ? { user, session } : undefined;
}

/** The renewed session when a rolling one is due, else undefined. */
export function renewSession(
  session: Session,
  application: Application,
  now: number,
): Session | undefined {
  if (session.fixed || !application.config.session_config.is_rolling) return undefined;
  const lifeMs = sessionLifeMs(application.config);
  if (now - session.renewedAt < Math.min(RENEWAL_GAP_MS, lifeMs / RENEWAL_SHARE)) return undefined;
  const expiresAt = Math.min(now + lifeMs, session.createdAt + MAX_SESSION_LIFE_MS);
  return { ...session, renewedAt: now, expiresAt };
}

/** How operators name a session; both forms are read. */
export const sessionName = (handle: string): string => `sess:${handle}`;
