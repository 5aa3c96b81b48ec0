/** Tables of messages on their way, and of where their leftovers are looked for; see `index.ts`, which gives them out. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const applicationId = text('application_id').notNull();

/**
 * Messages on their way to a provider, by message id: a queue delivers at least once, a provider is asked once. Without
 * rowid, and swept by its key.
 */
export const deliveries = sqliteTable(
  'deliveries',
  {
    applicationId,
    id: text().notNull(),
    state: text().$type<'sending' | 'sent' | 'failed' | 'rejected'>().notNull(),
    /** When a consumer took it; a claim that is too old is free again. */
    claimedAt: integer('claimed_at').notNull(),
    /** Calling code that an SMS went to; unset for a mail. */
    country: integer(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.id] })],
);

/**
 * What SMS cost, when they cost anything. `day`: sends by UTC day. `foreign`: sends to other countries than the
 * application's own, by hour. `pause`: when such sends stopped, until `expires_at`. Without rowid, and swept by its key.
 */
export const smsCounts = sqliteTable(
  'sms_counts',
  {
    applicationId,
    name: text().$type<'day' | 'foreign' | 'pause'>().notNull(),
    /** Beginning of the day, the hour or the pause. */
    start: integer().notNull(),
    sent: integer().notNull().default(0),
    /** How many of `sent` were verified; `foreign` only. */
    verified: integer().notNull().default(0),
    /** Operators know that the day's cap is near; `day` only. */
    alerted: integer({ mode: 'boolean' }).notNull().default(false),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.name, t.start] })],
);

/** Where the retention run has stopped in a table that it reads through by its key. */
export const sweeps = sqliteTable('sweeps', {
  /** The table. */
  name: text().primaryKey(),
  /** Key of the last row that was looked at. */
  after: text({ mode: 'json' }).$type<(string | number)[]>().notNull(),
});
