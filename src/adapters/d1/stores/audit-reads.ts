/** The audit as it is read. */
import { desc } from 'drizzle-orm';
import {
  ADMIN_ACTIONS,
  SECURITY_EVENTS,
  type AuditEvent,
  type AuditQuery,
  type AuditRetention,
} from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { auditEvents } from '../schema/index.ts';
import { type RowOf, select, sql, type SQL } from '../statements/query.ts';

const adminActions: ReadonlySet<string> = new Set(ADMIN_ACTIONS);

/** How long an action is kept. */
export const retentionOf = (action: AuditEvent['action']): AuditRetention =>
  adminActions.has(action) ? 'admin' : 'security';

const EVENT_FIELDS = {
  action: auditEvents.action,
  actor: auditEvents.actor,
  person: auditEvents.person,
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
  person: row.person ?? undefined,
  userId: row.userId ?? undefined,
  reason: row.reason ?? undefined,
  requestId: row.requestId ?? undefined,
  session: row.session ?? undefined,
});

/** Actors whose events are of both kinds of retention; those of all others are kept long. */
const OWN_ACTORS: readonly string[] = ['shopper', 'system'];

/** The kinds of retention in which a query can find something. */
function retentionsOf({ actions, actor }: AuditQuery): AuditRetention[] {
  return (['admin', 'security'] as const).filter(
    (retention) =>
      (actions ?? [...ADMIN_ACTIONS, ...SECURITY_EVENTS]).some(
        (one) => retentionOf(one) === retention,
      ) &&
      (retention === 'admin' || actor === undefined || OWN_ACTORS.includes(actor)),
  );
}

/** Of each kind of retention a range of the key, read from its end; of one user, the index of users. */
export async function listEvents(
  database: Pick<Database, 'read'>,
  applicationId: string,
  query: AuditQuery,
): Promise<AuditEvent[]> {
  const { actions, since, until, userId, actor, limit } = query;
  const { applicationId: application, at } = auditEvents;
  const where = sql.join(
    [
      sql`${application} = ${applicationId}`,
      ...(since === undefined ? [] : [sql`${at} >= ${since}`]),
      ...(until === undefined ? [] : [sql`${at} < ${until}`]),
      ...(userId === undefined ? [] : [sql`${auditEvents.userId} = ${userId}`]),
      ...(actor === undefined
        ? []
        : [sql`(${auditEvents.actor} = ${actor} OR ${auditEvents.person} = ${actor})`]),
      ...(actions === undefined
        ? []
        : [
            sql`${auditEvents.action} IN (SELECT value FROM json_each(${JSON.stringify(actions)}))`,
          ]),
    ],
    sql` AND `,
  );
  const ofKind = (retention: AuditRetention) =>
    newestEvents(sql`${where} AND ${auditEvents.retention} = ${retention}`, limit);
  const kinds = retentionsOf(query);
  const { admin, security } = await database.read({
    admin: kinds.includes('admin') ? ofKind('admin') : undefined,
    security: kinds.includes('security') ? ofKind('security') : undefined,
  });
  // An action is of one kind, so that events of one action stand as they were read.
  return [...admin, ...security]
    .map(readEvent)
    .toSorted((a, b) => b.at - a.at || (a.action < b.action ? -1 : Number(a.action > b.action)))
    .slice(0, limit);
}
