/**
 * Tables of signed events; see `index.ts`, which gives them out. Triggers of the tables that events are about write `events`
 * and `event_deliveries`, in the transaction of the change (D-110): no operation can forget its event.
 */
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { DeliveryState, EndpointSecret, EventType } from '../../../ports/index.ts';

const applicationId = text('application_id').notNull();

/** Where an application wants its events. Without rowid, and listed by application. */
export const eventEndpoints = sqliteTable(
  'event_endpoints',
  {
    applicationId,
    id: text().notNull(),
    url: text().notNull(),
    /** A row is written for these alone. */
    types: text({ mode: 'json' }).$type<EventType[]>().notNull(),
    /** Sealed; the newest first, those behind it until their time is over. */
    secrets: text({ mode: 'json' }).$type<EndpointSecret[]>().notNull(),
    disabledAt: integer('disabled_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.id] })],
);

/** What happened to a customer, for the endpoints that asked for it. Ids sort by age. Without rowid, and swept by its key. */
export const events = sqliteTable(
  'events',
  {
    applicationId,
    id: text().notNull(),
    userId: text('user_id').notNull(),
    /** Of the customer's events: 1, 2, 3, … */
    sequence: integer().notNull(),
    type: text().$type<EventType>().notNull(),
    /** The handle of a session, `*` for all of them; empty where the event is not about sessions. */
    session: text().notNull(),
    /** Names of what has changed, each as a key. */
    changed: text({ mode: 'json' }).$type<Record<string, 1>>().notNull(),
    at: integer().notNull(),
    /** Until the end of the batch that made it: a second change of the same kind in it is the same event. */
    open: integer({ mode: 'boolean' }).notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    index('events_user').on(t.userId, t.applicationId),
    uniqueIndex('events_open')
      .on(t.userId, t.applicationId, t.type, t.session)
      .where(sql`open = 1`),
  ],
);

/** An event on its way to one endpoint. Without rowid, and swept by its key. */
export const eventDeliveries = sqliteTable(
  'event_deliveries',
  {
    applicationId,
    eventId: text('event_id').notNull(),
    endpointId: text('endpoint_id').notNull(),
    state: text().$type<DeliveryState>().notNull(),
    attempts: integer().notNull(),
    /** When it is due; 0 is at once. */
    dueAt: integer('due_at').notNull(),
    /** Until when a consumer that has taken it is waited for. */
    claimedUntil: integer('claimed_until').notNull(),
    /** Why the last attempt failed, such as `answered 503`; null after one that succeeded. */
    reason: text(),
    /** When the last attempt ended. */
    triedAt: integer('tried_at'),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.eventId, t.endpointId] }),
    index('event_deliveries_due')
      .on(t.dueAt)
      .where(sql`state = 'pending'`),
  ],
);
