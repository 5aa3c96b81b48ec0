import { HOUR_MS } from '../../../shared/time.ts';
import type { Activity, Audit, AuditEvent, AuditRetention, SignIn } from '../../../ports/index.ts';
import { ENDED_FOR_MS, MAX_SESSIONS, OPENING_EVENTS } from '../../../domain/session/session.ts';
import type { Database } from '../database.ts';
import {
  alias,
  as,
  insertSelect,
  type Operand,
  type Operands,
  type Query,
  sql,
  type SQL,
} from '../statements/query.ts';
import { listEvents, newestEvents, readEvent, retentionOf } from './audit-reads.ts';
import { activityCounts, auditEvents, endedSessions } from '../schema/index.ts';

/** Of a user's sign-ins, so that the oldest living session is found without reading all that ever happened. */
const MAX_LEDGER_ROWS = 100;

/** For `IN`. */
const OPENED_BY = sql.join(
  OPENING_EVENTS.map((one) => sql`${one}`),
  sql`, `,
);

type EventRow = Operands<Nullable<Omit<AuditEvent, 'userId' | 'action' | 'detail'>>> & {
  action: Operand<AuditEvent['action']>;
  detail?: Operand<Record<string, unknown>>;
  retention: Operand<AuditRetention>;
};
type Nullable<T> = { [K in keyof T]: T[K] | (undefined extends T[K] ? null : never) };

/** An event whose action is known while its statement is built. */
type NamedEvent = Pick<AuditEvent, 'action'> & Operands<Omit<AuditEvent, 'action'>>;
const withRetention = <E extends NamedEvent>(event: E) => ({
  ...event,
  retention: retentionOf(event.action),
});

/**
 * Rows of an event, one for each user, for the batch that brings it about: neither is there without the other.
 * @param users the ids of the users, as rows of one column `value`; one row of NULL for an event about nobody
 * @param condition of the whole statement, such as whether the change was made
 */
function insertEvents(
  applicationId: Operand<string>,
  event: EventRow,
  users: SQL,
  condition: SQL = sql`TRUE`,
) {
  const { action, retention, actor, person, reason, requestId, session, detail = {}, at } = event;
  return insertSelect(
    auditEvents,
    {
      applicationId,
      retention,
      at,
      id: sql`lower(hex(randomblob(16)))`,
      action,
      actor,
      person,
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
) =>
  insertEvents(
    applicationId,
    withRetention(event),
    sql`json_each(${JSON.stringify(userIds)})`,
    condition,
  );

/** The same for an event that is about one user, or about none. */
export const auditStatement = (applicationId: string, event: AuditEvent, condition?: SQL) =>
  auditRows(applicationId, event, [event.userId ?? null], condition);

/** The same for a user whom only the database knows: `userId` is an expression, and without a user there is no row. */
export const auditOf = (
  applicationId: Operand<string>,
  event: NamedEvent,
  userId: SQL,
  condition: SQL,
) =>
  insertEvents(
    applicationId,
    withRetention(event),
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

/** A sign-in as parameters of its statements, under names that no other parameter of a batch has. */
export const signInParams = ({ userId, event, ends, aliveSince }: SignIn) => ({
  signInUserId: userId,
  signInAction: event.action,
  signInRetention: retentionOf(event.action),
  signInActor: event.actor,
  signInPerson: event.person ?? null,
  signInAbout: event.userId ?? null,
  signInReason: event.reason ?? null,
  signInRequestId: event.requestId ?? null,
  signInSession: event.session ?? null,
  signInDetail: event.detail ?? {},
  signInAt: event.at,
  signInEnds: JSON.stringify(ends),
  signInEndedUntil: event.at + ENDED_FOR_MS,
  signInAliveSince: aliveSince,
});

/**
 * A sign-in: its row, the sessions that came with the request ended, and the oldest sessions beyond the most that a user may
 * have. For the batch of what the sign-in follows from.
 * @param given `signInParams`, or the slots of a batch that is built once
 * @param hasEnds whether sessions came with the request
 */
export function signInFrom(
  applicationId: Operand<string>,
  given: Operands<ReturnType<typeof signInParams>>,
  hasEnds: boolean,
  condition: SQL,
): Query[] {
  const { signInUserId: userId, signInSession: session, signInEndedUntil: expiresAt } = given;
  const e = alias(endedSessions, 'e');
  const ended = sql`SELECT 1 FROM ${as(e)} WHERE ${e.applicationId} = ${applicationId}
    AND ${e.userId} = ${userId} AND ${e.handle} = s.session`;
  const signIns = sql`
    SELECT ${auditEvents.session} AS session, ${auditEvents.at} AS at FROM ${auditEvents}
    WHERE ${auditEvents.applicationId} = ${applicationId} AND ${auditEvents.userId} = ${userId}
      AND ${auditEvents.userId} IS NOT NULL AND ${auditEvents.at} >= ${given.signInAliveSince}
      AND ${auditEvents.session} IS NOT NULL
      AND ${auditEvents.action} IN (${OPENED_BY})
    ORDER BY ${auditEvents.at} DESC LIMIT ${MAX_LEDGER_ROWS}`;
  const event = {
    action: given.signInAction,
    retention: given.signInRetention,
    actor: given.signInActor,
    person: given.signInPerson,
    reason: given.signInReason,
    requestId: given.signInRequestId,
    session,
    detail: given.signInDetail,
    at: given.signInAt,
  };
  return [
    insertEvents(applicationId, event, sql`(SELECT ${given.signInAbout} AS value)`, condition),
    ...(hasEnds
      ? [
          insertSelect(
            endedSessions,
            {
              applicationId,
              userId: sql`j.value ->> 'userId'`,
              handle: sql`j.value ->> 'handle'`,
              expiresAt,
            },
            sql`FROM json_each(${given.signInEnds}) j WHERE ${condition}`,
          ).onConflictDoNothing(),
        ]
      : []),
    insertSelect(
      endedSessions,
      { applicationId, userId, handle: sql`s.session`, expiresAt },
      sql`FROM (${signIns}) s WHERE ${condition} AND NOT EXISTS (${ended})
          ORDER BY s.at DESC, s.session = ${session} DESC LIMIT -1 OFFSET ${MAX_SESSIONS}`,
    ).onConflictDoNothing(),
  ];
}

/** The same for a batch that is built with its values. */
export const signInStatements = (applicationId: string, signIn: SignIn, condition: SQL): Query[] =>
  signInFrom(applicationId, signInParams(signIn), signIn.ends.length > 0, condition);

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

    list: async (query) => listEvents(database, applicationId, query),
  };
}
