/** What jobs need now and then: a new message for one whose message was lost, and an end for what they have left behind. */
import { getTableName } from 'drizzle-orm';
import { MINUTE_MS } from '../../../shared/time.ts';
import { partsFolder } from '../../../domain/jobs/export-users.ts';
import type { JobFiles, JobKind } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { remove, select, selectValues, sql, update, type SQL } from '../statements/query.ts';
import { isSettled } from '../moves/settled.ts';
import type { Steps } from './turns.ts';
import {
  groupChanges,
  groupImportErrors,
  groupImports,
  groupMembers,
  userJobs,
} from '../schema/index.ts';

/** Longer than a message waits between two tries. */
const STALLED_AFTER_MS = 10 * MINUTE_MS;
/** Imports a run: each is a message. */
const MAX_RESUMED = 100;
const MAX_IMPORTS = 20;
const BATCH_ROWS = 5_000;

export interface Stalled {
  kind: JobKind;
  applicationId: string;
  id: string;
}

/** The rows of a table of jobs that nothing has moved since `before`; both tables have these columns. */
function stalledSince(table: typeof groupImports | typeof userJobs, before: number): SQL {
  return sql`rowid IN (
    SELECT rowid FROM ${table} WHERE ${table.state} IN ('pending', 'processing') AND ${table.progressedAt} <= ${before}
      AND ${isSettled(table)} ORDER BY ${table.progressedAt} LIMIT ${MAX_RESUMED})`;
}

/** Jobs that nothing has moved for ten minutes; each is told once. */
export async function takeStalled(database: Database, now: number): Promise<Stalled[]> {
  const before = now - STALLED_AFTER_MS;
  const { groups, users } = await database.write({
    groups: update(groupImports)
      .set({ progressedAt: now })
      .where(stalledSince(groupImports, before))
      .returning({ applicationId: groupImports.applicationId, id: groupImports.id }),
    users: update(userJobs)
      .set({ progressedAt: now })
      .where(stalledSince(userJobs, before))
      .returning({
        kind: userJobs.kind,
        applicationId: userJobs.applicationId,
        id: userJobs.id,
      }),
  });
  return [...groups.map((one) => ({ ...one, kind: 'group' as const })), ...users];
}

/**
 * Drops the files of exports that are over: those that have failed, and those whose time has come. An export whose file cannot
 * be dropped now is met again by the next run.
 */
export async function* dropFiles(
  database: Database,
  files: JobFiles | undefined,
  now: number,
): Steps {
  // Without a bucket nobody can drop anything; one that is bound again is what it was.
  if (!files) return;
  for (let rows = await nextFiles(database, now); rows.length > 0;) {
    yield { counts: {}, queries: 1 };
    for (const { application, id } of rows) {
      await files.drop(partsFolder(application, id));
      await database.write({
        cleared: update(userJobs)
          .set({ cleared: true, parts: [] })
          .where(sql`${userJobs.applicationId} = ${application} AND ${userJobs.id} = ${id}`),
      });
      yield { counts: { job_files: 1 }, queries: 1, calls: 1 };
    }
    rows = await nextFiles(database, now);
  }
  yield { counts: { job_files: 0 }, queries: 1 };
}

/** Exports whose files are over. */
async function nextFiles(database: Database, now: number) {
  const { rows } = await database.read({
    rows: select({ application: userJobs.applicationId, id: userJobs.id })
      .from(userJobs)
      .where(
        sql`${userJobs.kind} = 'users_export' AND ${userJobs.cleared} = 0
          AND (${userJobs.state} = 'failed' OR ${userJobs.fileExpiresAt} <= ${now}) AND ${isSettled(userJobs)}`,
      )
      .limit(MAX_IMPORTS),
  });
  return rows;
}

/**
 * Drops the members and changes of failed and replaced imports, batch by batch, and the replaced ones themselves. A failed one stays for
 * its group to show, until a newer file comes.
 */
export async function* dropLeftovers(database: Database): Steps {
  for (let rows = await nextLeftovers(database); rows.length > 0;) {
    yield { counts: {}, queries: 1 };
    for (const { application, id } of rows) yield* dropImport(database, application, id);
    rows = await nextLeftovers(database);
  }
  yield { counts: { group_members: 0, group_changes: 0 }, queries: 1 };
}

async function nextLeftovers(database: Database) {
  const { rows } = await database.read({
    rows: select({ application: groupImports.applicationId, id: groupImports.id })
      .from(groupImports)
      .where(sql`${groupImports.state} IN ('failed', 'replaced') AND ${groupImports.cleared} = 0
          AND ${isSettled(groupImports)}`)
      .limit(MAX_IMPORTS),
  });
  return rows;
}

async function* dropImport(database: Database, application: string, id: string): Steps {
  const isOne = sql`${groupImports.applicationId} = ${application} AND ${groupImports.id} = ${id}`;
  const replaced = sql`${isOne} AND ${groupImports.state} = 'replaced'`;
  for (const table of [groupMembers, groupChanges]) {
    const ofImport = sql`${table.importId} = ${id} AND ${table.applicationId} = ${application}`;
    for (let gone = BATCH_ROWS; gone === BATCH_ROWS;) {
      const { counted } = await database.write({
        rows: remove(table).where(
          sql`${ofImport} AND ${table.userId} IN (
            SELECT ${table.userId} FROM ${table} WHERE ${ofImport} LIMIT ${BATCH_ROWS})`,
        ),
        counted: selectValues({ gone: sql<number>`changes()` }),
      });
      gone = counted[0]?.gone ?? 0;
      yield { counts: { [getTableName(table)]: gone }, queries: 2 };
    }
  }
  await database.write({
    errors: remove(groupImportErrors).where(
      sql`${groupImportErrors.applicationId} = ${application} AND ${groupImportErrors.importId} = ${id}
        AND EXISTS (SELECT 1 FROM ${groupImports} WHERE ${replaced})`,
    ),
    replaced: remove(groupImports).where(replaced),
    cleared: update(groupImports)
      .set({ cleared: true })
      .where(sql`${isOne} AND ${groupImports.state} = 'failed'`),
  });
  yield { counts: {}, queries: 3 };
}
