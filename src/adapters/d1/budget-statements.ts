/** Statements on budgets. They stand inside other stores' batches, so that judging and charging are one. */
import { sql, type SQL } from './sql.ts';
import type { IdentifierLimits, IdentifierRef, Limit, Limited } from '../../ports.ts';
import type { Row } from './database.ts';

/** Limits travel as one JSON parameter: D1 takes at most 100 parameters. */
export const limitsJson = (limits: readonly Limit[]): string => JSON.stringify(limits);

/**
 * The limits of an act on an identifier as JSON: those of the device when it has signed the identifier's owner in before.
 */
export function identifierLimitsJson(
  applicationId: string,
  { kind, value }: IdentifierRef,
  { limits, device }: IdentifierLimits,
): SQL {
  if (!device) return sql`${limitsJson(limits)}`;
  return sql`CASE WHEN (SELECT user_id FROM identifiers WHERE application_id = ${applicationId} AND kind = ${kind}
                        AND value = ${value} AND verified = 1) = ${device.userId}
             THEN ${limitsJson(device.limits)} ELSE ${limitsJson(limits)} END`;
}

/** Start and charges of the window of limit `l` in a row `b` of `budgets`; NULL when it has none. */
const START = sql`(b.counts ->> ('$."' || (l.value ->> 'window') || '"[0]'))`;
const COUNT = sql`(b.counts ->> ('$."' || (l.value ->> 'window') || '"[1]'))`;
const FIRST_BUCKET = sql`(l.value ->> '$.buckets[0]')`;

/** A window that began this long ago has ended, and the next charge begins another. */
const running = (now: number): SQL => sql`${START} > ${now} - (l.value ->> 'windowMs')`;

/** The rows of all buckets of limit `l`. */
const rowsOf = (applicationId: string): SQL =>
  sql`json_each(l.value, '$.buckets') k CROSS JOIN budgets b ON b.application_id = ${applicationId} AND b.bucket = k.value`;

/** True when one of the limits has no room. `limits` may be an expression that yields the JSON. */
export function overLimit(applicationId: string, limits: string | SQL, now: number): SQL {
  return sql`EXISTS (
    SELECT 1 FROM json_each(${limits}) l
    WHERE (SELECT COALESCE(SUM(${COUNT}), 0) FROM ${rowsOf(applicationId)} WHERE ${running(now)})
      >= l.value ->> 'max')`;
}

/** How full each limit is; run it before charging. */
export function usage(applicationId: string, limits: string | SQL, now: number): SQL {
  return sql`
    SELECT l.value ->> 'name' AS name, l.value ->> 'max' AS max, l.value ->> 'windowMs' AS window_ms,
      (SELECT COALESCE(SUM(${COUNT}), 0) FROM ${rowsOf(applicationId)} WHERE ${running(now)}) AS used,
      (SELECT MIN(${START}) FROM ${rowsOf(applicationId)} WHERE ${running(now)}) AS start
    FROM json_each(${limits}) l ORDER BY l.key`;
}

/** One charge on every limit, when `condition` holds: one row for each bucket, however many windows it has. */
export function charge(
  applicationId: string,
  limits: string | SQL,
  now: number,
  condition: SQL,
): SQL {
  const next = sql`json(CASE WHEN ${running(now)} THEN json_array(${START}, ${COUNT} + 1) ELSE json_array(${now}, 1) END)`;
  return sql`
    INSERT INTO budgets (application_id, bucket, counts, expires_at)
    SELECT ${applicationId}, ${FIRST_BUCKET},
           json_patch(COALESCE(b.counts, '{}'), json_group_object(l.value ->> 'window', ${next})),
           ${now} + MAX(l.value ->> 'windowMs')
    FROM json_each(${limits}) l
    LEFT JOIN budgets b ON b.application_id = ${applicationId} AND b.bucket = ${FIRST_BUCKET}
    WHERE ${condition} GROUP BY ${FIRST_BUCKET}
    ON CONFLICT (application_id, bucket)
    DO UPDATE SET counts = excluded.counts, expires_at = MAX(expires_at, excluded.expires_at)`;
}

/** Takes charges back that were made at `chargedAt`, from windows that still run since. */
export function giveBack(
  applicationId: string,
  limits: string | SQL,
  chargedAt: number | SQL,
  condition: SQL = sql`TRUE`,
): SQL {
  return sql`
    UPDATE budgets AS b SET counts = (
      SELECT json_patch(b.counts, json_group_object(l.value ->> 'window', json_array(${START}, MAX(0, ${COUNT} - 1))))
      FROM json_each(${limits}) l WHERE ${FIRST_BUCKET} = b.bucket AND ${START} <= ${chargedAt})
    WHERE b.application_id = ${applicationId} AND ${condition}
      AND b.bucket IN (SELECT ${FIRST_BUCKET} FROM json_each(${limits}) l)`;
}

/** The first spent budget among `usage` rows, with the whole seconds until its window ends. */
export function limitedOf(rows: readonly Row[], now: number): Limited | undefined {
  const spent = rows.filter((row) => Number(row['used']) >= Number(row['max']));
  const waits = spent.map((row) => ({
    limit: String(row['name']),
    retryAfter: Math.max(
      1,
      Math.ceil((Number(row['start'] ?? now) + Number(row['window_ms']) - now) / 1000),
    ),
  }));
  // The longest wait is the true one: the shorter ones are over before it.
  return waits.toSorted((a, b) => b.retryAfter - a.retryAfter)[0];
}
