/** The cost of SMS, counted in few rows. These statements stand inside the batch of the send that they judge. */
import type { Limited, SmsGuard } from '../../ports.ts';
import type { Results } from './database.ts';
import { insertSelect, remove, selectValues, update } from './query.ts';
import { smsCounts } from './schema.ts';
import { sql, type SQL } from './sql.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const floor = (at: number, unit: number): number => at - (at % unit);

/** Told once: when a day's cap is near, and when a pause begins. */
export type TellSms = (
  event: 'sms cap near' | 'sms paused',
  detail: Record<string, number>,
) => void;

const of = (applicationId: string, name: 'day' | 'foreign' | 'pause'): SQL =>
  sql`${smsCounts.applicationId} = ${applicationId} AND ${smsCounts.name} = ${name}`;

/** Sends of the day so far, and the end of the pause that is on, as statements for a subquery. */
const sentToday = (applicationId: string, at: number): SQL<number | null> =>
  sql`(SELECT ${smsCounts.sent} FROM ${smsCounts}
       WHERE ${of(applicationId, 'day')} AND ${smsCounts.start} = ${floor(at, DAY)})`;
const pausedUntil = (applicationId: string, at: number): SQL<number | null> =>
  sql`(SELECT MAX(${smsCounts.expiresAt}) FROM ${smsCounts}
       WHERE ${of(applicationId, 'pause')} AND ${smsCounts.expiresAt} > ${at})`;

/** Whether too few of the last day's sends to other countries were verified. */
const tooFewVerified = (
  applicationId: string,
  at: number,
  { minSends, minVerifiedPercent }: NonNullable<SmsGuard['foreign']>,
): SQL =>
  sql`COALESCE((
    SELECT SUM(${smsCounts.sent}) >= ${minSends}
      AND SUM(${smsCounts.verified}) * 100 < SUM(${smsCounts.sent}) * ${minVerifiedPercent}
    FROM ${smsCounts} WHERE ${of(applicationId, 'foreign')} AND ${smsCounts.start} > ${at - DAY}), 0)`;

/** One more send, when it went through. */
const add = (
  applicationId: string,
  name: 'day' | 'foreign',
  start: number,
  expiresAt: number,
  sent: SQL,
) =>
  insertSelect(
    smsCounts,
    { applicationId, name, start, sent: 1, expiresAt },
    sql`WHERE ${sent}`,
  ).onConflictDoUpdate({
    target: [smsCounts.applicationId, smsCounts.name, smsCounts.start],
    set: { sent: sql`${smsCounts.sent} + 1` },
  });

function countStatements(applicationId: string, { at, alertAt, foreign }: SmsGuard, sent: SQL) {
  const day = floor(at, DAY);
  return {
    smsPaused:
      foreign &&
      insertSelect(
        smsCounts,
        { applicationId, name: 'pause', start: at, expiresAt: at + foreign.pauseMs },
        sql`WHERE ${tooFewVerified(applicationId, at, foreign)}`,
      )
        .onConflictDoNothing()
        .returning({ start: smsCounts.start }),
    // After a pause the count begins anew, else one bad day would be a pause without end.
    smsReset:
      foreign &&
      remove(smsCounts).where(
        sql`${of(applicationId, 'foreign')} AND EXISTS (
          SELECT 1 FROM ${smsCounts} WHERE ${of(applicationId, 'pause')} AND ${smsCounts.start} = ${at})`,
      ),
    smsForeign:
      foreign && add(applicationId, 'foreign', floor(at, HOUR), floor(at, HOUR) + DAY + HOUR, sent),
    smsDay: add(applicationId, 'day', day, day + DAY, sent),
    smsAlerted: update(smsCounts)
      .set({ alerted: true })
      .where(
        sql`${of(applicationId, 'day')} AND ${smsCounts.start} = ${day} AND ${smsCounts.sent} >= ${alertAt}
          AND ${smsCounts.alerted} = 0`,
      )
      .returning({ sent: smsCounts.sent }),
    smsNow: selectValues({
      went: sent.mapWith(Boolean),
      sent: sentToday(applicationId, at),
      until: pausedUntil(applicationId, at),
    }),
  };
}

type Count = ReturnType<typeof countStatements>;

interface Judged {
  /** True while there is room. */
  room: SQL;
  /** To be run at the end of the batch; none when nobody counts. */
  count: Partial<Count>;
  /** What stood in the way, from the results of the batch. */
  limited(results: Partial<Results<Count>>): Limited | undefined;
}

const UNGUARDED: Judged = { room: sql`TRUE`, count: {}, limited: () => undefined };

/** @param sent true in the batch when the send went through */
export function judgeSms(
  applicationId: string,
  guard: SmsGuard | undefined,
  sent: SQL,
  tell: TellSms,
): Judged {
  if (!guard) return UNGUARDED;
  const { at, perDay, foreign } = guard;
  const calm = foreign
    ? sql`NOT ${tooFewVerified(applicationId, at, foreign)} AND ${pausedUntil(applicationId, at)} IS NULL`
    : sql`TRUE`;
  return {
    room: sql`COALESCE(${sentToday(applicationId, at)}, 0) < ${perDay} AND ${calm}`,
    count: countStatements(applicationId, guard, sent),
    limited({ smsAlerted: [alerted] = [], smsPaused: [paused] = [], smsNow: [now] = [] }) {
      if (alerted) tell('sms cap near', { sent: alerted.sent, cap: perDay });
      if (foreign && paused) tell('sms paused', { for_ms: foreign.pauseMs });
      if (now?.went) return undefined;
      const until = foreign ? (now?.until ?? 0) : 0;
      const wait = (end: number) => Math.max(1, Math.ceil((end - at) / 1000));
      if (until > at) return { limit: 'sms_paused', retryAfter: wait(until) };
      return (now?.sent ?? 0) >= perDay
        ? { limit: 'sms_per_day', retryAfter: wait(floor(at, DAY) + DAY) }
        : undefined;
    },
  };
}

/** The message could not be handed over. */
export function uncountSms(
  applicationId: string,
  { at, foreign }: SmsGuard,
  condition: SQL = sql`TRUE`,
) {
  return update(smsCounts)
    .set({ sent: sql`${smsCounts.sent} - 1` })
    .where(
      sql`${smsCounts.applicationId} = ${applicationId} AND ${smsCounts.sent} > 0 AND ${condition}
        AND ((${smsCounts.name} = 'day' AND ${smsCounts.start} = ${floor(at, DAY)})
          OR (${foreign ? 1 : 0} AND ${smsCounts.name} = 'foreign' AND ${smsCounts.start} = ${floor(at, HOUR)}))`,
    );
}

/** @param createdAt when the code or link went out, as a statement with one column `at`; no row when it is not counted */
export function smsVerified(applicationId: string, createdAt: SQL, won: SQL) {
  return update(smsCounts)
    .set({ verified: sql`${smsCounts.verified} + 1` })
    .where(
      sql`${of(applicationId, 'foreign')} AND ${smsCounts.verified} < ${smsCounts.sent}
        AND ${smsCounts.start} = (SELECT c.at - c.at % ${HOUR} FROM (${createdAt}) c) AND ${won}`,
    );
}
