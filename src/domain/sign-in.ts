/** Giving a user a session, after the proof. */
import type { Application, Ports, Session, User } from '../ports.ts';
import { newSession, surplusSessions } from './session.ts';

/** What a session remembers of the browser it was made for. */
export interface Visitor {
  ip: string;
  userAgent: string;
  host: string;
}

/** What a browser is given: the session's cookie value, the seconds it is good for, and who this device has signed in. */
export interface SessionCookie {
  set: string;
  maxAge: number;
  device?: string;
}

/**
 * Stores a new session and returns its cookie. `startedAt` is when the request began, so that a block which came in
 * between ends this session too.
 */
export async function openSession(
  ports: Ports,
  application: Application,
  user: Pick<User, 'id'>,
  visitor: Visitor,
  startedAt: number,
): Promise<SessionCookie> {
  const { cookie, handle } = await ports.sessionTokens.issue(user.id);
  const session = newSession(
    application,
    {
      userId: user.id,
      handle,
      userAgent: visitor.userAgent,
      ip: visitor.ip,
      domain: visitor.host,
    },
    startedAt,
  );
  await ports.sessions.put(session);
  ports.background(endSurplus(ports, session));
  const device = await ports.deviceTokens.issue(user.id);
  return { set: cookie, maxAge: (session.expiresAt - startedAt) / 1000, device };
}

/**
 * The same session under a new id, with the old expiry (ruling 9): for a change of privilege, after which every session
 * made before `now` is dead.
 */
export async function replaceSession(
  ports: Ports,
  old: Session,
  now: number,
): Promise<SessionCookie> {
  const { cookie, handle } = await ports.sessionTokens.issue(old.userId);
  await ports.sessions.put({ ...old, handle, createdAt: now, renewedAt: now });
  return { set: cookie, maxAge: (old.expiresAt - now) / 1000 };
}

/** Best effort: KV lists lag behind (ruling 8). */
export async function endSurplus(ports: Ports, opened: Session): Promise<void> {
  const sessions = await ports.sessions.list(opened.userId, ports.clock.now());
  const others = sessions.filter(({ handle }) => handle !== opened.handle);
  const surplus = surplusSessions([opened, ...others]);
  if (surplus.length === 0) return;
  const until = Math.max(...surplus.map(({ expiresAt }) => expiresAt));
  const handles = surplus.map(({ handle }) => handle);
  await ports.sessions.end(opened.userId, handles, until);
}
