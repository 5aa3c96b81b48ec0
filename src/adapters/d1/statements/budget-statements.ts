/** Statements on budgets. They stand inside other stores' batches, so that judging and charging are one. */
import type { IdentifierLimits, IdentifierRef, Limit, Limited } from '../../../ports/index.ts';
import {
  alias,
  as,
  excluded,
  insertSelect,
  type Operand,
  type Operands,
  type RowOf,
  select,
  sql,
  type SQL,
  update,
} from './query.ts';
import { budgets, identifiers } from '../schema/index.ts';

const b = alias(budgets, 'b');

/** Limits travel as one JSON parameter: D1 takes at most 100 parameters. */
export const limitsJson = (limits: readonly Limit[]): string => JSON.stringify(limits);

/** The limits of an act on an identifier, as parameters. */
export const limitParams = ({ limits, device }: IdentifierLimits) => ({
  limits: limitsJson(limits),
  deviceUserId: device?.userId ?? null,
  deviceLimits: device ? limitsJson(device.limits) : null,
});

/** `limitParams` as JSON: those of the device when it has signed the identifier's owner in before. */
export const deviceOrLimits = (
  applicationId: Operand<string>,
  { kind, value }: Operands<Pick<IdentifierRef, 'kind' | 'value'>>,
  { limits, deviceUserId, deviceLimits }: Operands<ReturnType<typeof limitParams>>,
): SQL =>
  sql`CASE WHEN (SELECT ${identifiers.userId} FROM ${identifiers}
      WHERE ${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
        AND ${identifiers.value} = ${value} AND ${identifiers.verified} = 1) = ${deviceUserId}
    THEN ${deviceLimits} ELSE ${limits} END`;

/** The same for a statement that is built with its values. */
export const identifierLimitsJson = (
  applicationId: string,
  identifier: IdentifierRef,
  limits: IdentifierLimits,
): SQL =>
  limits.device
    ? deviceOrLimits(applicationId, identifier, limitParams(limits))
    : sql`${limitsJson(limits.limits)}`;

/** Start of the window of limit `l` in the counts of a bucket; NULL when it has none. */
const startOf = (counts: typeof budgets.counts | typeof b.counts): SQL =>
  sql`(${counts} ->> ('$."' || (l.value ->> 'window') || '"[0]'))`;
/** Charges since then. */
const chargesOf = (counts: typeof budgets.counts | typeof b.counts): SQL =>
  sql`(${counts} ->> ('$."' || (l.value ->> 'window') || '"[1]'))`;
const START = startOf(b.counts);
const COUNT = chargesOf(b.counts);
const FIRST_BUCKET = sql`(l.value ->> '$.buckets[0]')`;

/** A window that began this long ago has ended, and the next charge begins another. */
const running = (now: Operand<number>): SQL => sql`${START} > ${now} - (l.value ->> 'windowMs')`;

/** The rows of all buckets of limit `l`. */
const rowsOf = (applicationId: Operand<string>): SQL =>
  sql`json_each(l.value, '$.buckets') k CROSS JOIN ${as(b)}
      ON ${b.applicationId} = ${applicationId} AND ${b.bucket} = k.value`;

/** Charges in the running windows of all buckets of limit `l`. */
const used = (applicationId: Operand<string>, now: Operand<number>): SQL<number> =>
  sql`(SELECT COALESCE(SUM(${COUNT}), 0) FROM ${rowsOf(applicationId)} WHERE ${running(now)})`;

/** True when one of the limits has no room. `limits` may be an expression that yields the JSON. */
export function overLimit(
  applicationId: Operand<string>,
  limits: Operand<string>,
  now: Operand<number>,
): SQL<number> {
  return sql`EXISTS (
    SELECT 1 FROM json_each(${limits}) l WHERE ${used(applicationId, now)} >= l.value ->> 'max')`;
}

/**
 * How full each limit is; run it before charging.
 * @param limits a JSON list of `Limit`, or an expression that yields it
 * @param now in milliseconds
 */
export function usage(
  applicationId: Operand<string>,
  limits: Operand<string>,
  now: Operand<number>,
) {
  return select({
    name: sql<string>`l.value ->> 'name'`,
    max: sql<number>`l.value ->> 'max'`,
    windowMs: sql<number>`l.value ->> 'windowMs'`,
    used: used(applicationId, now),
    start: sql<
      number | null
    >`(SELECT MIN(${START}) FROM ${rowsOf(applicationId)} WHERE ${running(now)})`,
  })
    .from(sql`json_each(${limits}) l`)
    .orderBy(sql`l.key`);
}

/** A row of `usage`. */
export type Usage = RowOf<ReturnType<typeof usage>>;

/** One charge on every limit, when `condition` holds: one row for each bucket, however many windows it has. */
export function charge(
  applicationId: Operand<string>,
  limits: Operand<string>,
  now: Operand<number>,
  condition: SQL,
) {
  const next = sql`json(CASE WHEN ${running(now)} THEN json_array(${START}, ${COUNT} + 1) ELSE json_array(${now}, 1) END)`;
  return insertSelect(
    budgets,
    {
      applicationId,
      bucket: FIRST_BUCKET,
      counts: sql`json_patch(COALESCE(${b.counts}, '{}'), json_group_object(l.value ->> 'window', ${next}))`,
      expiresAt: sql`${now} + MAX(l.value ->> 'windowMs')`,
    },
    sql`FROM json_each(${limits}) l
        LEFT JOIN ${as(b)} ON ${b.applicationId} = ${applicationId} AND ${b.bucket} = ${FIRST_BUCKET}
        WHERE ${condition} GROUP BY ${FIRST_BUCKET}`,
  ).onConflictDoUpdate({
    target: [budgets.applicationId, budgets.bucket],
    set: {
      counts: excluded(budgets.counts),
      expiresAt: sql`MAX(${budgets.expiresAt}, ${excluded(budgets.expiresAt)})`,
    },
  });
}

/** Takes charges back that were made at `chargedAt` (milliseconds), from windows that still run since. */
export function giveBack(
  applicationId: Operand<string>,
  limits: Operand<string>,
  chargedAt: Operand<number>,
  condition: SQL = sql`TRUE`,
) {
  const [start, charges] = [startOf(budgets.counts), chargesOf(budgets.counts)];
  return update(budgets)
    .set({
      counts: sql`(
        SELECT json_patch(${budgets.counts},
          json_group_object(l.value ->> 'window', json_array(${start}, MAX(0, ${charges} - 1))))
        FROM json_each(${limits}) l WHERE ${FIRST_BUCKET} = ${budgets.bucket} AND ${start} <= ${chargedAt})`,
    })
    .where(
      sql`${budgets.applicationId} = ${applicationId} AND ${condition}
        AND ${budgets.bucket} IN (SELECT ${FIRST_BUCKET} FROM json_each(${limits}) l)`,
    );
}

/** The first spent budget among `usage` rows, with the whole seconds until its window ends. */
export function limitedOf(rows: readonly Usage[], now: number): Limited | undefined {
  const spent = rows.filter((row) => row.used >= row.max);
  const waits = spent.map((row) => ({
    limit: row.name,
    retryAfterSeconds: Math.max(1, Math.ceil(((row.start ?? now) + row.windowMs - now) / 1000)),
  }));
  // The longest wait is the true one: the shorter ones are over before it.
  return waits.toSorted((one, other) => other.retryAfterSeconds - one.retryAfterSeconds)[0];
}
