/** Statements on the ledger of charges. They stand inside other stores' batches, so that judging and charging are one. */
import { sql, type SQL } from './sql.ts';
import type { Limit, Limited } from '../../ports.ts';
import type { Row } from './database.ts';

/** Limits travel as one JSON parameter: D1 takes at most 100 parameters. */
export const limitsJson = (limits: readonly Limit[]): string => JSON.stringify(limits);

/** True when one of the limits has no room. `limits` may be an expression that yields the JSON. */
export function overLimit(applicationId: string, limits: string | SQL, now: number): SQL {
  return sql`EXISTS (
    SELECT 1 FROM json_each(${limits}) l
    WHERE (SELECT COUNT(*) FROM charges c
           WHERE c.application_id = ${applicationId} AND c.bucket = l.value ->> 'bucket'
             AND c.at > ${now} - (l.value ->> 'windowMs')) >= l.value ->> 'max')`;
}

/** How full each limit is; run it before charging. */
export function usage(applicationId: string, limits: string | SQL, now: number): SQL {
  return sql`
    SELECT l.value ->> 'name' AS name, l.value ->> 'max' AS max, l.value ->> 'windowMs' AS window_ms,
           COUNT(c.at) AS used, MIN(c.at) AS oldest
    FROM json_each(${limits}) l
    LEFT JOIN charges c ON c.application_id = ${applicationId} AND c.bucket = l.value ->> 'bucket'
      AND c.at > ${now} - (l.value ->> 'windowMs')
    GROUP BY l.key ORDER BY l.key`;
}

/** One charge on every bucket of the limits, when `condition` holds. */
export function charge(
  applicationId: string,
  limits: string | SQL,
  ref: string,
  now: number,
  condition: SQL,
): SQL {
  return sql`
    INSERT INTO charges (application_id, bucket, at, ref, expires_at)
    SELECT ${applicationId}, l.value ->> 'bucket', ${now}, ${ref}, ${now} + MAX(l.value ->> 'windowMs')
    FROM json_each(${limits}) l WHERE ${condition} GROUP BY l.value ->> 'bucket'`;
}

export function giveBack(applicationId: string, ref: string, condition: SQL = sql`TRUE`): SQL {
  return sql`DELETE FROM charges WHERE application_id = ${applicationId} AND ref = ${ref} AND ${condition}`;
}

/** The first spent budget among `usage` rows, with the whole seconds until its oldest charge leaves the window. */
export function limitedOf(rows: readonly Row[], now: number): Limited | undefined {
  const spent = rows.filter((row) => Number(row['used']) >= Number(row['max']));
  const waits = spent.map((row) => ({
    limit: String(row['name']),
    retryAfter: Math.max(
      1,
      Math.ceil((Number(row['oldest']) + Number(row['window_ms']) - now) / 1000),
    ),
  }));
  // The longest wait is the true one: the shorter ones are over before it.
  return waits.toSorted((a, b) => b.retryAfter - a.retryAfter)[0];
}
