/** Tables of user groups and of the imports that fill them; see `index.ts`, which gives them out. */
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { ImportField, ImportMode } from '../../../ports/index.ts';
import { fileJobColumns } from './file-jobs.ts';

const applicationId = text('application_id').notNull();

export const userGroups = sqliteTable(
  'user_groups',
  {
    applicationId,
    /** 24 hex digits. */
    id: text().notNull(),
    /** Counts up within the application (D-14). */
    uid: integer().notNull(),
    name: text().notNull(),
    description: text().notNull(),
    /** The newest import; its state is the group's. */
    importId: text('import_id').notNull(),
    /** The import whose members the group has: the newest one that replaced them, or the first that added some. */
    membersOf: text('members_of'),
    createdAt: integer('created_at').notNull(),
    modifiedAt: integer('modified_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    uniqueIndex('user_groups_uid').on(t.applicationId, t.uid),
  ],
);

/**
 * One reading of one file. It is moved by conditional statements from one `byte_offset` to the next, so that of several
 * deliveries of its message one gets on. A file that changed, and a newer file, make a new import; the old one is `replaced`.
 */
export const groupImports = sqliteTable(
  'group_imports',
  {
    applicationId,
    id: text().notNull(),
    groupId: text('group_id').notNull(),
    fileUrl: text('file_url').notNull(),
    mode: text().$type<ImportMode>().notNull().default('replace'),
    ...fileJobColumns<ImportField>(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    index('group_imports_open')
      .on(t.progressedAt)
      .where(sql`state IN ('pending', 'processing')`),
    index('group_imports_leftover')
      .on(t.applicationId, t.id)
      .where(sql`state IN ('failed', 'replaced') AND cleared = 0`),
  ],
);

/** Lines that name no customer; the first ones, `failed` counts all. */
export const groupImportErrors = sqliteTable(
  'group_import_errors',
  {
    applicationId,
    importId: text('import_id').notNull(),
    line: integer().notNull(),
    message: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.importId, t.line] })],
);

/** Without rowid. */
export const groupMembers = sqliteTable(
  'group_members',
  { applicationId, importId: text('import_id').notNull(), userId: text('user_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.importId, t.applicationId, t.userId] }),
    index('group_members_user').on(t.userId, t.applicationId),
  ],
);

/** What an import that changes members has read, until it is written into them; one row for each customer. */
export const groupChanges = sqliteTable(
  'group_changes',
  {
    applicationId,
    importId: text('import_id').notNull(),
    userId: text('user_id').notNull(),
    removes: integer({ mode: 'boolean' }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.importId, t.userId] }),
    index('group_changes_user').on(t.applicationId, t.userId),
  ],
);
