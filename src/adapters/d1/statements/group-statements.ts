/** Statements on user groups and their imports, for the batches of both stores of groups. */
import type { Group, GroupImport, ImportMode } from '../../../ports/index.ts';
import { groupImports, userGroups } from '../schema/index.ts';
import { alias, as, insertSelect, type RowOf, select, sql, type SQL, update } from './query.ts';

const g = alias(userGroups, 'g');
const i = alias(groupImports, 'i');

/** What an import is made of. */
const IMPORT_FIELDS = {
  importId: i.id,
  groupId: i.groupId,
  fileUrl: i.fileUrl,
  state: i.state,
  mode: i.mode,
  version: i.version,
  byteOffset: i.byteOffset,
  line: i.line,
  columns: i.columns,
  rows: i.rows,
  users: i.users,
  failed: i.failed,
  restarts: i.restarts,
  failure: i.failure,
  progressedAt: i.progressedAt,
};

/** One import of an application, by the id of the import. */
export const selectImport = (applicationId: string, importId: string) =>
  select(IMPORT_FIELDS)
    .from(i)
    .where(sql`${i.applicationId} = ${applicationId} AND ${i.id} = ${importId}`);

/** Groups with their newest import, one row each; `where` speaks of `g` and `i`. */
export const selectGroups = (where: SQL) =>
  select({
    id: g.id,
    uid: g.uid,
    name: g.name,
    description: g.description,
    createdAt: g.createdAt,
    modifiedAt: g.modifiedAt,
    ...IMPORT_FIELDS,
  })
    .from(g)
    .crossJoin(i)
    .where(sql`${i.applicationId} = ${g.applicationId} AND ${i.id} = ${g.importId} AND ${where}`);

/** A row with the fields of an import as the port's import. */
export function readImport(row: RowOf<ReturnType<typeof selectImport>>): GroupImport {
  return {
    id: row.importId,
    groupId: row.groupId,
    fileUrl: row.fileUrl,
    state: row.state,
    mode: row.mode,
    version: row.version ?? undefined,
    byteOffset: row.byteOffset,
    line: row.line,
    columns: row.columns ?? undefined,
    rows: row.rows,
    users: row.users,
    failed: row.failed,
    restarts: row.restarts,
    failure: row.failure ?? undefined,
    progressedAt: row.progressedAt,
  };
}

/** A row of `selectGroups` as the port's group. */
export const readGroup = (row: RowOf<ReturnType<typeof selectGroups>>): Group => ({
  id: row.id,
  uid: row.uid,
  name: row.name,
  description: row.description,
  createdAt: row.createdAt,
  modifiedAt: row.modifiedAt,
  import: readImport(row),
});

/** A new import at the start of its file. */
export const insertImport = (
  applicationId: string,
  {
    id,
    groupId,
    fileUrl,
    ...more
  }: {
    id: string;
    groupId: SQL;
    fileUrl: SQL;
    restarts?: number;
    mode?: ImportMode;
    rows?: number;
    users?: number;
    failed?: number;
  },
  now: number,
  condition: SQL,
) =>
  insertSelect(
    groupImports,
    { applicationId, id, groupId, fileUrl, ...more, createdAt: now, progressedAt: now },
    sql`WHERE ${condition}`,
  );

/**
 * The newest import steps back for another one. The one whose members the group has stays as it is, until the other one
 * has succeeded.
 * @param group which group, of the alias `g`
 */
export const replaceImport = (applicationId: string, group: SQL, condition: SQL) =>
  update(groupImports)
    .set({ state: 'replaced', cleared: false })
    .where(
      sql`${groupImports.applicationId} = ${applicationId} AND ${condition}
        AND ${groupImports.id} = (SELECT ${g.importId} FROM ${as(g)} WHERE ${group}
          AND ${g.importId} IS NOT ${g.membersOf})`,
    );

/** A group by the file that is read for it, of the alias `g`, and as a condition of a batch. */
export const groupOfImport = (applicationId: string, importId: string): SQL =>
  sql`${g.applicationId} = ${applicationId} AND ${g.importId} = ${importId}`;

/** True when there is such a group; `group` speaks of the alias `g`. */
export const groupExists = (group: SQL): SQL => sql`EXISTS (SELECT 1 FROM ${as(g)} WHERE ${group})`;
