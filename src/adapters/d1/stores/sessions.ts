/** Sessions: their values in KV, what ended them in D1. */
import { and, eq, gt } from 'drizzle-orm';
import type { Session, Sessions } from '../../../ports/index.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { isRevoked } from '../../../domain/session/session.ts';
import { keys, type Values } from '../../kv/values.ts';
import { auditStatement, signInFrom, signInParams } from './audit.ts';
import type { Database } from '../database.ts';
import { insertSelect, select, sql } from '../statements/query.ts';
import { endedSessions, users } from '../schema/index.ts';
import { builtOnce } from '../statements/common.ts';
import { byId, readUser, selectUser, u, USER_FIELDS } from '../statements/user-rows.ts';
import { userIs } from '../statements/user-statements.ts';

/** More than any user can have at once, so that one page of keys is the whole listing. */
const MAX_LISTED = 200;

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

/** A session's user, and whether the session has ended. */
const selectSession = builtOnce<{ applicationId: string; userId: string; handle: string }>()(
  ({ applicationId, userId, handle }) => ({
    found: select({
      ...USER_FIELDS,
      ended: sql`EXISTS (
        SELECT 1 FROM ${endedSessions}
        WHERE ${endedSessions.applicationId} = ${u.applicationId} AND ${endedSessions.userId} = ${u.id}
          AND ${endedSessions.handle} = ${handle})`.mapWith(Boolean),
    })
      .from(u)
      .where(byId(applicationId, userId)),
  }),
);

type Entering = { applicationId: string } & ReturnType<typeof signInParams>;

const enterStatements = builtOnce<Entering>()((given, { hasEnds }: { hasEnds: boolean }) => ({
  signIn: signInFrom(given.applicationId, given, hasEnds, sql`TRUE`),
}));

/** The port `Sessions`: values in KV, what has ended in D1. */
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
      const hasEnds = signIn.ends.length > 0;
      await database.write(
        enterStatements({ applicationId, ...signInParams(signIn) }, { hasEnds }),
      );
    },

    async find(userId, handle) {
      const [text, { found }] = await Promise.all([
        values.get(keyOf(userId, handle)),
        database.read(selectSession({ applicationId, userId, handle }, {})),
      ]);
      const [row] = found;
      return {
        // Written by `put` only.
        session: text === undefined ? undefined : (JSON.parse(text) as Session),
        user: readUser(row),
        ended: row?.ended === true,
      };
    },

    async list(userId, now) {
      const [listed, { ended, owners }] = await Promise.all([
        values.list(keys.sessionsOf(applicationId, userId), MAX_LISTED),
        database.read({
          ended: select({ handle: endedSessions.handle })
            .from(endedSessions)
            .where(
              and(
                eq(endedSessions.applicationId, applicationId),
                eq(endedSessions.userId, userId),
                gt(endedSessions.expiresAt, now),
              ),
            ),
          owners: select({ sessionsValidFrom: users.sessionsValidFrom })
            .from(users)
            .where(userIs(applicationId, userId)),
        }),
      ]);
      const gone = new Set(ended.map(({ handle }) => handle));
      const [owner] = owners;
      if (!owner) return [];
      return (
        listed
          // Written by `put` only.
          .flatMap(({ metadata }) => (metadata as Session | null) ?? [])
          .filter((session) => !gone.has(session.handle))
          .filter((session) => session.expiresAt > now && !isRevoked(session, owner))
          .toSorted((a, b) => b.createdAt - a.createdAt)
      );
    },

    async end(userId, handles, until, event) {
      // D1 first: from here on the session is dead everywhere, whatever KV still says.
      await database.write({
        ended: insertSelect(
          endedSessions,
          { applicationId, userId, handle: sql`h.value`, expiresAt: until },
          sql`FROM json_each(${JSON.stringify(handles)}) h WHERE TRUE`,
        ).onConflictDoNothing(),
        event: event && auditStatement(applicationId, event),
      });
      await Promise.all(handles.map(async (handle) => values.remove(keyOf(userId, handle))));
    },

    async endAll(userId, event) {
      const { user } = await database.write({
        revoked: revoke(applicationId, 'sessions_ended', {
          users: sql`(${userId})`,
          now: event.at,
          condition: sql`TRUE`,
        }),
        event: auditStatement(applicationId, event),
        user: selectUser(byId(applicationId, userId)),
      });
      return readUser(user[0]);
    },
  };
}
