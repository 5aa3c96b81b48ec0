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
} from '../statements/group-statements.ts';
import { jobStatements } from '../statements/job-statements.ts';
import {
  applyStatements,
  changesLeft,
  correctChanges,
  insertChanges,
  insertErrors,
  resolveMembers,
} from '../statements/member-statements.ts';
import { alias, as, insertSelect, sql, type SQL, update } from '../statements/query.ts';
import { groupImports, groupMembers, userGroups, users } from '../schema/index.ts';

const u = alias(users, 'u');

/** The port `GroupImports` on D1. */
export function d1GroupImports(database: Database, applicationId: string): GroupImports {
  const moves = jobStatements(groupImports, applicationId);
  const { isOne, openAt } = moves;
  const groupOf = (importId: string): SQL =>
    sql`${userGroups.applicationId} = ${applicationId} AND ${userGroups.importId} = ${importId}`;

  return {
    async find(importId) {
      const { found } = await database.read({ found: selectImport(applicationId, importId) });
      return found[0] && readImport(found[0]);
    },

    resolve: async (keys) => resolveMembers(database, applicationId, keys),

    async advance(importId, step) {
      const { from, byteOffset, line, version, columns, rows, failed, changes, now } = step;
      const here = moves.here(importId, from);
      const { moved } = await database.write({
        errors: insertErrors(applicationId, importId, step.errors, here),
        corrected: changes && correctChanges(applicationId, importId, changes, here),
        members: changes
          ? insertChanges(applicationId, importId, changes, here)
          : // Once more through the users: one may have been purged since it was found.
            insertSelect(
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

    async applyChanges(importId, from, most, now) {
      const group = groupOf(importId);
      const here = sql`EXISTS (SELECT 1 FROM ${groupImports} WHERE ${openAt(importId, from)})
        AND EXISTS (SELECT 1 FROM ${userGroups} WHERE ${group})`;
      const succeeded = sql`EXISTS (SELECT 1 FROM ${groupImports}
        WHERE ${isOne(importId)} AND ${groupImports.state} = 'success')`;
      const { moved } = await database.write({
        ...applyStatements(applicationId, importId, most, here),
        moved: update(groupImports)
          .set({
            mode: 'apply',
            state: sql`CASE WHEN ${changesLeft(applicationId, importId)} THEN 'processing' ELSE 'success' END`,
            failure: null,
            progressedAt: now,
          })
          .where(
            sql`${openAt(importId, from)} AND EXISTS (SELECT 1 FROM ${userGroups} WHERE ${group})`,
          )
          .returning({ state: groupImports.state }),
        group: update(userGroups)
          .set({
            membersOf: sql`COALESCE(${userGroups.membersOf}, ${importId})`,
            modifiedAt: now,
          })
          .where(sql`${group} AND ${succeeded}`),
      });
      const [row] = moved;
      if (!row) return 'lost';
      return row.state === 'success' ? 'done' : 'more';
    },

    async fail(importId, reason, now) {
      await database.write({ failed: moves.fail(importId, reason, now) });
    },

    async note(importId, reason) {
      await database.write({ noted: moves.note(importId, reason) });
    },

    async restart({ id, groupId, fileUrl, restarts, mode }, importId, now) {
      const group = groupOfImport(applicationId, id);
      const there = groupExists(group);
      const next = {
        id: importId,
        groupId: sql`${groupId}`,
        fileUrl: sql`${fileUrl}`,
        restarts: restarts + 1,
        mode,
      };
      const { restarted } = await database.write({
        replaced: replaceImport(applicationId, group, there),
        import: insertImport(applicationId, next, now, there),
        restarted: update(userGroups)
          .set({ importId })
          .where(groupOf(id))
          .returning({ id: userGroups.id }),
      });
      return restarted.length > 0 ? importId : undefined;
    },
  };
}
