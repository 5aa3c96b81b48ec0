/** The cost of SMS, counted in few rows. These statements stand inside the batch of the send that they judge. */
import { sql, type SQL } from './sql.ts';
import type { Limited, SmsGuard } from '../../ports.ts';
import type { Row } from './database.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const floor = (at: number, unit: number): number => at - (at % unit);

/** Told once: when a day's cap is near, and when a pause begins. */
export type TellSms = (
  event: 'sms cap near' | 'sms paused',
  detail: Record<string, number>,
) => void;

interface Judged {
  /** True while there is room. */
  room: SQL;
  /** To be run at the end of the batch. */
  count: SQL[];
  /** What stood in the way, from the results of the batch. */
  limited(results: readonly Row[][]): Limited | undefined;
}

const UNGUARDED: Judged = { room: sql`TRUE`, count: [], limited: () => undefined };

/** @param sent true in the batch when the send went through */
export function judgeSms(
  applicationId: string,
  guard: SmsGuard | undefined,
  sent: SQL,
  tell: TellSms,
): Judged {
  if (!guard) return UNGUARDED;
  const { at, perDay, alertAt, foreign } = guard;
  const day = floor(at, DAY);
  const of = (name: string): SQL => sql`application_id = ${applicationId} AND name = ${name}`;
  const paused = sql`SELECT MAX(expires_at) FROM sms_counts WHERE ${of('pause')} AND expires_at > ${at}`;
  const today = sql`SELECT sent FROM sms_counts WHERE ${of('day')} AND start = ${day}`;
  const add = (name: string, start: number, life: number): SQL => sql`
    INSERT INTO sms_counts (application_id, name, start, sent, expires_at)
    SELECT ${applicationId}, ${name}, ${start}, 1, ${start + life} WHERE ${sent}
    ON CONFLICT (application_id, name, start) DO UPDATE SET sent = sent + 1`;
  const low = foreign
    ? sql`COALESCE((SELECT SUM(sent) >= ${foreign.minSends}
            AND SUM(verified) * 100 < SUM(sent) * ${foreign.minVerifiedPercent}
          FROM sms_counts WHERE ${of('foreign')} AND start > ${at - DAY}), 0)`
    : sql`0`;
  const brake = foreign
    ? [
        sql`INSERT INTO sms_counts (application_id, name, start, expires_at)
            SELECT ${applicationId}, 'pause', ${at}, ${at + foreign.pauseMs} WHERE ${low}
            ON CONFLICT DO NOTHING RETURNING start`,
        // After a pause the count begins anew, else one bad day would be a pause without end.
        sql`DELETE FROM sms_counts WHERE ${of('foreign')} AND EXISTS (
              SELECT 1 FROM sms_counts WHERE ${of('pause')} AND start = ${at})`,
        add('foreign', floor(at, HOUR), DAY + HOUR),
      ]
    : [];
  const count = [
    ...brake,
    add('day', day, DAY),
    sql`UPDATE sms_counts SET alerted = 1
        WHERE ${of('day')} AND start = ${day} AND sent >= ${alertAt} AND alerted = 0 RETURNING sent`,
    sql`SELECT ${sent} AS went, (${today}) AS sent, (${paused}) AS until`,
  ];
  return {
    room: sql`COALESCE((${today}), 0) < ${perDay}
      AND ${foreign ? sql`NOT ${low} AND (${paused}) IS NULL` : sql`TRUE`}`,
    count,
    limited(results) {
      const [alerted, [now] = []] = results.slice(-2);
      if (alerted?.[0]) tell('sms cap near', { sent: Number(alerted[0]['sent']), cap: perDay });
      if (foreign && results.at(-count.length)?.[0])
        tell('sms paused', { for_ms: foreign.pauseMs });
      if (now?.['went'] === 1) return undefined;
      const until = foreign ? Number(now?.['until'] ?? 0) : 0;
      const wait = (end: number) => Math.max(1, Math.ceil((end - at) / 1000));
      if (until > at) return { limit: 'sms_paused', retryAfter: wait(until) };
      return Number(now?.['sent'] ?? 0) >= perDay
        ? { limit: 'sms_per_day', retryAfter: wait(day + DAY) }
        : undefined;
    },
  };
}

/** The message could not be handed over. */
export function uncountSms(
  applicationId: string,
  { at, foreign }: SmsGuard,
  condition: SQL = sql`TRUE`,
): SQL {
  return sql`UPDATE sms_counts SET sent = sent - 1 WHERE application_id = ${applicationId} AND sent > 0 AND ${condition}
    AND ((name = 'day' AND start = ${floor(at, DAY)})
         OR (${foreign ? 1 : 0} AND name = 'foreign' AND start = ${floor(at, HOUR)}))`;
}

/** @param createdAt when the code or link went out, as an expression; no row when it is not counted */
export function smsVerified(applicationId: string, createdAt: SQL, won: SQL): SQL {
  return sql`UPDATE sms_counts SET verified = verified + 1
    WHERE application_id = ${applicationId} AND name = 'foreign' AND verified < sent
      AND start = (SELECT c.at - c.at % ${HOUR} FROM (${createdAt}) c) AND ${won}`;
}
