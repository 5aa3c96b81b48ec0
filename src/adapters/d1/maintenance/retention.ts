/** Rows that have served their time, dropped in batches that leave room for shoppers in between (D-73). */
import { DAY_MS } from '../../../shared/time.ts';
import { getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { AuditRetention } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import {
  columnList,
  type Query,
  remove,
  select,
  selectValues,
  sql,
  type SQL,
} from '../statements/query.ts';
import {
  activityCounts,
  attributeDefinitions,
  attributeKeys,
  auditEvents,
  budgets,
  deliveries,
  endedSessions,
  links,
  otpChallenges,
  proofs,
  registrations,
  smsCounts,
  userAttributes,
  userJobErrors,
  userJobs,
} from '../schema/index.ts';

interface Expiring {
  table: SQLiteTable & { expiresAt: SQLiteColumn };
  /** The primary key. */
  key: readonly SQLiteColumn[];
}

const expiring = <T extends Expiring['table']>(
  table: T,
  key: (of: T) => SQLiteColumn[],
): Expiring => ({
  table,
  key: key(table),
});

/** Tables with an index on `expires_at`, and their keys. A test holds both lists against the schema. */
export const INDEXED: readonly Expiring[] = [
  expiring(registrations, (t) => [t.applicationId, t.id]),
  expiring(proofs, (t) => [t.applicationId, t.registration, t.kind, t.value]),
  expiring(links, (t) => [t.applicationId, t.id]),
  expiring(endedSessions, (t) => [t.applicationId, t.userId, t.handle]),
  expiring(smsCounts, (t) => [t.applicationId, t.name, t.start]),
  expiring(userJobs, (t) => [t.applicationId, t.id]),
  expiring(userJobErrors, (t) => [t.applicationId, t.jobId, t.byteOffset]),
];

/**
 * Tables without one, for which an index entry would cost every login a row to write and another to drop. What lives a few
 * days only is read through by its key instead.
 */
export const SWEPT: readonly (Expiring & { key: readonly [SQLiteColumn, SQLiteColumn] })[] = [
  { table: otpChallenges, key: [otpChallenges.applicationId, otpChallenges.id] },
  { table: budgets, key: [budgets.applicationId, budgets.bucket] },
  { table: deliveries, key: [deliveries.applicationId, deliveries.id] },
];

/** How long an audit row is kept (D-73). */
export const AUDIT_LIFE_MS: Record<AuditRetention, number> = {
  admin: 400 * DAY_MS,
  security: 90 * DAY_MS,
};
const ACTIVITY_LIFE_MS = 400 * DAY_MS;

/** Beyond its expiry; a reset code that was used in its last minute is still asked about (D-91). */
const KEPT_FOR_MS = DAY_MS;
const BATCH_ROWS = 1_000;
/** Rows looked at in one batch of a sweep. */
const PAGE_ROWS = 5_000;
/** Per table and run: together with the other tables and shards far below what one invocation may ask of D1. */
const MAX_BATCHES = 50;

export interface Dropped {
  /** Rows by table. */
  counts: Record<string, number>;
  /** False when something was left for the next run. */
  complete: boolean;
}

const SELECT_CHANGES = selectValues({ gone: sql<number>`changes()` });

/** Runs batches until one drops less than a whole one, or their number is used up. */
async function drop(
  database: Database,
  statement: Query,
): Promise<{ total: number; complete: boolean }> {
  let [total, gone] = [0, BATCH_ROWS];
  for (let batches = 0; gone === BATCH_ROWS && batches < MAX_BATCHES; batches += 1) {
    const { counted } = await database.write({ drop: statement, counted: SELECT_CHANGES });
    gone = counted[0]?.gone ?? 0;
    total += gone;
  }
  return { total, complete: gone < BATCH_ROWS };
}

/** Drops the rows whose keys a subquery finds. */
const removeByKey = (table: SQLiteTable, key: readonly SQLiteColumn[], found: SQL) =>
  remove(table).where(
    sql`(${columnList(key)}) IN (SELECT ${columnList(key)} FROM ${table} ${found})`,
  );

const dropIndexed = async (database: Database, { table, key }: Expiring, before: number) =>
  drop(
    database,
    removeByKey(
      table,
      key,
      sql`WHERE ${table.expiresAt} <= ${before} ORDER BY ${table.expiresAt} LIMIT ${BATCH_ROWS}`,
    ),
  );

/** Reads a table through by its key, page by page, and drops what has expired. */
async function sweep(
  database: Database,
  { table, key: [application, id] }: (typeof SWEPT)[number],
  before: number,
) {
  const key = columnList([application, id]);
  let [first, second] = ['', ''];
  let total = 0;
  for (let pages = 0; pages < MAX_BATCHES; pages += 1) {
    const page = sql`SELECT ${application} AS first, ${id} AS second FROM ${table}
      WHERE (${key}) > (${first}, ${second}) ORDER BY ${key} LIMIT ${PAGE_ROWS}`;
    const { last, counted } = await database.write({
      last: select({ first: sql<string>`first`, second: sql<string>`second` })
        .from(sql`(${page})`)
        .orderBy(sql`1 DESC`, sql`2 DESC`)
        .limit(1),
      drop: remove(table).where(sql`${table.expiresAt} <= ${before} AND (${key}) IN (${page})`),
      counted: SELECT_CHANGES,
    });
    total += counted[0]?.gone ?? 0;
    const [end] = last;
    if (!end) return { total, complete: true };
    ({ first, second } = end);
  }
  return { total, complete: false };
}

/** Audit rows of one kind of retention, application by application: each is one range of the key. */
async function dropAudit(database: Database, retention: AuditRetention, before: number) {
  const least = sql`SELECT MIN(${auditEvents.applicationId}) FROM ${auditEvents}`;
  const { applications } = await database.read({
    applications: select({ id: sql<string>`id` }).from(
      sql`(WITH RECURSIVE a(id) AS (
            ${least} UNION ALL
            SELECT (${least} WHERE ${auditEvents.applicationId} > a.id) FROM a WHERE a.id IS NOT NULL)
          SELECT id FROM a WHERE id IS NOT NULL)`,
    ),
  });
  const { applicationId, at, id } = auditEvents;
  const dropped = { total: 0, complete: true };
  for (const application of applications) {
    const one = await drop(
      database,
      removeByKey(
        auditEvents,
        [applicationId, auditEvents.retention, at, id],
        sql`WHERE ${applicationId} = ${application.id} AND ${auditEvents.retention} = ${retention}
          AND ${at} <= ${before} ORDER BY ${at} LIMIT ${BATCH_ROWS}`,
      ),
    );
    dropped.total += one.total;
    dropped.complete &&= one.complete;
  }
  return dropped;
}

/** The values of attribute definitions that were deleted, and then the definitions. */
async function dropAttributes(database: Database, now: number) {
  const { applicationId, id, deletedAt } = attributeDefinitions;
  // What is deleted while this runs is left for the next run.
  const isDeleted = sql`${deletedAt} < ${now}`;
  const deleted = sql`SELECT ${applicationId}, ${id} FROM ${attributeDefinitions} WHERE ${isDeleted}`;
  const total = { total: 0, complete: true };
  for (const [table, key] of [
    [attributeKeys, [attributeKeys.key, attributeKeys.userId]],
    [userAttributes, [userAttributes.userId]],
  ] as const) {
    const place = [table.applicationId, table.definitionId];
    const found = sql`WHERE (${columnList(place)}) IN (${deleted}) LIMIT ${BATCH_ROWS}`;
    const one = await drop(database, removeByKey(table, [...place, ...key], found));
    total.total += one.total;
    total.complete &&= one.complete;
  }
  if (total.complete) {
    await database.write({
      gone: remove(attributeDefinitions).where(isDeleted),
    });
  }
  return total;
}

/**
 * Drops every row that expired 24 h ago or earlier. Each batch stands by itself, so a run that is cut short loses nothing.
 * @param now by the Worker's clock, which also judges expiry
 */
export async function dropExpired(database: Database, now: number): Promise<Dropped> {
  const dropped: Dropped = { counts: {}, complete: true };
  const add = (name: string, { total, complete }: { total: number; complete: boolean }): void => {
    dropped.counts[name] = (dropped.counts[name] ?? 0) + total;
    dropped.complete &&= complete;
  };
  const before = now - KEPT_FOR_MS;
  for (const one of INDEXED) add(getTableName(one.table), await dropIndexed(database, one, before));
  for (const one of SWEPT) add(getTableName(one.table), await sweep(database, one, before));
  for (const retention of ['admin', 'security'] as const) {
    add('audit_events', await dropAudit(database, retention, before - AUDIT_LIFE_MS[retention]));
  }
  add('attributes', await dropAttributes(database, now));
  add(
    'activity_counts',
    await drop(
      database,
      removeByKey(
        activityCounts,
        [activityCounts.applicationId, activityCounts.hourStart, activityCounts.name],
        sql`WHERE ${activityCounts.hourStart} <= ${before - ACTIVITY_LIFE_MS} LIMIT ${BATCH_ROWS}`,
      ),
    ),
  );
  return dropped;
}
