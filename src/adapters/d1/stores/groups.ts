/** User groups as operators see and change them. At most a thousand an application, so a list may go through all of them. */
import { desc } from 'drizzle-orm';
import type {
  GivenChanges,
  Group,
  GroupImport,
  GroupRef,
  Groups,
  ImportMode,
} from '../../../ports/index.ts';
import { auditStatement } from './audit.ts';
import type { Database } from '../database.ts';
import {
  alias,
  as,
  excluded,
  insertSelect,
  remove,
  type RowOf,
  select,
  selectValues,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { counters, groupImportErrors, groupImports, userGroups } from '../schema/index.ts';
import { insertChanges, insertErrors, resolveMembers } from '../statements/member-statements.ts';

const g = alias(userGroups, 'g');
const i = alias(groupImports, 'i');
const e = alias(groupImportErrors, 'e');

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
const selectGroups = (where: SQL) =>
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

const readGroup = (row: RowOf<ReturnType<typeof selectGroups>>): Group => ({
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

/** @param reads where lists may come from, such as a replica; changes always go to `database` */
export function d1Groups(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  reads: Pick<Database, 'read'> = database,
): Groups {
  const isOne = (ref: GroupRef): SQL =>
    'uid' in ref
      ? sql`${g.applicationId} = ${applicationId} AND ${g.uid} = ${ref.uid}`
      : sql`${g.applicationId} = ${applicationId} AND ${g.id} = ${ref.id}`;

  const isRow = (ref: GroupRef): SQL =>
    sql`${userGroups.applicationId} = ${applicationId}
      AND ${'uid' in ref ? sql`${userGroups.uid} = ${ref.uid}` : sql`${userGroups.id} = ${ref.id}`}`;

  const insertGiven = ({ importId, changes, errors }: GivenChanges, condition: SQL) => [
    insertChanges(applicationId, importId, changes, condition),
    insertErrors(applicationId, importId, errors, condition),
  ];

  return {
    async list({ name, status, uid, pageNo, pageSize }) {
      const wanted = sql.join(
        [
          sql`${g.applicationId} = ${applicationId}`,
          ...(name === undefined ? [] : [sql`instr(lower(${g.name}), lower(${name})) > 0`]),
          ...(status === undefined ? [] : [sql`${i.state} = ${status}`]),
          ...(uid === undefined ? [] : [sql`${g.uid} = ${uid}`]),
        ],
        sql` AND `,
      );
      const { rows, counted } = await reads.read({
        rows: selectGroups(wanted)
          .orderBy(desc(g.uid))
          .limit(pageSize)
          .offset((pageNo - 1) * pageSize),
        counted: selectValues({
          total: sql<number>`(SELECT COUNT(*) FROM ${selectGroups(wanted)})`,
        }),
      });
      return { groups: rows.map(readGroup), total: counted[0]?.total ?? 0 };
    },

    async find(ref) {
      const { found, errors } = await reads.read({
        found: selectGroups(isOne(ref)),
        errors: select({ line: e.line, message: e.message })
          .from(g)
          .crossJoin(e)
          .where(
            sql`${e.applicationId} = ${g.applicationId} AND ${e.importId} = ${g.importId} AND ${isOne(ref)}`,
          )
          .orderBy(e.line),
      });
      const [row] = found;
      return row && { group: readGroup(row), errors };
    },

    async create({ id, name, description, importId, fileUrl }, max, event) {
      const { at } = event;
      const ours = sql`${userGroups.applicationId} = ${applicationId}`;
      const made = groupExists(isOne({ id }));
      const { group } = await database.write({
        inserted: insertSelect(
          userGroups,
          {
            applicationId,
            id,
            uid: sql`MAX(
              COALESCE((SELECT MAX(${userGroups.uid}) FROM ${userGroups} WHERE ${ours}), 0),
              COALESCE((SELECT ${counters.value} FROM ${counters} WHERE ${counters.applicationId} = ${applicationId}
                AND ${counters.name} = 'group_uid'), 0)) + 1`,
            name,
            description,
            importId,
            createdAt: at,
            modifiedAt: at,
          },
          sql`WHERE (SELECT COUNT(*) FROM ${userGroups} WHERE ${ours}) < ${max}`,
        ),
        import: insertImport(
          applicationId,
          { id: importId, groupId: sql`${id}`, fileUrl: sql`${fileUrl}` },
          at,
          made,
        ),
        event: auditStatement(applicationId, event, made),
        group: selectGroups(isOne({ id })),
      });
      const [row] = group;
      return row && readGroup(row);
    },

    async update(ref, { name, description, file, changes, given }, event) {
      const { at } = event;
      const one = isOne(ref);
      const change = changes ?? given;
      const newest = sql`SELECT ${g.importId} FROM ${as(g)} WHERE ${one}`;
      const idle = sql`NOT EXISTS (SELECT 1 FROM ${as(i)} WHERE ${i.applicationId} = ${applicationId}
        AND ${i.id} = (${newest}) AND ${i.state} IN ('pending', 'processing'))`;
      const there = change ? sql`${groupExists(one)} AND ${idle}` : groupExists(one);
      const next = file ?? change;
      const { updated, group } = await database.write({
        // While the newest import is the one of before: the condition speaks of that.
        event: auditStatement(applicationId, event, there),
        replaced: next && replaceImport(applicationId, one, there),
        given: given ? insertGiven(given, there) : [],
        import:
          next &&
          insertImport(
            applicationId,
            {
              id: next.importId,
              groupId: sql`(SELECT ${g.id} FROM ${as(g)} WHERE ${one})`,
              fileUrl:
                'fileUrl' in next
                  ? sql`${next.fileUrl}`
                  : sql`(SELECT ${i.fileUrl} FROM ${as(i)}
                      WHERE ${i.applicationId} = ${applicationId} AND ${i.id} = (${newest}))`,
              ...(changes && { mode: 'change' as const }),
              ...(given && {
                mode: 'apply' as const,
                rows: given.rows,
                users: given.changes.length,
                failed: given.errors.length,
              }),
            },
            at,
            there,
          ),
        updated: update(userGroups)
          .set({ name, description, importId: next?.importId, modifiedAt: at })
          .where(sql`${isRow(ref)} AND ${there}`)
          .returning({ id: userGroups.id }),
        group: selectGroups(one),
      });
      const [row] = group;
      if (row && updated.length === 0) return 'busy';
      return row && readGroup(row);
    },

    async remove(ref, event) {
      const one = isOne(ref);
      const its = (import_: typeof g.importId | typeof g.membersOf): SQL =>
        sql`SELECT ${import_} FROM ${as(g)} WHERE ${one}`;
      const { gone } = await database.write({
        event: auditStatement(applicationId, event, groupExists(one)),
        // A later group must not be taken for this one.
        uid: insertSelect(
          counters,
          { applicationId, name: 'group_uid', value: sql`${g.uid}` },
          sql`FROM ${as(g)} WHERE ${one}`,
        ).onConflictDoUpdate({
          target: [counters.applicationId, counters.name],
          set: { value: sql`MAX(${counters.value}, ${excluded(counters.value)})` },
        }),
        imports: update(groupImports)
          .set({ state: 'replaced', cleared: false })
          .where(
            sql`${groupImports.applicationId} = ${applicationId}
              AND ${groupImports.id} IN (${its(g.importId)} UNION ALL ${its(g.membersOf)})`,
          ),
        gone: remove(userGroups).where(isRow(ref)).returning({ id: userGroups.id }),
      });
      return gone[0]?.id;
    },

    resolve: async (keys) => resolveMembers(database, applicationId, keys),

    async claimStalled(importId, before, now) {
      const { claimed } = await database.write({
        claimed: update(groupImports)
          .set({ progressedAt: now })
          .where(
            sql`${groupImports.applicationId} = ${applicationId} AND ${groupImports.id} = ${importId}
              AND ${groupImports.state} IN ('pending', 'processing') AND ${groupImports.progressedAt} <= ${before}`,
          )
          .returning({ id: groupImports.id }),
      });
      return claimed.length > 0;
    },
  };
}
