/** Tables of what operators look back on: figures by the hour, and earlier login options; see `index.ts`, which gives them out. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { PlatformConfig } from '../../../ports/index.ts';

const applicationId = text('application_id').notNull();

/**
 * How often something happened in an hour, folded by a cron from rows that are there anyway, so that no request writes here.
 * A fold counts an hour from its beginning and replaces what stood here. Without rowid: read and dropped by application.
 */
export const reportCounts = sqliteTable(
  'report_counts',
  {
    applicationId,
    hourStart: integer('hour_start').notNull(),
    name: text().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.hourStart, t.name] })],
);

/** The login options of an application as each change has left them, the newest ones; beside `applications`, in `DB`. */
export const configVersions = sqliteTable(
  'config_versions',
  {
    applicationId,
    /** As of `applications.config_version`. */
    version: integer().notNull(),
    config: text({ mode: 'json' }).$type<PlatformConfig>().notNull(),
    /** As of `audit_events`; empty for what stood there before the first change. */
    actor: text().notNull().default(''),
    person: text(),
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.version] })],
);
