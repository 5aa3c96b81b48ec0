/** Giving a user a session, after the proof. */
import { SECOND_MS } from '../../shared/time.ts';
import type {
  Application,
  AuditEvent,
  Ports,
  Session,
  SessionRef,
  SignIn,
  SignInMethod,
  User,
} from '../../ports/index.ts';
import { aliveSince, newSession } from '../session/session.ts';

/** The browser that a session is made for, as the session stores it. */
export interface ClientInfo {
  ip: string;
  userAgent: string;
  host: string;
}

/** The cookies of a new session: its value, its life in seconds, and the device cookie. */
export interface SessionCookie {
  set: string;
  maxAgeSeconds: number;
  device?: string;
}

/** A session that has its id, and is stored once the batch that signs the user in has gone through. */
export interface PreparedSession {
  cookie: string;
  signIn: SignIn;
}

/**
 * A fresh session id, with the ledger row for the batch that signs the user in.
 * @param by `presented` are sessions that came with the request, and end with the sign-in
 * @param startedAt when the request began, in milliseconds
 */
export async function prepareSession(
  ports: Pick<Ports, 'sessionTokens' | 'requestId'>,
  application: Application,
  userId: string,
  by: { method: SignInMethod; presented?: readonly SessionRef[] },
  startedAt: number,
): Promise<PreparedSession> {
  const { cookie, handle } = await ports.sessionTokens.issue(userId);
  const event: AuditEvent = {
    action: 'sign_in',
    actor: 'shopper',
    userId,
    requestId: ports.requestId,
    session: handle,
    detail: { method: by.method },
    at: startedAt,
  };
  const ends = by.presented ?? [];
  const since = aliveSince(application, startedAt);
  return { cookie, signIn: { userId, handle, event, aliveSince: since, ends } };
}

/**
 * Stores a prepared session and returns its cookie.
 * @param user as read in the batch that signed in: a revocation after it ends this session too
 */
export async function openSession(
  ports: Ports,
  application: Application,
  user: Pick<User, 'id' | 'sessionsValidFrom'>,
  visitor: ClientInfo,
  { cookie, signIn }: PreparedSession,
  /** When it begins: with its request, unless that has itself ended all sessions. */
  startedAt = signIn.event.at,
): Promise<SessionCookie> {
  const session = newSession(
    application,
    {
      userId: user.id,
      handle: signIn.handle,
      validFrom: user.sessionsValidFrom,
      userAgent: visitor.userAgent,
      ip: visitor.ip,
      domain: visitor.host,
    },
    startedAt,
  );
  await ports.sessions.put(session);
  const device = await ports.deviceTokens.issue(user.id);
  return { set: cookie, maxAgeSeconds: (session.expiresAt - startedAt) / SECOND_MS, device };
}

/**
 * The same session under a new id, with the old expiry (D-37), after a change that has ended every session.
 * @param issued the new id, which the batch of the change has put into the ledger
 */
export async function replaceSession(
  ports: Ports,
  old: Session,
  { sessionsValidFrom: validFrom }: Pick<User, 'sessionsValidFrom'>,
  { cookie, handle }: { cookie: string; handle: string },
  now: number,
): Promise<SessionCookie> {
  const createdAt = Math.max(now, validFrom);
  await ports.sessions.put({ ...old, handle, validFrom, createdAt, renewedAt: now });
  return { set: cookie, maxAgeSeconds: (old.expiresAt - now) / SECOND_MS };
}
