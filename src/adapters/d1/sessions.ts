/** Sessions: their values in KV, what ended them in D1. */
import { sql } from './sql.ts';
import type { Session, Sessions } from '../../ports.ts';
import { revoke } from './revocation-statements.ts';
import { isRevoked } from '../../domain/session.ts';
import { keys, type Values } from '../kv/values.ts';
import { auditStatement, signInStatements } from './audit.ts';
import type { Database } from './database.ts';
import { byId, readUser, selectUser } from './user-statements.ts';

/** More than any user can have at once, so that one page of keys is the whole listing. */
const LISTED = 200;

/** Bytes. Each of a user agent's may become two as JSON; with all else of a session they stay below KV's 1,024. */
const MAX_BYTES = { userAgent: 200, ip: 45, domain: 253 } as const;

/** At most `max` bytes of a text, never half a character. */
function cutBytes(text: string, max: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= max) return text;
  // As a stream, the decoder keeps back the beginning of a character whose end was cut off.
  return new TextDecoder().decode(bytes.subarray(0, max), { stream: true });
}

/** As it fits into KV's metadata, whatever the browser calls itself and the shop. */
const bounded = (session: Session): Session => ({
  ...session,
  userAgent: cutBytes(session.userAgent, MAX_BYTES.userAgent),
  ip: cutBytes(session.ip, MAX_BYTES.ip),
  domain: cutBytes(session.domain, MAX_BYTES.domain),
});

export function d1Sessions(database: Database, values: Values, applicationId: string): Sessions {
  const keyOf = (userId: string, handle: string) => keys.session(applicationId, userId, handle);

  return {
    async put(session) {
      const stored = bounded(session);
      const key = keyOf(session.userId, session.handle);
      // The same as metadata: a listing then needs no read per session.
      await values.put(key, JSON.stringify(stored), session.expiresAt, stored);
    },

    async enter(signIn) {
      await database.write(signInStatements(applicationId, signIn, sql`TRUE`));
    },

    async find(userId, handle) {
      const ended = sql`, EXISTS (SELECT 1 FROM ended_sessions e
        WHERE e.application_id = u.application_id AND e.user_id = u.id AND e.handle = ${handle}) AS ended`;
      const [text, [rows = []]] = await Promise.all([
        values.get(keyOf(userId, handle)),
        database.read([selectUser(byId(applicationId, userId), ended)]),
      ]);
      const [row] = rows;
      return {
        // Written by `put` only.
        session: text === undefined ? undefined : (JSON.parse(text) as Session),
        user: readUser(row),
        ended: row?.['ended'] === 1,
      };
    },

    async list(userId, now) {
      const [listed, [ended = [], [user] = []]] = await Promise.all([
        values.list(keys.sessionsOf(applicationId, userId), LISTED),
        database.read([
          sql`SELECT handle FROM ended_sessions
              WHERE application_id = ${applicationId} AND user_id = ${userId} AND expires_at > ${now}`,
          sql`SELECT sessions_valid_from FROM users
              WHERE application_id = ${applicationId} AND id = ${userId}`,
        ]),
      ]);
      const gone = new Set(ended.map(({ handle }) => handle));
      const sessionsValidFrom = Number(user?.['sessions_valid_from']);
      return (
        listed
          // Written by `put` only.
          .flatMap(({ metadata }) => (metadata as Session | null) ?? [])
          .filter((session) => !gone.has(session.handle))
          .filter(
            (session) => session.expiresAt > now && !isRevoked(session, { sessionsValidFrom }),
          )
          .toSorted((a, b) => b.createdAt - a.createdAt)
      );
    },

    async end(userId, handles, until, event) {
      // D1 first: from here on the session is dead everywhere, whatever KV still says.
      await database.write([
        sql`INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
            SELECT ${applicationId}, ${userId}, h.value, ${until} FROM json_each(${JSON.stringify(handles)}) h
            WHERE TRUE ON CONFLICT DO NOTHING`,
        ...(event ? [auditStatement(applicationId, event)] : []),
      ]);
      await Promise.all(handles.map(async (handle) => values.remove(keyOf(userId, handle))));
    },

    async endAll(userId, event) {
      await database.write([
        ...revoke(applicationId, 'sessions_ended', {
          users: sql`(${userId})`,
          now: event.at,
          condition: sql`TRUE`,
        }),
        auditStatement(applicationId, event),
      ]);
    },
  };
}
