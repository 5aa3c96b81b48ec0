/** Tables of applications that are moved from one database to another (D-109); see `index.ts`, which gives them out. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * How far each move is, in `DB` only: the one place that decides. `aborting`: what was copied is dropped. `switched`: the
 * application is served from the target, and the source is being cleaned. A move that is over has no row.
 */
export const moves = sqliteTable('moves', {
  applicationId: text('application_id').primaryKey(),
  /** Names of bindings. */
  source: text().notNull(),
  target: text().notNull(),
  state: text().$type<'copying' | 'frozen' | 'aborting' | 'switched'>().notNull(),
  /** The newest run of the command; an older one that is still at it is refused. */
  runner: text().notNull(),
  /** Counts the freezes, so that what ends one cannot end another. */
  freeze: integer().notNull().default(0),
  /** The last sign of life of the run that froze it. */
  frozenAt: integer('frozen_at'),
  startedAt: integer('started_at').notNull(),
});

/**
 * What a database is to an application that moves; triggers look here whether a row of the application may be written.
 * `leaving`: each change is noted in `move_changes`. `frozen`: nobody may write. `left`: nobody may read either, and so it
 * stays for as long as anybody may take this database for the application's. `arriving`: only the move writes.
 */
export const movePlaces = sqliteTable('move_places', {
  applicationId: text('application_id').primaryKey(),
  state: text().$type<'leaving' | 'frozen' | 'left' | 'arriving'>().notNull(),
  runner: text().notNull(),
  freeze: integer().notNull().default(0),
  /** Inside of a transaction of the move itself. */
  open: integer({ mode: 'boolean' }).notNull().default(false),
  /** When the state was reached. */
  at: integer().notNull(),
});

/** Keys of rows that have changed while they were copied. A number is never used twice, so that a later change is not dropped with an earlier one. */
export const moveChanges = sqliteTable(
  'move_changes',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    applicationId: text('application_id').notNull(),
    /** Of the table, in the schema. */
    name: text().notNull(),
    key: text({ mode: 'json' }).$type<(string | number)[]>().notNull(),
  },
  (t) => [index('move_changes_application').on(t.applicationId, t.seq)],
);

/** In the target: how far each table is copied. */
export const moveProgress = sqliteTable(
  'move_progress',
  {
    applicationId: text('application_id').notNull(),
    name: text().notNull(),
    /** Key of the last row that was looked at. */
    after: text({ mode: 'json' }).$type<(string | number)[]>().notNull(),
    /** Rows that were copied. */
    rows: integer().notNull(),
    done: integer({ mode: 'boolean' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.name] })],
);
