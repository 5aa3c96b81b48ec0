/** The cost of SMS, counted in few rows. These statements stand inside the batch of the send that they judge. */
import { DAY_MS, HOUR_MS } from '../../../shared/time.ts';
import type { Limited, SmsGuard } from '../../../ports/index.ts';
import type { Results } from './common.ts';
import {
  insertSelect,
  remove,
  selectValues,
  sql,
  type SQL,
  update,
  type Operand,
  type Operands,
} from './query.ts';
import { smsCounts } from '../schema/index.ts';

const floor = (at: number, unit: number): number => at - (at % unit);
const floorOf = (at: Operand<number>, unit: number): SQL => sql`(${at} - ${at} % ${unit})`;

/** A guard as parameters; those of what a guard lacks, or of none, are in no statement. Times in ms. */
export const smsParams = (guard: SmsGuard | undefined) => ({
  smsAt: guard?.at ?? 0,
  perDay: guard?.perDay ?? 0,
  alertAt: guard?.alertAt ?? 0,
  minSends: guard?.foreign?.minSends ?? 0,
  minVerifiedPercent: guard?.foreign?.minVerifiedPercent ?? 0,
  pauseMs: guard?.foreign?.pauseMs ?? 0,
});
type SmsOperands = Operands<ReturnType<typeof smsParams>>;

/** Told once: when a day's cap is near, and when a pause begins. */
export type WarnSms = (
  event: 'sms cap near' | 'sms paused',
  detail: Record<string, number>,
) => void;

const of = (applicationId: Operand<string>, name: 'day' | 'foreign' | 'pause'): SQL =>
  sql`${smsCounts.applicationId} = ${applicationId} AND ${smsCounts.name} = ${name}`;

/** Sends of the day so far, and the end of the pause that is on, as statements for a subquery. */
const sentToday = (applicationId: Operand<string>, at: Operand<number>): SQL<number | null> =>
  sql`(SELECT ${smsCounts.sent} FROM ${smsCounts}
       WHERE ${of(applicationId, 'day')} AND ${smsCounts.start} = ${floorOf(at, DAY_MS)})`;
const pausedUntil = (applicationId: Operand<string>, at: Operand<number>): SQL<number | null> =>
  sql`(SELECT MAX(${smsCounts.expiresAt}) FROM ${smsCounts}
       WHERE ${of(applicationId, 'pause')} AND ${smsCounts.expiresAt} > ${at})`;

/** Whether too few of the last day's sends to other countries were verified. */
const tooFewVerified = (
  applicationId: Operand<string>,
  { smsAt, minSends, minVerifiedPercent }: SmsOperands,
): SQL =>
  sql`COALESCE((
    SELECT SUM(${smsCounts.sent}) >= ${minSends}
      AND SUM(${smsCounts.verified}) * 100 < SUM(${smsCounts.sent}) * ${minVerifiedPercent}
    FROM ${smsCounts} WHERE ${of(applicationId, 'foreign')} AND ${smsCounts.start} > ${smsAt} - ${DAY_MS}), 0)`;

/** One more send, when it went through. */
const add = (
  applicationId: Operand<string>,
  name: 'day' | 'foreign',
  start: SQL,
  expiresAt: SQL,
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

function countStatements(
  applicationId: Operand<string>,
  guard: SmsOperands,
  isForeign: boolean,
  sent: SQL,
) {
  const { smsAt: at, alertAt, pauseMs } = guard;
  const [day, hour] = [floorOf(at, DAY_MS), floorOf(at, HOUR_MS)];
  return {
    smsPaused: isForeign
      ? insertSelect(
          smsCounts,
          { applicationId, name: 'pause', start: at, expiresAt: sql`${at} + ${pauseMs}` },
          sql`WHERE ${tooFewVerified(applicationId, guard)}`,
        )
          .onConflictDoNothing()
          .returning({ start: smsCounts.start })
      : undefined,
    // After a pause the count starts again, else one bad day would be a pause without end.
    smsReset: isForeign
      ? remove(smsCounts).where(
          sql`${of(applicationId, 'foreign')} AND EXISTS (
            SELECT 1 FROM ${smsCounts} WHERE ${of(applicationId, 'pause')} AND ${smsCounts.start} = ${at})`,
        )
      : undefined,
    smsForeign: isForeign
      ? add(applicationId, 'foreign', hour, sql`${hour} + ${DAY_MS + HOUR_MS}`, sent)
      : undefined,
    smsDay: add(applicationId, 'day', day, sql`${day} + ${DAY_MS}`, sent),
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

/** An SMS that costs, as statements for the batch of its send. */
interface SmsStatements {
  /** True while there is room. */
  room: SQL;
  /** To be run at the end of the batch; none when nothing is counted. */
  count: Partial<Count>;
}

/**
 * @param guarded whether the SMS costs, and whether it goes to another country
 * @param sent true in the batch when the send went through
 */
export function smsStatements(
  applicationId: Operand<string>,
  guard: SmsOperands,
  guarded: { isGuarded: boolean; isForeign: boolean },
  sent: SQL,
): SmsStatements {
  const { isGuarded, isForeign } = guarded;
  if (!isGuarded) return { room: sql`TRUE`, count: {} };
  const { smsAt: at, perDay } = guard;
  const calm = isForeign
    ? sql`NOT ${tooFewVerified(applicationId, guard)} AND ${pausedUntil(applicationId, at)} IS NULL`
    : sql`TRUE`;
  return {
    room: sql`COALESCE(${sentToday(applicationId, at)}, 0) < ${perDay} AND ${calm}`,
    count: countStatements(applicationId, guard, isForeign, sent),
  };
}

/** What stood in the way of an SMS, from the results of its batch; tells what is to be told. */
export function smsLimited(
  guard: SmsGuard | undefined,
  results: Partial<Results<Count>>,
  tell: WarnSms,
): Limited | undefined {
  if (!guard) return undefined;
  const { at, perDay, foreign } = guard;
  const { smsAlerted: [alerted] = [], smsPaused: [paused] = [], smsNow: [now] = [] } = results;
  if (alerted) tell('sms cap near', { sent: alerted.sent, cap: perDay });
  if (foreign && paused) tell('sms paused', { for_ms: foreign.pauseMs });
  if (now?.went) return undefined;
  const until = foreign ? (now?.until ?? 0) : 0;
  const wait = (end: number) => Math.max(1, Math.ceil((end - at) / 1000));
  if (until > at) return { limit: 'sms_paused', retryAfterSeconds: wait(until) };
  return (now?.sent ?? 0) >= perDay
    ? { limit: 'sms_per_day', retryAfterSeconds: wait(floor(at, DAY_MS) + DAY_MS) }
    : undefined;
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
        AND ((${smsCounts.name} = 'day' AND ${smsCounts.start} = ${floor(at, DAY_MS)})
          OR (${foreign ? 1 : 0} AND ${smsCounts.name} = 'foreign' AND ${smsCounts.start} = ${floor(at, HOUR_MS)}))`,
    );
}

/** @param createdAt when the code or link went out, as a statement with one column `at`; no row when it is not counted */
export function smsVerified(applicationId: Operand<string>, createdAt: SQL, won: SQL) {
  return update(smsCounts)
    .set({ verified: sql`${smsCounts.verified} + 1` })
    .where(
      sql`${of(applicationId, 'foreign')} AND ${smsCounts.verified} < ${smsCounts.sent}
        AND ${smsCounts.start} = (SELECT c.at - c.at % ${HOUR_MS} FROM (${createdAt}) c) AND ${won}`,
    );
}
