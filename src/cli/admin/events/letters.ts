/** Events on their way, delivered and dead, as operators list them and send them again. */
import { eventDeliveries, events } from '../../../adapters/d1/schema/index.ts';
import { alias, select, sql, update, type SQL } from '../../../adapters/d1/statements/query.ts';
import type { DeliveryState } from '../../../ports/index.ts';
import { findApplication, shardOf, writeShardAudited } from '../application-store.ts';
import { readLimit } from '../audit.ts';
import { command, CommandError, table } from '../command.ts';
import { findEndpoint } from './store.ts';

const e = alias(events, 'e');
const d = alias(eventDeliveries, 'd');

const STATES: readonly DeliveryState[] = ['pending', 'delivered', 'dead'];

function readState(text: string): DeliveryState {
  const state = STATES.find((one) => one === text);
  if (state) return state;
  throw new CommandError(`--state: "${text}" is not one of ${STATES.join(', ')}.`);
}

const isoOf = (atMs: number | null): string | undefined =>
  atMs === null ? undefined : new Date(atMs).toISOString();

export const eventsList = command({
  summary: 'Lists the events of an application with what became of them, newest first.',
  words: ['application id'],
  flags: {
    state: { value: 'STATE', about: `of ${STATES.join(', ')}` },
    endpoint: { value: 'ID', about: 'for one endpoint only' },
    user: { value: 'ID', about: 'of one customer only' },
    limit: { value: 'NUMBER', about: 'how many (default: 100)' },
  },
  async run(context, { state, endpoint, user, limit: text }, [id]) {
    const limit = readLimit(text);
    const row = await findApplication(context, id);
    const conditions = [
      sql`${d.applicationId} = ${id}`,
      ...(state === undefined ? [] : [sql`${d.state} = ${readState(state)}`]),
      ...(endpoint === undefined ? [] : [sql`${d.endpointId} = ${endpoint}`]),
      ...(user === undefined ? [] : [sql`${e.userId} = ${user}`]),
    ];
    const { listed } = await shardOf(context, row).read({
      listed: select({
        event: e.id,
        type: e.type,
        userId: e.userId,
        sequence: e.sequence,
        at: e.at,
        endpoint: d.endpointId,
        state: d.state,
        attempts: d.attempts,
        reason: d.reason,
        dueAt: d.dueAt,
        triedAt: d.triedAt,
      })
        .from(d)
        .innerJoin(e, sql`${e.applicationId} = ${d.applicationId} AND ${e.id} = ${d.eventId}`)
        .where(sql.join(conditions, sql` AND `))
        .orderBy(sql`${d.eventId} DESC`, d.endpointId)
        .limit(limit),
    });
    const shown = listed.map((one) => ({
      id: one.event,
      type: one.type,
      user_id: one.userId,
      sequence: one.sequence,
      at: new Date(one.at).toISOString(),
      endpoint: one.endpoint,
      state: one.state,
      attempts: one.attempts,
      reason: one.reason ?? undefined,
      tried_at: isoOf(one.triedAt),
      due_at: one.state === 'pending' && one.dueAt > 0 ? isoOf(one.dueAt) : undefined,
    }));
    const lines = shown.map((one) => [
      one.at,
      one.id,
      one.type,
      one.user_id,
      String(one.sequence),
      one.endpoint,
      one.state,
      String(one.attempts),
      one.reason ?? '',
    ]);
    const head = ['AT', 'EVENT', 'TYPE', 'CUSTOMER', 'NO', 'ENDPOINT', 'STATE', 'TRIES', 'REASON'];
    return {
      data: { events: shown },
      text: shown.length > 0 ? table([head, ...lines]) : 'There are no such events.',
    };
  },
});

function readTime(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new CommandError(
    `--since: "${text}" is not a time in UTC such as 2026-12-31 or 2026-12-31T18:30Z.`,
  );
}

/** What is to be sent again: one event, or the dead letters of an endpoint. */
function chosen(flags: { event?: string; endpoint?: string; since?: string }): SQL {
  const { event, endpoint, since } = flags;
  const parts: SQL[] = [];
  if (endpoint !== undefined) parts.push(sql`${eventDeliveries.endpointId} = ${endpoint}`);
  if (event !== undefined && since === undefined) {
    return sql.join([...parts, sql`${eventDeliveries.eventId} = ${event}`], sql` AND `);
  }
  if (event !== undefined || endpoint === undefined || since === undefined) {
    throw new CommandError('Give --event, or --endpoint with --since.');
  }
  const dead = sql`${eventDeliveries.state} = 'dead' AND ${eventDeliveries.triedAt} >= ${readTime(since)}`;
  return sql.join([...parts, dead], sql` AND `);
}

export const eventsReplay = command({
  summary:
    'Sends an event again, or all dead letters of an endpoint since a time; under their own ids, within five minutes.',
  words: ['application id'],
  flags: {
    event: { value: 'ID', about: 'one event, whatever became of it' },
    endpoint: { value: 'ID', about: 'to this endpoint only' },
    since: { value: 'TIME', about: 'the dead letters that were given up since then (UTC)' },
  },
  async run(context, flags, [id]) {
    const which = chosen(flags);
    const { event, endpoint, since } = flags;
    const row = await findApplication(context, id);
    if (endpoint !== undefined) {
      const { disabledAt } = await findEndpoint(context, row, endpoint);
      if (disabledAt !== null) {
        throw new CommandError(
          `${endpoint} is disabled. npm run admin -- events endpoint enable ${id} ${endpoint}`,
        );
      }
    }
    const { replayed } = await writeShardAudited(
      context,
      row,
      'events.replayed',
      { event, endpoint, since },
      {
        replayed: update(eventDeliveries)
          .set({ state: 'pending', attempts: 0, dueAt: 0, claimedUntil: 0 })
          .where(sql`${eventDeliveries.applicationId} = ${id} AND ${which}`)
          .returning({ id: eventDeliveries.eventId }),
      },
    );
    if (replayed.length === 0 && event !== undefined) {
      throw new CommandError(`There is no event ${event} to send.`);
    }
    return {
      data: { replayed: replayed.length },
      text: `${replayed.length} on their way; the next run of the cron sends them, within five minutes.`,
    };
  },
});
