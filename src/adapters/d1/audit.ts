import {
  ADMIN_ACTIONS,
  type Activity,
  type Audit,
  type AuditEvent,
  type AuditRetention,
  type SignIn,
} from '../../ports.ts';
import { ENDED_FOR_MS, MAX_SESSIONS } from '../../domain/session.ts';
import type { Database, Row } from './database.ts';
import { sql, type SQL } from './sql.ts';

const HOUR_MS = 3_600_000;
const admin: ReadonlySet<string> = new Set(ADMIN_ACTIONS);
/** Of a user's sign-ins, so that the oldest living session is found without reading all that ever happened. */
const LEDGER_DEPTH = 100;

const retentionOf = (action: AuditEvent['action']): AuditRetention =>
  admin.has(action) ? 'admin' : 'security';

/**
 * Rows of an event, one for each user, for the batch that brings it about: neither is there without the other.
 * @param users the ids of the users, as rows of one column `value`; one row of NULL for an event about nobody
 * @param condition of the whole statement, such as whether the change was made
 */
function insertEvents(
  applicationId: string,
  event: AuditEvent,
  users: SQL,
  condition: SQL = sql`TRUE`,
): SQL {
  const { action, actor, reason, requestId, session, detail = {}, at } = event;
  return sql`
    INSERT INTO audit_events (application_id, retention, at, id, action, actor, user_id, reason, request_id, session, detail)
        SELECT ${applicationId}, ${retentionOf(action)}, ${at}, lower(hex(randomblob(16))), ${action}, ${actor}, j.value,
               ${reason ?? null}, ${requestId ?? null}, ${session ?? null}, ${JSON.stringify(detail)}
        FROM ${users} j WHERE ${condition}`;
}

export const auditRows = (
  applicationId: string,
  event: AuditEvent,
  userIds: readonly (string | null)[],
  condition?: SQL,
): SQL => insertEvents(applicationId, event, sql`json_each(${JSON.stringify(userIds)})`, condition);

/** The same for an event that is about one user, or about none. */
export const auditStatement = (applicationId: string, event: AuditEvent, condition?: SQL): SQL =>
  auditRows(applicationId, event, [event.userId ?? null], condition);

/** The same for a user whom only the database knows: `userId` is an expression, and without a user there is no row. */
export const auditOf = (
  applicationId: string,
  event: AuditEvent,
  userId: SQL,
  condition: SQL,
): SQL =>
  insertEvents(
    applicationId,
    event,
    sql`(SELECT (${userId}) AS value)`,
    sql`j.value IS NOT NULL AND ${condition}`,
  );

/** One more in this hour of what leaves no row of its own. */
export function countActivity(
  applicationId: string,
  activity: Activity,
  at: number,
  condition: SQL = sql`TRUE`,
): SQL {
  return sql`
    INSERT INTO activity_counts (application_id, name, hour_start, count)
    SELECT ${applicationId}, ${activity}, ${at - (at % HOUR_MS)}, 1 WHERE ${condition}
    ON CONFLICT (application_id, hour_start, name) DO UPDATE SET count = count + 1`;
}

/**
 * A sign-in: its row, the sessions that came with the request ended, and the oldest sessions beyond the most that a user may
 * have. For the batch of what the sign-in follows from.
 */
export function signInStatements(
  applicationId: string,
  { userId, event, ends, aliveSince }: SignIn,
  condition: SQL,
): SQL[] {
  const until = event.at + ENDED_FOR_MS;
  const ended = sql`SELECT 1 FROM ended_sessions e WHERE e.application_id = ${applicationId}
    AND e.user_id = ${userId} AND e.handle = s.session`;
  return [
    auditStatement(applicationId, event, condition),
    ...(ends.length > 0
      ? [
          sql`INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
              SELECT ${applicationId}, j.value ->> 'userId', j.value ->> 'handle', ${until}
              FROM json_each(${JSON.stringify(ends)}) j WHERE ${condition} ON CONFLICT DO NOTHING`,
        ]
      : []),
    sql`INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
        SELECT ${applicationId}, ${userId}, s.session, ${until}
        FROM (SELECT session, at, id FROM audit_events
              WHERE application_id = ${applicationId} AND user_id = ${userId} AND user_id IS NOT NULL
                AND at >= ${aliveSince} AND session IS NOT NULL
                AND action IN ('sign_in', 'session.created', 'password.changed')
              ORDER BY at DESC LIMIT ${LEDGER_DEPTH}) s
        WHERE ${condition} AND NOT EXISTS (${ended})
        ORDER BY s.at DESC, s.session = ${event.session ?? null} DESC LIMIT -1 OFFSET ${MAX_SESSIONS}
        ON CONFLICT DO NOTHING`,
  ];
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A row of `audit_events`. */
export function readEvent(row: Row): AuditEvent {
  return {
    // Written by `auditStatement` only.
    action: String(row['action']) as AuditEvent['action'],
    actor: String(row['actor']),
    userId: text(row['user_id']),
    reason: text(row['reason']),
    requestId: text(row['request_id']),
    session: text(row['session']),
    detail: JSON.parse(String(row['detail'])) as Record<string, unknown>,
    at: Number(row['at']),
  };
}

export function d1Audit(database: Database, applicationId: string): Audit {
  return {
    async record(event) {
      await database.write([auditStatement(applicationId, event)]);
    },

    async count(activity, at) {
      await database.write([countActivity(applicationId, activity, at)]);
    },

    async ofUser(userId, limit) {
      // Ids are random: events of one millisecond would stand in another order each time they are made.
      const [rows = []] = await database.read([
        sql`SELECT * FROM audit_events WHERE application_id = ${applicationId} AND user_id = ${userId}
            ORDER BY at DESC, action, detail, id LIMIT ${limit}`,
      ]);
      return rows.map(readEvent);
    },
  };
}
