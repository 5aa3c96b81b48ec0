/** Tables of jobs on users; see `index.ts`, which gives them out. */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { FileFormat, FilePart, LineError, NewUserJob } from '../../../ports/index.ts';
import { fileJobColumns } from './file-jobs.ts';

const applicationId = text('application_id').notNull();

/**
 * One import or export. It is moved by conditional statements: an import from one `byte_offset` to the next, together with the
 * users of the lines between, an export from one user to another, together with the name of the part that holds them.
 */
export const userJobs = sqliteTable(
  'user_jobs',
  {
    applicationId,
    /** 24 hex digits that count up with time. */
    id: text().notNull(),
    kind: text().$type<NewUserJob['kind']>().notNull(),
    fileName: text('file_name').notNull(),
    fileFormat: text('file_format').$type<FileFormat>().notNull(),
    /** Where an import reads; empty for an export. */
    fileUrl: text('file_url').notNull().default(''),
    relativeUrl: text('relative_url'),
    /** Key of the OAuth client. */
    createdBy: text('created_by').notNull(),
    ...fileJobColumns(),
    /** Users of an import that were there before. */
    alreadyThere: integer('already_there').notNull().default(0),
    /** The last user that stands in the parts of an export. */
    after: text().notNull().default(''),
    parts: text({ mode: 'json' }).$type<FilePart[]>().notNull().default([]),
    /** When the file of an export is deleted. */
    fileExpiresAt: integer('file_expires_at'),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    index('user_jobs_open')
      .on(t.progressedAt)
      .where(sql`state IN ('pending', 'processing')`),
    index('user_jobs_leftover')
      .on(t.applicationId, t.id)
      .where(sql`kind = 'users_export' AND cleared = 0`),
    index('user_jobs_expiry').on(t.expiresAt),
  ],
);

/** The bad lines of an import, piece by piece: all of them, in a row for each piece that has some. */
export const userJobErrors = sqliteTable(
  'user_job_errors',
  {
    applicationId,
    jobId: text('job_id').notNull(),
    /** Where the piece begins. */
    byteOffset: integer('byte_offset').notNull(),
    errors: text({ mode: 'json' }).$type<LineError[]>().notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.jobId, t.byteOffset] }),
    index('user_job_errors_expiry').on(t.expiresAt),
  ],
);
