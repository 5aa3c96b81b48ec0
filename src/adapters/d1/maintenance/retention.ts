/** Rows that have served their time, dropped in batches that leave room for shoppers in between (D-73). */
import { DAY_MS } from '../../../shared/time.ts';
import { eq, getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { AuditRetention } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import {
  columnList,
  excluded,
  insert,
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
  eventDeliveries,
  events,
  links,
  otpChallenges,
  proofs,
  registrations,
  reportCounts,
  smsCounts,
  sweeps,
  userAttributes,
  userJobErrors,
  userJobs,
} from '../schema/index.ts';
import { isSettled } from '../moves/settled.ts';
import type { Steps } from './turns.ts';

interface Expiring {
  table: SQLiteTable & { applicationId: SQLiteColumn; expiresAt: SQLiteColumn };
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
  expiring(registrations, (t) => [t.id, t.applicationId]),
  expiring(proofs, (t) => [t.registration, t.applicationId, t.kind, t.value]),
  expiring(links, (t) => [t.id, t.applicationId]),
  expiring(endedSessions, (t) => [t.applicationId, t.userId, t.handle]),
  expiring(userJobs, (t) => [t.applicationId, t.id]),
  expiring(userJobErrors, (t) => [t.applicationId, t.jobId, t.byteOffset]),
];

/**
 * Tables without one, for which an index entry would cost every login a row to write and another to drop. What lives a few
 * days only is read through by its key instead.
 */
export const SWEPT: readonly Expiring[] = [
  expiring(otpChallenges, (t) => [t.id, t.applicationId]),
  expiring(budgets, (t) => [t.applicationId, t.bucket]),
  expiring(deliveries, (t) => [t.applicationId, t.id]),
  expiring(smsCounts, (t) => [t.applicationId, t.name, t.start]),
  expiring(events, (t) => [t.applicationId, t.id]),
  expiring(eventDeliveries, (t) => [t.applicationId, t.eventId, t.endpointId]),
];

/** How long an audit row is kept (D-73). */
export const AUDIT_LIFE_MS: Record<AuditRetention, number> = {
  admin: 400 * DAY_MS,
  security: 90 * DAY_MS,
};
/** Of counts by the hour. */
const COUNTS_LIFE_MS = 400 * DAY_MS;

/** Beyond its expiry; a reset code that was used in its last minute is still asked about (D-91). */
const KEPT_FOR_MS = DAY_MS;
/** Rows of a batch: some ten milliseconds, for which everybody else waits. */
const BATCH_ROWS = 2_000;
/** Rows looked at in one batch of a sweep. */
const PAGE_ROWS = 5_000;

const SELECT_CHANGES = selectValues({ gone: sql<number>`changes()` });

/** Batches until one drops less than a whole one. */
async function* drop(database: Database, table: SQLiteTable, statement: Query): Steps {
  for (let gone = BATCH_ROWS; gone === BATCH_ROWS;) {
    const { counted } = await database.write({ drop: statement, counted: SELECT_CHANGES });
    gone = counted[0]?.gone ?? 0;
    yield { counts: { [getTableName(table)]: gone }, queries: 2 };
  }
}

/** Drops the rows whose keys a subquery finds. */
const removeByKey = (table: SQLiteTable, key: readonly SQLiteColumn[], found: SQL) =>
  remove(table).where(
    sql`(${columnList(key)}) IN (SELECT ${columnList(key)} FROM ${table} ${found})`,
  );

const dropIndexed = (database: Database, { table, key }: Expiring, before: number): Steps =>
  drop(
    database,
    table,
    removeByKey(
      table,
      key,
      sql`WHERE ${table.expiresAt} <= ${before} AND ${isSettled(table)} ORDER BY ${table.expiresAt} LIMIT ${BATCH_ROWS}`,
    ),
  );

/** Where the sweep of a table stopped, or its beginning. */
async function readCursor(database: Database, name: string, length: number) {
  const { found } = await database.read({
    found: select({ after: sweeps.after }).from(sweeps).where(eq(sweeps.name, name)),
  });
  return found[0]?.after ?? Array.from({ length }, () => '');
}

/** The values of attribute definitions that were deleted, and then the definitions. */
async function* dropAttributes(database: Database, now: number): Steps {
  const { applicationId, id, deletedAt } = attributeDefinitions;
  // What is deleted while this runs is left for the next run.
  const isDeleted = sql`${deletedAt} < ${now}`;
  const isOver = sql`${isDeleted} AND ${isSettled(attributeDefinitions)}`;
  const deleted = sql`SELECT ${applicationId}, ${id} FROM ${attributeDefinitions} WHERE ${isOver}`;
  for (const [table, key] of [
    [attributeKeys, [attributeKeys.key, attributeKeys.userId]],
    [userAttributes, [userAttributes.userId]],
  ] as const) {
    const place = [table.applicationId, table.definitionId];
    const found = sql`WHERE (${columnList(place)}) IN (${deleted}) LIMIT ${BATCH_ROWS}`;
    yield* drop(database, table, removeByKey(table, [...place, ...key], found));
  }
  // Only now that no value of theirs is left.
  const { gone } = await database.write({
    rows: remove(attributeDefinitions).where(isOver),
    gone: SELECT_CHANGES,
  });
  yield { counts: { [getTableName(attributeDefinitions)]: gone[0]?.gone ?? 0 }, queries: 2 };
}

/**
 * Reads a table through by its key, page by page, and drops what has expired. It goes on where the last run has stopped: were
 * every run to begin at the first row, those behind what is alive would stay for ever.
 */
async function* sweep(database: Database, { table, key }: Expiring, before: number): Steps {
  const name = getTableName(table);
  const columns = columnList(key);
  const keyOf = Object.fromEntries(
    key.map((column, at) => [`k${at}`, sql<string | number>`${column}`]),
  );
  let after: readonly (string | number)[] = await readCursor(database, name, key.length);
  for (let isLast = false; !isLast;) {
    const behind = sql`(${columns}) > (${sql.join(
      after.map((value) => sql`${value}`),
      sql`, `,
    )})`;
    const { ends } = await database.read({
      ends: select(keyOf)
        .from(table)
        .where(behind)
        .orderBy(...key)
        .limit(1)
        .offset(PAGE_ROWS - 1),
    });
    const end = ends[0] && Object.values(ends[0]);
    isLast = end === undefined;
    const page = end
      ? sql`${behind} AND (${columns}) <= (${sql.join(
          end.map((value) => sql`${value}`),
          sql`, `,
        )})`
      : behind;
    const next = end ?? key.map(() => '');
    const { counted } = await database.write({
      drop: remove(table).where(
        sql`${table.expiresAt} <= ${before} AND ${page} AND ${isSettled(table)}`,
      ),
      counted: SELECT_CHANGES,
      cursor: insert(sweeps)
        .values({ name, after: next })
        .onConflictDoUpdate({
          target: sweeps.name,
          set: { after: excluded(sweeps.after) },
          setWhere: sql`${sweeps.after} <> ${excluded(sweeps.after)}`,
        }),
    });
    after = next;
    yield { counts: { [name]: counted[0]?.gone ?? 0 }, queries: 4 };
  }
}

/** Audit rows of one kind of retention, application by application: each is one range of the key. */
async function* dropAudit(database: Database, retention: AuditRetention, before: number): Steps {
  const { applicationId, at, id } = auditEvents;
  const ofKind = sql`${auditEvents.retention} = ${retention}`;
  const least = sql`SELECT MIN(${applicationId}) FROM ${auditEvents} WHERE ${ofKind}`;
  const { due } = await database.read({
    due: select({ id: sql<string>`id` }).from(
      sql`(WITH RECURSIVE a(id) AS (
            ${least} UNION ALL
            SELECT (${least} AND ${applicationId} > a.id) FROM a WHERE a.id IS NOT NULL)
          SELECT id FROM a WHERE id IS NOT NULL AND ${isSettled({ applicationId: sql`a.id` })} AND EXISTS (
            SELECT 1 FROM ${auditEvents} WHERE ${ofKind} AND ${applicationId} = a.id AND ${at} <= ${before}))`,
    ),
  });
  yield { counts: { [getTableName(auditEvents)]: 0 }, queries: 1 };
  for (const application of due) {
    yield* drop(
      database,
      auditEvents,
      removeByKey(
        auditEvents,
        [auditEvents.retention, applicationId, at, id],
        sql`WHERE ${ofKind} AND ${applicationId} = ${application.id} AND ${at} <= ${before}
          ORDER BY ${at} LIMIT ${BATCH_ROWS}`,
      ),
    );
  }
}

/**
 * Drops every row that expired 24 h ago or earlier: one job a table, whose batches stand each by itself, so a run that is cut
 * short loses nothing.
 * @param now by the Worker's clock, which also judges expiry
 */
export function expiredRows(database: Database, now: number): Steps[] {
  const before = now - KEPT_FOR_MS;
  return [
    ...INDEXED.map((one) => dropIndexed(database, one, before)),
    ...SWEPT.map((one) => sweep(database, one, before)),
    ...(['admin', 'security'] as const).map((retention) =>
      dropAudit(database, retention, before - AUDIT_LIFE_MS[retention]),
    ),
    dropAttributes(database, now),
    ...[activityCounts, reportCounts].map((table) =>
      drop(
        database,
        table,
        removeByKey(
          table,
          [table.applicationId, table.hourStart, table.name],
          sql`WHERE ${table.hourStart} <= ${before - COUNTS_LIFE_MS} AND ${isSettled(table)} LIMIT ${BATCH_ROWS}`,
        ),
      ),
    ),
  ];
}
