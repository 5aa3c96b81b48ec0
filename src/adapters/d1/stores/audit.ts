import { HOUR_MS } from '../../../shared/time.ts';
import { desc } from 'drizzle-orm';
import {
  ADMIN_ACTIONS,
  type Activity,
  type Audit,
  type AuditEvent,
  type AuditRetention,
  type SignIn,
} from '../../../ports/index.ts';
import { ENDED_FOR_MS, MAX_SESSIONS } from '../../../domain/session/session.ts';
import type { Database } from '../database.ts';
import {
  alias,
  as,
  insertSelect,
  type Operand,
  type Operands,
  type Query,
  type RowOf,
  select,
  sql,
  type SQL,
} from '../statements/query.ts';
import { activityCounts, auditEvents, endedSessions } from '../schema/index.ts';

const admin: ReadonlySet<string> = new Set(ADMIN_ACTIONS);
/** Of a user's sign-ins, so that the oldest living session is found without reading all that ever happened. */
const MAX_LEDGER_ROWS = 100;

const retentionOf = (action: AuditEvent['action']): AuditRetention =>
  admin.has(action) ? 'admin' : 'security';

/**
 * Rows of an event, one for each user, for the batch that brings it about: neither is there without the other.
 * @param users the ids of the users, as rows of one column `value`; one row of NULL for an event about nobody
 * @param condition of the whole statement, such as whether the change was made
 */
function insertEvents(
  applicationId: Operand<string>,
  event: Pick<AuditEvent, 'action'> & Operands<Omit<AuditEvent, 'action'>>,
  users: SQL,
  condition: SQL = sql`TRUE`,
) {
  const { action, actor, reason, requestId, session, detail = {}, at } = event;
  return insertSelect(
    auditEvents,
    {
      applicationId,
      retention: retentionOf(action),
      at,
      id: sql`lower(hex(randomblob(16)))`,
      action,
      actor,
      userId: sql`j.value`,
      reason,
      requestId,
      session,
      detail,
    },
    sql`FROM ${users} j WHERE ${condition}`,
  );
}

/** The statements that write these events. */
export const auditRows = (
  applicationId: string,
  event: AuditEvent,
  userIds: readonly (string | null)[],
  condition?: SQL,
) => insertEvents(applicationId, event, sql`json_each(${JSON.stringify(userIds)})`, condition);

/** The same for an event that is about one user, or about none. */
export const auditStatement = (applicationId: string, event: AuditEvent, condition?: SQL) =>
  auditRows(applicationId, event, [event.userId ?? null], condition);

/** The same for a user whom only the database knows: `userId` is an expression, and without a user there is no row. */
export const auditOf = (
  applicationId: Operand<string>,
  event: Parameters<typeof insertEvents>[1],
  userId: SQL,
  condition: SQL,
) =>
  insertEvents(
    applicationId,
    event,
    sql`(SELECT (${userId}) AS value)`,
    sql`j.value IS NOT NULL AND ${condition}`,
  );

/** One more in this hour of what leaves no row of its own. */
export function countActivity(
  applicationId: Operand<string>,
  activity: Activity,
  at: Operand<number>,
  condition: SQL = sql`TRUE`,
) {
  return insertSelect(
    activityCounts,
    { applicationId, name: activity, hourStart: sql`${at} - ${at} % ${HOUR_MS}`, count: 1 },
    sql`WHERE ${condition}`,
  ).onConflictDoUpdate({
    target: [activityCounts.applicationId, activityCounts.hourStart, activityCounts.name],
    set: { count: sql`${activityCounts.count} + 1` },
  });
}

/**
 * A sign-in: its row, the sessions that came with the request ended, and the oldest sessions beyond the most that a user may
 * have. For the batch of what the sign-in follows from.
 */
export function signInStatements(
  applicationId: string,
  { userId, event, ends, aliveSince }: SignIn,
  condition: SQL,
): Query[] {
  const expiresAt = event.at + ENDED_FOR_MS;
  const e = alias(endedSessions, 'e');
  const ended = sql`SELECT 1 FROM ${as(e)} WHERE ${e.applicationId} = ${applicationId}
    AND ${e.userId} = ${userId} AND ${e.handle} = s.session`;
  const signIns = sql`
    SELECT ${auditEvents.session} AS session, ${auditEvents.at} AS at FROM ${auditEvents}
    WHERE ${auditEvents.applicationId} = ${applicationId} AND ${auditEvents.userId} = ${userId}
      AND ${auditEvents.userId} IS NOT NULL AND ${auditEvents.at} >= ${aliveSince}
      AND ${auditEvents.session} IS NOT NULL
      AND ${auditEvents.action} IN ('sign_in', 'session.created', 'password.changed')
    ORDER BY ${auditEvents.at} DESC LIMIT ${MAX_LEDGER_ROWS}`;
  return [
    auditStatement(applicationId, event, condition),
    ...(ends.length > 0
      ? [
          insertSelect(
            endedSessions,
            {
              applicationId,
              userId: sql`j.value ->> 'userId'`,
              handle: sql`j.value ->> 'handle'`,
              expiresAt,
            },
            sql`FROM json_each(${JSON.stringify(ends)}) j WHERE ${condition}`,
          ).onConflictDoNothing(),
        ]
      : []),
    insertSelect(
      endedSessions,
      { applicationId, userId, handle: sql`s.session`, expiresAt },
      sql`FROM (${signIns}) s WHERE ${condition} AND NOT EXISTS (${ended})
          ORDER BY s.at DESC, s.session = ${event.session ?? null} DESC LIMIT -1 OFFSET ${MAX_SESSIONS}`,
    ).onConflictDoNothing(),
  ];
}

const EVENT_FIELDS = {
  action: auditEvents.action,
  actor: auditEvents.actor,
  userId: auditEvents.userId,
  reason: auditEvents.reason,
  requestId: auditEvents.requestId,
  session: auditEvents.session,
  detail: auditEvents.detail,
  at: auditEvents.at,
};

/**
 * The newest events of those that `where` names. Ids are random: events of one millisecond would stand in another order
 * each time they are made, so they are ordered by what they say first.
 */
export const newestEvents = (where: SQL, limit: number) =>
  select(EVENT_FIELDS)
    .from(auditEvents)
    .where(where)
    .orderBy(desc(auditEvents.at), auditEvents.action, auditEvents.detail, auditEvents.id)
    .limit(limit);

/** A row of `newestEvents`. */
export const readEvent = (row: RowOf<ReturnType<typeof newestEvents>>): AuditEvent => ({
  ...row,
  userId: row.userId ?? undefined,
  reason: row.reason ?? undefined,
  requestId: row.requestId ?? undefined,
  session: row.session ?? undefined,
});

/** The port `Audit` on D1. */
export function d1Audit(database: Database, applicationId: string): Audit {
  return {
    async record(event) {
      await database.write({ event: auditStatement(applicationId, event) });
    },

    async count(activity, at) {
      await database.write({ count: countActivity(applicationId, activity, at) });
    },

    async ofUser(userId, limit) {
      const ofUser = sql`${auditEvents.applicationId} = ${applicationId} AND ${auditEvents.userId} = ${userId}`;
      const { events } = await database.read({ events: newestEvents(ofUser, limit) });
      return events.map(readEvent);
    },
  };
}
