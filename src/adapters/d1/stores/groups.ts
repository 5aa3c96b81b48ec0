/** User groups as operators see and change them. At most a thousand an application, so a list may go through all of them. */
import { desc } from 'drizzle-orm';
import type { GivenChanges, GroupRef, Groups } from '../../../ports/index.ts';
import { auditStatement } from './audit.ts';
import type { Database } from '../database.ts';
import { jobStatements } from '../statements/job-statements.ts';
import {
  alias,
  as,
  excluded,
  insertSelect,
  remove,
  select,
  selectValues,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import {
  counters,
  groupImportErrors,
  groupImports,
  groupMembers,
  userGroups,
} from '../schema/index.ts';
import {
  groupExists,
  insertImport,
  readGroup,
  replaceImport,
  selectGroups,
} from '../statements/group-statements.ts';
import { insertChanges, insertErrors, resolveMembers } from '../statements/member-statements.ts';

const g = alias(userGroups, 'g');
const i = alias(groupImports, 'i');
const e = alias(groupImportErrors, 'e');
const m = alias(groupMembers, 'm');

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

    async ofUser(userId) {
      const { rows } = await reads.read({
        rows: select({ id: g.id, uid: g.uid, name: g.name })
          .from(m)
          .crossJoin(g)
          .where(
            sql`${m.userId} = ${userId} AND ${m.applicationId} = ${applicationId}
              AND ${g.applicationId} = ${applicationId} AND ${g.membersOf} = ${m.importId}`,
          )
          .orderBy(g.uid),
      });
      return rows;
    },

    async members(ref, after, limit) {
      const one = isOne(ref);
      const { found, rows } = await reads.read({
        found: select({ id: g.id }).from(g).where(one),
        rows: select({ userId: m.userId })
          .from(g)
          .crossJoin(m)
          .where(
            sql`${one} AND ${m.importId} = ${g.membersOf} AND ${m.applicationId} = ${g.applicationId}
              AND ${m.userId} > ${after}`,
          )
          .orderBy(m.userId)
          .limit(limit),
      });
      return found.length > 0 ? rows.map(({ userId }) => userId) : undefined;
    },

    resolve: async (keys) => resolveMembers(database, applicationId, keys),

    async claimStalled(importId, before, now) {
      const { claimed } = await database.write({
        claimed: jobStatements(groupImports, applicationId).claimStalled(importId, before, now),
      });
      return claimed.length > 0;
    },
  };
}
