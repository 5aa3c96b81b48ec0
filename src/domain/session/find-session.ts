/** Whose session do cookies name? The one answer for requests, and for Workers that ask over a binding. */
import type {
  Application,
  Ports,
  Session,
  SessionEvidence,
  SessionRef,
  User,
} from '../../ports/index.ts';
import { judgeSession, renewSession } from './session.ts';

export interface FoundSession {
  /** The sessions that genuine cookies name, whether or not they are still alive. */
  presented: readonly SessionRef[];
  /** For the log: what was strange about the cookies. */
  notice?: string;
  alive?: {
    cookie: string;
    signedIn: { user: User; session: Session };
    /** When a rolling one is due, what it is to become. */
    renewed: Session | undefined;
  };
}

/** Where sessions are looked up: the primary, or the nearest copy, which may not know. */
interface Sources {
  find(userId: string, handle: string): Promise<SessionEvidence | undefined>;
}

/** Genuine cookies of one request that are looked up. */
const MAX_SESSION_COOKIES = 4;

/**
 * Finds the living session that cookies name: signed by us, in KV, not ended, not revoked, not expired, its user and its
 * application active. Forged and dead cookies are passed over. Living sessions of different users count for nothing: one of
 * them was tossed in by another page of the domain, and nothing says which. Nothing is written.
 * @param cookies values of `f.session`
 * @param now milliseconds
 */
export async function findSession(
  cookies: readonly string[],
  ports: Pick<Ports, 'sessionTokens'>,
  application: Application,
  sessions: Sources,
  now: number,
): Promise<FoundSession> {
  const opened = await Promise.all(
    cookies.map(async (cookie) => ({ cookie, ref: await ports.sessionTokens.open(cookie) })),
  );
  const genuine = opened.flatMap(({ cookie, ref }) => (ref ? [{ cookie, ref }] : []));
  const presented = genuine.map(({ ref }) => ref);
  const judged = await Promise.all(
    genuine.slice(0, MAX_SESSION_COOKIES).map(async ({ cookie, ref }) => {
      const evidence = await sessions.find(ref.userId, ref.handle);
      return { cookie, signedIn: evidence && judgeSession(evidence, application, now) };
    }),
  );
  const living = judged.flatMap(({ cookie, signedIn }) => (signedIn ? [{ cookie, signedIn }] : []));
  const [first] = living;
  if (!first) return { presented };
  const { cookie, signedIn } = first;
  if (living.some((one) => one.signedIn.user.id !== signedIn.user.id)) {
    return { presented, notice: 'session cookies of different users' };
  }
  const renewed = renewSession(signedIn.session, application, now);
  return { presented, alive: { cookie, signedIn, renewed } };
}
