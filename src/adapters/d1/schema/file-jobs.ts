/** Columns of all jobs over a file, so that what moves them is written once. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import type { FileColumns, JobState } from '../../../ports/index.ts';

/** Fresh builders for a table, because drizzle gives each of them to one. */
export const fileJobColumns = <F extends string>() => ({
  state: text().$type<JobState>().notNull().default('pending'),
  /** ETag, or else Last-Modified, of the file as it was first read. */
  version: text(),
  /** Where the next record begins. */
  byteOffset: integer('byte_offset').notNull().default(0),
  /** Lines before it. */
  line: integer().notNull().default(0),
  /** What the header names; unset until it is read. */
  columns: text({ mode: 'json' }).$type<FileColumns<F>>(),
  rows: integer().notNull().default(0),
  users: integer().notNull().default(0),
  failed: integer().notNull().default(0),
  /** How often the file has changed while it was read. */
  restarts: integer().notNull().default(0),
  /** Why it failed as a whole. */
  failure: text(),
  createdAt: integer('created_at').notNull(),
  progressedAt: integer('progressed_at').notNull(),
  /** What it has left behind is gone, or it has left nothing. */
  cleared: integer({ mode: 'boolean' }).notNull().default(false),
});
