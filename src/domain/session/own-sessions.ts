/** Sessions in the hands of the shopper whose they are. Times are milliseconds. */
import type { Ports, Session, User } from '../../ports/index.ts';
import { err, invalidField, ok, type Result } from '../../shared/result.ts';
import { replaceSession, type SessionCookie } from '../login/sign-in.ts';
import { shopperEvent } from '../operators/audit-event.ts';
import { ENDED_FOR_MS, isRevoked } from './session.ts';

interface SignedIn {
  user: User;
  session: Session;
}

/** The living sessions of the shopper, the one that asks first, the others newest first. */
export async function ownSessions(
  ports: Pick<Ports, 'sessions' | 'clock'>,
  { user, session }: SignedIn,
): Promise<Session[]> {
  const listed = await ports.sessions.list(user.id, ports.clock.now());
  // KV's listing may lag behind; the session that asks is certainly there.
  return [session, ...listed.filter(({ handle }) => handle !== session.handle)];
}

/** Ends one other session of the shopper. The one that asks ends by `logout`, which takes its cookie along. */
export async function endOwnSession(
  ports: Pick<Ports, 'sessions' | 'clock' | 'requestId'>,
  { user, session: own }: SignedIn,
  handle: string,
): Promise<Result<undefined, 'not_found' | 'validation_failed'>> {
  if (handle === own.handle) return invalidField('body.session', 'is this session; use logout');
  const { session, ended } = await ports.sessions.find(user.id, handle);
  const event = { ...shopperEvent(ports, 'logout', user.id), session: handle };
  if (!session || ended || isRevoked(session, user) || session.expiresAt <= event.at) {
    return err('not_found', { message: 'No such session.' });
  }
  await ports.sessions.end(user.id, [handle], event.at + ENDED_FOR_MS, event);
  return ok(undefined);
}

/**
 * Ends every other session, those too that KV does not list yet: all end, with every pending credential, and the one that
 * asks goes on under a new id.
 * @returns its cookie; undefined when the account is gone meanwhile
 */
export async function endOtherSessions(
  ports: Ports,
  { user, session }: SignedIn,
): Promise<SessionCookie | undefined> {
  const issued = await ports.sessionTokens.issue(user.id);
  const event = { ...shopperEvent(ports, 'sessions.replaced', user.id), session: issued.handle };
  const current = await ports.sessions.endAll(user.id, event);
  return current && replaceSession(ports, session, current, issued, event.at);
}
