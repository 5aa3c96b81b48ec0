/** Imports as their consumer moves them: each step is one batch, on the condition that nobody else has made it. */
import type { GroupImports } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import {
  groupExists,
  groupOfImport,
  insertImport,
  readImport,
  replaceImport,
  selectImport,
} from './groups.ts';
import { alias, as, insertSelect, select, sql, type SQL, update } from '../statements/query.ts';
import {
  groupImportErrors,
  groupImports,
  groupMembers,
  identifiers,
  userGroups,
  users,
} from '../schema/index.ts';

const u = alias(users, 'u');
const i = alias(identifiers, 'i');

/** The port `GroupImports` on D1. */
export function d1GroupImports(database: Database, applicationId: string): GroupImports {
  const isOne = (importId: string): SQL =>
    sql`${groupImports.applicationId} = ${applicationId} AND ${groupImports.id} = ${importId}`;
  const open = (importId: string): SQL =>
    sql`${isOne(importId)} AND ${groupImports.state} IN ('pending', 'processing')`;
  const openAt = (importId: string, from: number): SQL =>
    sql`${open(importId)} AND ${groupImports.byteOffset} = ${from}`;
  const groupOf = (importId: string): SQL =>
    sql`${userGroups.applicationId} = ${applicationId} AND ${userGroups.importId} = ${importId}`;

  return {
    async find(importId) {
      const { found } = await database.read({ found: selectImport(applicationId, importId) });
      return found[0] && readImport(found[0]);
    },

    async resolve(members) {
      const { rows } = await database.read({
        rows: select({
          at: sql<number>`j.key`,
          userId: sql<string | null>`CASE j.value ->> 'by'
            WHEN 'id' THEN (SELECT ${u.id} FROM ${as(u)}
              WHERE ${u.applicationId} = ${applicationId} AND ${u.id} = j.value ->> 'value')
            ELSE (SELECT ${i.userId} FROM ${as(i)}
              WHERE ${i.applicationId} = ${applicationId} AND ${i.kind} = j.value ->> 'by'
                AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 1) END`,
        }).from(sql`json_each(${JSON.stringify(members)}) j`),
      });
      const found = new Map(rows.map(({ at, userId }) => [at, userId ?? undefined]));
      return members.map((_, at) => found.get(at));
    },

    async advance(importId, step) {
      const { from, byteOffset, line, version, columns, rows, failed, now } = step;
      const here = sql`EXISTS (SELECT 1 FROM ${groupImports} WHERE ${openAt(importId, from)})`;
      const { moved } = await database.write({
        errors: insertSelect(
          groupImportErrors,
          {
            applicationId,
            importId,
            line: sql`j.value ->> 'line'`,
            message: sql`j.value ->> 'message'`,
          },
          sql`FROM json_each(${JSON.stringify(step.errors)}) j WHERE ${here}`,
        ).onConflictDoNothing(),
        // Once more through the users: one may have been purged since it was found.
        members: insertSelect(
          groupMembers,
          { applicationId, importId, userId: sql`${u.id}` },
          sql`FROM json_each(${JSON.stringify(step.userIds)}) j
            CROSS JOIN ${as(u)} ON ${u.applicationId} = ${applicationId} AND ${u.id} = j.value
            WHERE ${here}`,
        ).onConflictDoNothing(),
        // Right behind the members, which `changes()` counts.
        moved: update(groupImports)
          .set({
            users: sql`${groupImports.users} + changes()`,
            state: 'processing',
            byteOffset,
            line,
            version: version ?? null,
            columns: columns ?? null,
            rows: sql`${groupImports.rows} + ${rows}`,
            failed: sql`${groupImports.failed} + ${failed}`,
            failure: null,
            progressedAt: now,
          })
          .where(openAt(importId, from))
          .returning({ id: groupImports.id }),
      });
      return moved.length > 0;
    },

    async succeed(importId, from, now) {
      const group = groupOf(importId);
      const succeeded = sql`EXISTS (SELECT 1 FROM ${groupImports}
        WHERE ${isOne(importId)} AND ${groupImports.state} = 'success')`;
      await database.write({
        succeeded: update(groupImports)
          .set({ state: 'success', failure: null, progressedAt: now })
          .where(
            sql`${openAt(importId, from)} AND EXISTS (SELECT 1 FROM ${userGroups} WHERE ${group})`,
          ),
        replaced: update(groupImports)
          .set({ state: 'replaced', cleared: false })
          .where(
            sql`${groupImports.applicationId} = ${applicationId} AND ${groupImports.id} <> ${importId}
              AND ${groupImports.id} = (SELECT ${userGroups.membersOf} FROM ${userGroups} WHERE ${group})
              AND ${succeeded}`,
          ),
        group: update(userGroups)
          .set({ membersOf: importId, modifiedAt: now })
          .where(sql`${group} AND ${succeeded}`),
      });
    },

    async fail(importId, reason, now) {
      await database.write({
        failed: update(groupImports)
          .set({ state: 'failed', failure: reason, progressedAt: now })
          .where(open(importId)),
      });
    },

    async note(importId, reason) {
      await database.write({
        noted: update(groupImports).set({ failure: reason }).where(open(importId)),
      });
    },

    async restart({ id, groupId, fileUrl, restarts }, importId, now) {
      const group = groupOfImport(applicationId, id);
      const there = groupExists(group);
      const next = { id: importId, groupId: sql`${groupId}`, fileUrl, restarts: restarts + 1 };
      const { restarted } = await database.write({
        replaced: replaceImport(applicationId, group, there),
        import: insertImport(applicationId, next, now, there),
        restarted: update(userGroups)
          .set({ importId })
          .where(groupOf(id))
          .returning({ id: userGroups.id }),
      });
      return restarted.length > 0;
    },
  };
}
