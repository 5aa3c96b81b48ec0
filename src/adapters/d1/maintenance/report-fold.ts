/**
 * The figures of reports, folded from rows that are there anyway, so that no request writes any. A fold counts whole hours and
 * replaces what stood there: it can be cut short and done again, and counts each row once. An application that moves (D-109) is
 * counted when it has arrived, from the hour on in which the move began.
 */
import { getTableName } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { DAY_MS, HOUR_MS } from '../../../shared/time.ts';
import type { Database } from '../database.ts';
import {
  auditEvents,
  deliveries,
  movePlaces,
  otpChallenges,
  reportCounts,
  sweeps,
} from '../schema/index.ts';
import { columnList, excluded, insertSelect, select, sql, type SQL } from '../statements/query.ts';
import { isSettled } from '../moves/settled.ts';
import type { Steps } from './turns.ts';

/** Where the fold of the audit has come to, among the cursors of sweeps. */
const AUDIT_CURSOR = 'report:audit_events';
/** A row may come to lie in an hour that is over: requests take their time, and clocks differ. */
const LATE_MS = HOUR_MS;
/** Hours of the audit in one statement. */
const CHUNK_MS = DAY_MS;
/** Codes are dropped a day after their end, so that all of these hours are still there whole. */
const SCANNED_MS = DAY_MS;
/** Rows in one statement of a scan; it gives out a few. */
const PAGE_ROWS = 50_000;

const hourOf = (at: number): number => at - (at % HOUR_MS);
const hour = (at: SQLiteColumn): SQL => sql`${at} - ${at} % ${HOUR_MS}`;

const REPLACE = {
  target: [reportCounts.applicationId, reportCounts.hourStart, reportCounts.name],
  set: { count: excluded(reportCounts.count) },
  // A count that stays is no row written.
  setWhere: sql`${reportCounts.count} <> ${excluded(reportCounts.count)}`,
};

/** Applications that have events of a kind, each found by a step in the key. */
const applicationsIn = (retention: 'admin' | 'security'): SQL => {
  const least = sql`SELECT MIN(${auditEvents.applicationId}) FROM ${auditEvents} WHERE ${auditEvents.retention} = ${retention}`;
  return sql`(WITH RECURSIVE a(id) AS (${least} UNION ALL
    SELECT (${least} AND ${auditEvents.applicationId} > a.id) FROM a WHERE a.id IS NOT NULL)
    SELECT id FROM a WHERE id IS NOT NULL)`;
};

/** A sign-in is counted by its method. */
const EVENT_NAME = sql`${auditEvents.action} || CASE WHEN ${auditEvents.action} = 'sign_in'
  THEN COALESCE('.' || (${auditEvents.detail} ->> 'method'), '') ELSE '' END`;

const countEvents = (retention: 'admin' | 'security', from: number, to: number) =>
  insertSelect(
    reportCounts,
    {
      applicationId: sql`${auditEvents.applicationId}`,
      hourStart: hour(auditEvents.at),
      name: EVENT_NAME,
      count: sql`COUNT(*)`,
    },
    sql`FROM ${applicationsIn(retention)} o CROSS JOIN ${auditEvents}
      ON ${auditEvents.retention} = ${retention} AND ${auditEvents.applicationId} = o.id
      WHERE ${isSettled({ applicationId: sql`o.id` })}
        AND ${auditEvents.at} >= ${from} AND ${auditEvents.at} < ${to} GROUP BY 1, 2, 3`,
  ).onConflictDoUpdate(REPLACE);

/** Up to where the audit is counted (ms); 0 before the first time. */
async function readCursor(database: Database): Promise<number> {
  const { cursor } = await database.read({
    cursor: select({ after: sweeps.after })
      .from(sweeps)
      .where(sql`${sweeps.name} = ${AUDIT_CURSOR}`),
  });
  return Number(cursor[0]?.after[0] ?? 0);
}

/** When the next event was, at `from` or later, by a look into the key for each application; undefined when there is none. */
async function nextEvent(database: Database, from: number): Promise<number | undefined> {
  const first = (retention: 'admin' | 'security') =>
    select({
      at: sql<number | null>`MIN((SELECT MIN(${auditEvents.at}) FROM ${auditEvents}
        WHERE ${auditEvents.retention} = ${retention} AND ${auditEvents.applicationId} = o.id
          AND ${auditEvents.at} >= ${from}))`,
    }).from(sql`${applicationsIn(retention)} o`);
  const { admin, security } = await database.read({
    admin: first('admin'),
    security: first('security'),
  });
  const times = [...admin, ...security].flatMap(({ at }) => at ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Every event, by hours up to the one that runs. A chunk and the cursor behind it are one transaction. */
async function* foldAudit(database: Database, now: number): Steps {
  const end = hourOf(now) + HOUR_MS;
  let from = Math.max(0, (await readCursor(database)) - LATE_MS);
  yield { counts: {}, queries: 1 };
  while (from < end) {
    const next = await nextEvent(database, from);
    if (next === undefined || next >= end) return;
    // Days without an event cost nothing.
    from = hourOf(next);
    const to = Math.min(from + CHUNK_MS, end);
    const after = [Math.min(to, hourOf(now))];
    await database.write({
      admin: countEvents('admin', from, to),
      security: countEvents('security', from, to),
      // It waits for applications that move: their hours are still to be counted, here or where they arrive.
      cursor: insertSelect(
        sweeps,
        { name: AUDIT_CURSOR, after },
        sql`WHERE NOT EXISTS (SELECT 1 FROM ${movePlaces} WHERE ${movePlaces.state} <> 'left')`,
      ).onConflictDoUpdate({
        target: sweeps.name,
        set: { after: excluded(sweeps.after) },
        setWhere: sql`${sweeps.after} <> ${excluded(sweeps.after)}`,
      }),
    });
    from = to;
    yield { counts: {}, queries: 5 };
  }
}

interface Scanned {
  table: SQLiteTable;
  /** The primary key. */
  key: readonly [SQLiteColumn, SQLiteColumn];
  applicationId: SQLiteColumn;
  at: SQLiteColumn;
  /** What is counted, by the end of its name. */
  counts: Record<string, SQL<number>>;
  /** The beginning of the name. */
  name: SQL<string>;
  where: SQL;
}

const SCANNED: readonly Scanned[] = [
  {
    table: otpChallenges,
    key: [otpChallenges.id, otpChallenges.applicationId],
    applicationId: otpChallenges.applicationId,
    at: otpChallenges.createdAt,
    name: sql<string>`'code.' || ${otpChallenges.kind}`,
    counts: {
      '.asked': sql<number>`COUNT(*)`,
      '.sent': sql<number>`SUM(${otpChallenges.sends})`,
      '.verified': sql<number>`SUM(${otpChallenges.consumedAt} IS NOT NULL)`,
    },
    where: sql`TRUE`,
  },
  {
    table: deliveries,
    key: [deliveries.applicationId, deliveries.id],
    applicationId: deliveries.applicationId,
    at: deliveries.claimedAt,
    name: sql<string>`'sms.' || ${deliveries.country}`,
    counts: { '': sql<number>`COUNT(*)` },
    where: sql`${deliveries.country} IS NOT NULL AND ${deliveries.state} = 'sent'`,
  },
];

/**
 * Tables that are dropped before long and have no index by time: read through by their keys. What is counted is written when
 * all is read. A count never falls, since rows go with their users.
 */
async function* foldScanned(database: Database, scanned: Scanned, now: number): Steps {
  const { table, key, applicationId, at, counts, name, where } = scanned;
  const since = hourOf(now - SCANNED_MS);
  const totals = new Map<
    string,
    [application: string, hourStart: number, name: string, count: number]
  >();
  let after: (string | number)[] = ['', ''];
  for (let isLast = false; !isLast;) {
    const columns = columnList(key);
    const page = sql`${table} WHERE (${columns}) > (${after[0] ?? ''}, ${after[1] ?? ''})
      ORDER BY ${columns} LIMIT ${PAGE_ROWS}`;
    const names = Object.keys(counts);
    const { ends, rows } = await database.read({
      ends: select({ first: sql<string>`${key[0]}`, second: sql<string>`${key[1]}` })
        .from(table)
        .where(sql`(${columns}) > (${after[0] ?? ''}, ${after[1] ?? ''})`)
        .orderBy(...key)
        .limit(1)
        .offset(PAGE_ROWS - 1),
      rows: select({
        application: sql<string>`${applicationId}`,
        hourStart: sql<number>`${hour(at)}`,
        name,
        counted: sql`json_array(${sql.join(Object.values(counts), sql`, `)})`.mapWith(
          // What json_array writes of sums.
          (json: string) => JSON.parse(json) as number[],
        ),
      })
        .from(sql`(SELECT * FROM ${page}) AS ${sql.identifier(getTableName(table))}`)
        .where(sql`${at} >= ${since} AND ${where}`)
        .groupBy(sql`1`, sql`2`, sql`3`),
    });
    for (const { application, hourStart, name: begin, counted } of rows) {
      for (const [place, end] of names.entries()) {
        const id = JSON.stringify([application, hourStart, begin + end]);
        const before = totals.get(id)?.[3] ?? 0;
        totals.set(id, [application, hourStart, begin + end, before + (counted[place] ?? 0)]);
      }
    }
    const [last] = ends;
    isLast = last === undefined;
    if (last) after = [last.first, last.second];
    yield { counts: {}, queries: 2 };
  }
  if (totals.size === 0) return;
  await database.write({
    counts: insertSelect(
      reportCounts,
      {
        applicationId: sql`j.value ->> 0`,
        hourStart: sql`j.value ->> 1`,
        name: sql`j.value ->> 2`,
        count: sql`j.value ->> 3`,
      },
      sql`FROM json_each(${JSON.stringify([...totals.values()])}) j
        WHERE ${isSettled({ applicationId: sql`j.value ->> 0` })}`,
    ).onConflictDoUpdate({
      ...REPLACE,
      setWhere: sql`${reportCounts.count} < ${excluded(reportCounts.count)}`,
    }),
  });
  yield { counts: {}, queries: 1 };
}

/**
 * Brings the figures of a database up to date: one job a source.
 * @param now ms
 */
export const foldReport = (database: Database, now: number): Steps[] => [
  foldAudit(database, now),
  ...SCANNED.map((one) => foldScanned(database, one, now)),
];
