/** Sessions: their values in KV, what ended them in D1. */
import { and, eq, gt } from 'drizzle-orm';
import type {
  Clock,
  NearestSessions,
  Session,
  SessionEvidence,
  Sessions,
} from '../../../ports/index.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { isRevoked } from '../../../domain/session/session.ts';
import { SECOND_MS } from '../../../shared/time.ts';
import { keys, type Values } from '../../kv/values.ts';
import { auditStatement, signInFrom, signInParams } from './audit.ts';
import type { Database } from '../database.ts';
import { insertSelect, select, sql, type Operand } from '../statements/query.ts';
import { endedSessions, heartbeats, users } from '../schema/index.ts';
import { builtOnce } from '../statements/common.ts';
import {
  byId,
  readUser,
  selectUser,
  u,
  USER_FIELDS,
  type UserRow,
} from '../statements/user-rows.ts';
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

type Place = { applicationId: string; userId: string; handle: string };

/** What D1 knows of a session. */
const fieldsOf = (handle: Operand<string>) => ({
  ...USER_FIELDS,
  ended: sql`EXISTS (
    SELECT 1 FROM ${endedSessions}
    WHERE ${endedSessions.applicationId} = ${u.applicationId} AND ${endedSessions.userId} = ${u.id}
      AND ${endedSessions.handle} = ${handle})`.mapWith(Boolean),
});

/** A session's user, and whether the session has ended. */
const selectSession = builtOnce<Place>()(({ applicationId, userId, handle }) => ({
  found: select(fieldsOf(handle)).from(u).where(byId(applicationId, userId)),
}));

/** The same, and in the same statement, so of the same moment, how new the copy is that answers. */
const selectDatedSession = builtOnce<Place>()(({ applicationId, userId, handle }) => ({
  found: select({
    ...fieldsOf(handle),
    heartbeat: sql<number | null>`(SELECT ${heartbeats.at} FROM ${heartbeats} LIMIT 1)`,
  })
    .from(u)
    .where(byId(applicationId, userId)),
}));

const evidenceOf = (
  text: string | undefined,
  row: (UserRow & { ended: boolean }) | undefined,
): SessionEvidence => ({
  // Written by `put` only.
  session: text === undefined ? undefined : (JSON.parse(text) as Session),
  user: readUser(row),
  ended: row?.ended === true,
});

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
      return evidenceOf(text, found[0]);
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

/** How far a replica may be behind: a revocation counts everywhere after this (D-107). The heartbeat is a minute apart. */
const MAX_LAG_MS = 120 * SECOND_MS;
/** A heartbeat from the future would make a replica look newer than it is; clocks differ by less. */
const MAX_CLOCK_SKEW_MS = 5 * SECOND_MS;

const isFresh = (heartbeat: number | null, now: number): boolean =>
  heartbeat !== null && now - heartbeat <= MAX_LAG_MS && heartbeat - now <= MAX_CLOCK_SKEW_MS;

/** The port `NearestSessions`: a copy that fails or is too old answers nothing. */
export function d1NearestSessions(
  nearest: Pick<Database, 'read'>,
  values: Values,
  applicationId: string,
  clock: Clock,
): NearestSessions {
  return {
    async find(userId, handle) {
      const [text, row] = await Promise.all([
        values.get(keys.session(applicationId, userId, handle)),
        nearest.read(selectDatedSession({ applicationId, userId, handle }, {})).then(
          ({ found }) => found[0],
          // Whatever is wrong with it, or with the bookmark: the primary is asked.
          () => undefined,
        ),
      ]);
      return row && isFresh(row.heartbeat, clock.now()) ? evidenceOf(text, row) : undefined;
    },
  };
}
