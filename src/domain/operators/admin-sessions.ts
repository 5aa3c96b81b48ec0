/** Sessions in the hands of operators. Times are milliseconds. */
import { SECOND_MS } from '../../shared/time.ts';
import type { AuditActor, Application, Ports, Session } from '../../ports/index.ts';
import { customerNotFound } from './customers.ts';
import { ok, invalidField, err, type Result } from '../../shared/result.ts';
import {
  aliveSince,
  ENDED_FOR_MS,
  isRevoked,
  newSession,
  sessionLifeMs,
} from '../session/session.ts';
import { checkSignIn } from '../login/sign-in-outcome.ts';

export interface OperatorSession {
  /** As it stands in the cookie. */
  cookie: string;
  /** Seconds. */
  maxAgeSeconds: number;
}

/**
 * A session for a customer, on one of the shop's own domains.
 * @param request `maxAgeSeconds`: the configured life when left out or longer
 */
export async function openSessionForCustomer(
  ports: Ports,
  application: Application,
  request: { userId: string; domain: string; maxAgeSeconds?: number },
  by: AuditActor,
): Promise<
  Result<
    OperatorSession,
    | 'validation_failed'
    | 'not_found'
    | 'account_blocked'
    | 'account_deleted'
    | 'application_inactive'
  >
> {
  const domain = request.domain.toLowerCase();
  if (!application.domains.includes(domain)) {
    return invalidField('body.domain', 'is not a domain of this application');
  }
  const now = ports.clock.now();
  const { userId } = request;
  const user = await ports.users.find(userId);
  if (!user) return customerNotFound();
  const failure = checkSignIn(user, application);
  if (failure) return failure;
  const life = sessionLifeMs(application.config);
  const asked = request.maxAgeSeconds === undefined ? life : request.maxAgeSeconds * SECOND_MS;
  const { cookie, handle } = await ports.sessionTokens.issue(user.id);
  const validFrom = user.sessionsValidFrom;
  const visitor = { userId: user.id, handle, validFrom, userAgent: '', ip: '', domain };
  const session: Session = {
    ...newSession(application, visitor, now),
    expiresAt: now + Math.min(asked, life),
    ...(asked < life && { fixed: true }),
  };
  // The audit row first: there must be no session without one.
  const event = { ...by, action: 'session.created', userId, session: handle, at: now } as const;
  const since = aliveSince(application, now);
  await ports.sessions.enter({ userId, handle, event, aliveSince: since, ends: [] });
  await ports.sessions.put(session);
  return ok({ cookie, maxAgeSeconds: Math.floor((session.expiresAt - now) / SECOND_MS) });
}

/** @returns the handles that were alive */
export async function endAllSessions(
  ports: Ports,
  userId: string,
  by: AuditActor,
): Promise<Result<string[], 'not_found'>> {
  const now = ports.clock.now();
  const [user, sessions] = await Promise.all([
    ports.users.find(userId),
    ports.sessions.list(userId, now),
  ]);
  if (!user) return customerNotFound();
  // KV lists lag: what it does not show yet ends all the same, because D1 refuses everything made before.
  const event = { ...by, action: 'sessions.ended', userId, at: now } as const;
  await ports.sessions.endAll(userId, event);
  return ok(sessions.map(({ handle }) => handle));
}

const noSession = () => err('not_found', { message: 'No such session.' });

const HANDLE = /^[0-9a-f]{32}$/;

/** @param name a handle, with or without `sess:` in front; anything else names no session */
export async function endOneSession(
  ports: Ports,
  userId: string,
  name: string,
  by: AuditActor,
): Promise<Result<string, 'not_found'>> {
  const handle = name.replace(/^sess:/, '').toLowerCase();
  if (!HANDLE.test(handle)) return noSession();
  const now = ports.clock.now();
  const { session, user, ended } = await ports.sessions.find(userId, handle);
  if (!user) return customerNotFound();
  const dead = !session || ended || isRevoked(session, user);
  if (dead || session.expiresAt <= now) return noSession();
  const event = { ...by, action: 'session.ended', userId, session: handle, at: now } as const;
  await ports.sessions.end(userId, [handle], now + ENDED_FOR_MS, event);
  return ok(handle);
}
