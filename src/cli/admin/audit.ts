/** The audit as operators read it: what happened in an application, and how many sign-ins failed in the last day. */
import { DAY_MS, HOUR_MS } from '../../shared/time.ts';
import { select, sql } from '../../adapters/d1/statements/query.ts';
import { activityCounts } from '../../adapters/d1/schema/index.ts';
import { actionsOf } from '../../domain/operators/audit-kinds.ts';
import { AUDIT_KINDS } from '../../shared/audit-kinds.ts';
import { eventView } from '../../views/audit.ts';
import { readDay } from './application-flags.ts';
import { portsOf } from './application-ports.ts';
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

function readKind(kind: string | undefined) {
  if (kind === undefined) return undefined;
  const actions = actionsOf(kind);
  if (actions) return actions;
  throw new CommandError(`--kind: "${kind}" is not one of ${AUDIT_KINDS.join(', ')}.`);
}

/** The beginning of a day in UTC, or what a time says; undefined without one. */
function readTime(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  return /T/.test(text) && !Number.isNaN(at) ? at : readDay(flag, text) - DAY_MS;
}

export const auditShow = command({
  summary: `Shows what happened in an application, newest first: sign-ins, lockouts, logouts, revocations, changes of customers, configuration, clients, keys and imports, and how many sign-ins failed in the last day.`,
  words: ['application id'],
  flags: {
    kind: { value: 'KIND', about: `of one kind: ${AUDIT_KINDS.join(', ')}` },
    since: {
      value: 'DATE',
      about: 'on this day (UTC) or later, or from a time such as 2026-11-27T09:30:00Z',
    },
    until: { value: 'DATE', about: 'before this day, or this time' },
    user: { value: 'ID', about: 'about one customer' },
    actor: { value: 'NAME', about: 'by one client, or one person' },
    limit: {
      value: 'NUMBER',
      about: `how many events (default: ${DEFAULT_EVENTS}, at most ${MAX_EVENTS})`,
    },
  },
  async run(context, flags, [id]) {
    const { user: userId, actor } = flags;
    const limit = readLimit(flags.limit);
    const actions = readKind(flags.kind);
    const since = readTime('since', flags.since);
    const until = readTime('until', flags.until);
    const row = await findApplication(context, id);
    const yesterday = context.now - DAY_MS;
    const [found, { counts }] = await Promise.all([
      portsOf(context, row).audit.list({ actions, since, until, userId, actor, limit }),
      shardOf(context, row).read({
        counts: select({
          name: activityCounts.name,
          total: sql<number>`sum(${activityCounts.count})`,
        })
          .from(activityCounts)
          .where(
            sql`${activityCounts.applicationId} = ${row.id}
              AND ${activityCounts.hourStart} >= ${yesterday - (yesterday % HOUR_MS)}`,
          )
          .groupBy(activityCounts.name)
          .orderBy(activityCounts.name),
      }),
    ]);
    const events = found.map(eventView);
    const last_day = Object.fromEntries(counts.map(({ name, total }) => [name, total]));
    const lines = events.map((event) => [
      event.at,
      event.action,
      event.person === undefined ? event.actor : `${event.person} (${event.actor})`,
      event.user_id ?? '',
      event.request_id ?? '',
      event.reason ?? '',
    ]);
    const failed = Object.entries(last_day).map(([activity, total]) => `${activity}: ${total}`);
    const isAll = [flags.kind, userId, actor, since, until].every((one) => one === undefined);
    return {
      data: { id, events, last_day },
      text: [
        events.length > 0 ? table(lines) : 'Nothing is on record.',
        ...(isAll && failed.length > 0 ? ['', `In the last 24 hours: ${failed.join(', ')}`] : []),
      ].join('\n'),
    };
  },
});
