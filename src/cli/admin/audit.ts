/** The audit as operators read it: what happened in an application, and how many sign-ins failed in each hour. */
import { DAY_MS, HOUR_MS } from '../../shared/time.ts';
import { newestEvents, readEvent } from '../../adapters/d1/stores/audit.ts';
import { select, sql } from '../../adapters/d1/statements/query.ts';
import { activityCounts, auditEvents } from '../../adapters/d1/schema/index.ts';
import type { AuditRetention } from '../../ports/index.ts';
import { findApplication, shardOf } from './application-store.ts';
import { command, CommandError, table } from './command.ts';

const DEFAULT_EVENTS = 100;
const MAX_EVENTS = 10_000;

/**
 * @param text of `--limit`; undefined for the default
 * @throws CommandError unless it is a number of rows that can be shown
 */
export function readLimit(text: string | undefined): number {
  const limit = Number(text ?? DEFAULT_EVENTS);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_EVENTS) return limit;
  throw new CommandError(`--limit must be a whole number from 1 to ${MAX_EVENTS}.`);
}

const isoOf = (atMs: number): string => new Date(atMs).toISOString();

export const auditShow = command({
  summary: `Shows what happened in an application, newest first: sign-ins, lockouts, logouts, revocations and changes, and how many sign-ins failed in the last day.`,
  words: ['application id'],
  flags: {
    user: { value: 'ID', about: 'of one customer only' },
    limit: {
      value: 'NUMBER',
      about: `how many events (default: ${DEFAULT_EVENTS}, at most ${MAX_EVENTS})`,
    },
  },
  async run(context, { user, limit: text }, [id]) {
    const limit = readLimit(text);
    const row = await findApplication(context, id);
    const whose = user === undefined ? sql`TRUE` : sql`${auditEvents.userId} = ${user}`;
    // Each kind of retention is a key range of its own, read from its end.
    const ofKind = (retention: AuditRetention) =>
      newestEvents(
        sql`${auditEvents.applicationId} = ${row.id} AND ${auditEvents.retention} = ${retention} AND ${whose}`,
        limit,
      );
    const since = context.now - DAY_MS;
    const { admin, security, counts } = await shardOf(context, row).read({
      admin: ofKind('admin'),
      security: ofKind('security'),
      counts: select({
        name: activityCounts.name,
        total: sql<number>`sum(${activityCounts.count})`,
      })
        .from(activityCounts)
        .where(
          sql`${activityCounts.applicationId} = ${row.id}
            AND ${activityCounts.hourStart} >= ${since - (since % HOUR_MS)}`,
        )
        .groupBy(activityCounts.name)
        .orderBy(activityCounts.name),
    });
    // An action is of one kind, so that events of one action stand as they were read.
    const events = [...admin, ...security]
      .map(readEvent)
      .toSorted((a, b) => b.at - a.at || (a.action < b.action ? -1 : Number(a.action > b.action)))
      .slice(0, limit)
      .map((event) => ({ ...event, at: isoOf(event.at) }));
    const last_day = Object.fromEntries(counts.map(({ name, total }) => [name, total]));
    const lines = events.map(({ at, action, actor, userId = '', requestId = '', reason = '' }) => [
      at,
      action,
      actor,
      userId,
      requestId,
      reason,
    ]);
    const failed = Object.entries(last_day).map(([activity, total]) => `${activity}: ${total}`);
    return {
      data: { id, events, last_day },
      text: [
        events.length > 0 ? table(lines) : 'Nothing is on record.',
        ...(user === undefined && failed.length > 0
          ? ['', `In the last 24 hours: ${failed.join(', ')}`]
          : []),
      ].join('\n'),
    };
  },
});
