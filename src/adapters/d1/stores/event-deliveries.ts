/** Events on their way to endpoints: a queue may bring a message twice, an attempt is made by one consumer. */
import type {
  AuditEvent,
  CustomerEvent,
  DeliveryKey,
  EventDeliveries,
  EventEndpoint,
} from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { eventDeliveries, eventEndpoints, events } from '../schema/index.ts';
import { type RowOf, select, sql, type SQL, update } from '../statements/query.ts';
import { auditStatement } from './audit.ts';

/** Events that `where` names, with what `readEvent` reads. */
export const selectEvents = (where: SQL) =>
  select({
    id: events.id,
    type: events.type,
    userId: events.userId,
    sequence: events.sequence,
    changed: events.changed,
    session: events.session,
    at: events.at,
  })
    .from(events)
    .where(where);

/** A row of `selectEvents`. */
export const readEvent = ({
  changed,
  session,
  ...event
}: RowOf<ReturnType<typeof selectEvents>>): CustomerEvent => ({
  ...event,
  changed: Object.keys(changed).toSorted(),
  ...(session !== '' && { session }),
});

/** Endpoints that `where` names, with what `readEndpoint` reads. */
export const selectEndpoints = (where: SQL) =>
  select({
    id: eventEndpoints.id,
    url: eventEndpoints.url,
    types: eventEndpoints.types,
    secrets: eventEndpoints.secrets,
    disabledAt: eventEndpoints.disabledAt,
    createdAt: eventEndpoints.createdAt,
  })
    .from(eventEndpoints)
    .where(where);

/** A row of `selectEndpoints`. */
export const readEndpoint = ({
  id,
  url,
  secrets,
  disabledAt,
}: RowOf<ReturnType<typeof selectEndpoints>>): EventEndpoint => ({
  id,
  url,
  secrets,
  disabled: disabledAt !== null,
});

/** One endpoint of an application. */
export const endpointIs = (applicationId: string, id: string): SQL =>
  sql`${eventEndpoints.applicationId} = ${applicationId} AND ${eventEndpoints.id} = ${id}`;

/** The port `EventDeliveries` on D1. */
export function d1EventDeliveries(database: Database, applicationId: string): EventDeliveries {
  const deliveryIs = ({ eventId, endpointId }: Omit<DeliveryKey, 'applicationId'>): SQL =>
    sql`${eventDeliveries.applicationId} = ${applicationId} AND ${eventDeliveries.eventId} = ${eventId}
      AND ${eventDeliveries.endpointId} = ${endpointId}`;

  return {
    async claim(key, now, claimMs) {
      const { claimed, event, endpoint } = await database.write({
        claimed: update(eventDeliveries)
          .set({ claimedUntil: now + claimMs, attempts: sql`${eventDeliveries.attempts} + 1` })
          .where(
            sql`${deliveryIs(key)} AND ${eventDeliveries.state} = 'pending'
              AND ${eventDeliveries.dueAt} <= ${now} AND ${eventDeliveries.claimedUntil} <= ${now}`,
          )
          .returning({ attempts: eventDeliveries.attempts }),
        event: selectEvents(
          sql`${events.applicationId} = ${applicationId} AND ${events.id} = ${key.eventId}`,
        ),
        endpoint: selectEndpoints(endpointIs(applicationId, key.endpointId)),
      });
      const [mine] = claimed;
      if (!mine || !event[0] || !endpoint[0]) return undefined;
      return {
        event: readEvent(event[0]),
        endpoint: readEndpoint(endpoint[0]),
        attempts: mine.attempts,
      };
    },

    async settle(key, end, now) {
      await database.write({
        settled: update(eventDeliveries)
          .set({
            state: end.state,
            reason: end.state === 'delivered' ? null : end.reason,
            ...(end.state === 'pending' && { dueAt: end.dueAt }),
            claimedUntil: 0,
            triedAt: now,
          })
          .where(deliveryIs(key)),
      });
    },

    async disable(endpointId, now) {
      const event: AuditEvent = {
        action: 'endpoint.disabled',
        actor: 'system',
        requestId: undefined,
        detail: { endpoint: endpointId, reason: 'answered 410' },
        at: now,
      };
      await database.write({
        disabled: update(eventEndpoints)
          .set({ disabledAt: now })
          .where(
            sql`${endpointIs(applicationId, endpointId)} AND ${eventEndpoints.disabledAt} IS NULL`,
          ),
        audit: auditStatement(applicationId, event, sql`changes() = 1`),
      });
    },
  };
}
