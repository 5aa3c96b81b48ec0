import { ADMIN_ACTIONS, type Audit, type AuditEvent } from '../../ports.ts';
import type { Database, Row } from './database.ts';
import { sql, type SQL } from './sql.ts';

const DAY = 86_400_000;
/** Ruling 46. */
const LIFE = { admin: 400 * DAY, security: 90 * DAY };
const admin: ReadonlySet<string> = new Set(ADMIN_ACTIONS);

/**
 * Rows of an event, one for each user, for the batch that brings it about: neither is there without the other.
 * @param condition of the whole statement, such as whether the change was made
 */
export function auditRows(
  applicationId: string,
  event: AuditEvent,
  userIds: readonly (string | null)[],
  condition: SQL = sql`TRUE`,
): SQL {
  const { action, actor, reason, requestId, detail = {}, at } = event;
  const expiresAt = at + (admin.has(action) ? LIFE.admin : LIFE.security);
  return sql`
    INSERT INTO audit_events (application_id, id, at, action, actor, user_id, reason, request_id, detail, expires_at)
        SELECT ${applicationId}, lower(hex(randomblob(16))), ${at}, ${action}, ${actor}, j.value, ${reason ?? null},
               ${requestId ?? null}, ${JSON.stringify(detail)}, ${expiresAt}
        FROM json_each(${JSON.stringify(userIds)}) j WHERE ${condition}`;
}

/** The same for an event that is about one user, or about none. */
export const auditStatement = (applicationId: string, event: AuditEvent, condition?: SQL): SQL =>
  auditRows(applicationId, event, [event.userId ?? null], condition);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

function readEvent(row: Row): AuditEvent {
  return {
    // Written by `auditStatement` only.
    action: String(row['action']) as AuditEvent['action'],
    actor: String(row['actor']),
    userId: text(row['user_id']),
    reason: text(row['reason']),
    requestId: text(row['request_id']),
    detail: JSON.parse(String(row['detail'])) as Record<string, unknown>,
    at: Number(row['at']),
  };
}

export function d1Audit(database: Database, applicationId: string): Audit {
  return {
    async record(event) {
      await database.write([auditStatement(applicationId, event)]);
    },

    async ofUser(userId, limit) {
      const [rows = []] = await database.read([
        sql`SELECT * FROM audit_events WHERE application_id = ${applicationId} AND user_id = ${userId}
            ORDER BY at DESC LIMIT ${limit}`,
      ]);
      return rows.map(readEvent);
    },
  };
}
