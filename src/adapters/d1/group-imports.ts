/** Imports as their consumer moves them: each step is one batch, on the condition that nobody else has made it. */
import type { GroupImports } from '../../ports.ts';
import type { Database } from './database.ts';
import { IMPORT_COLUMNS, insertImport, readImport, replaceImport } from './groups.ts';
import { sql, type SQL } from './sql.ts';

export function d1GroupImports(database: Database, applicationId: string): GroupImports {
  const isOne = (importId: string): SQL =>
    sql`application_id = ${applicationId} AND id = ${importId}`;
  const open = (importId: string): SQL =>
    sql`${isOne(importId)} AND state IN ('pending', 'processing')`;
  const openAt = (importId: string, from: number): SQL =>
    sql`${open(importId)} AND byte_offset = ${from}`;

  return {
    async find(importId) {
      const [[row] = []] = await database.read([
        sql`SELECT ${IMPORT_COLUMNS} FROM group_imports i
            WHERE i.application_id = ${applicationId} AND i.id = ${importId}`,
      ]);
      return row && readImport(row);
    },

    async resolve(members) {
      const [rows = []] = await database.read([
        sql`SELECT j.key AS at, CASE j.value ->> 'by'
              WHEN 'id' THEN (SELECT u.id FROM users u
                WHERE u.application_id = ${applicationId} AND u.id = j.value ->> 'value')
              ELSE (SELECT i.user_id FROM identifiers i
                WHERE i.application_id = ${applicationId} AND i.kind = j.value ->> 'by'
                  AND i.value = j.value ->> 'value' AND i.verified = 1) END AS user_id
            FROM json_each(${JSON.stringify(members)}) j`,
      ]);
      const found = new Map(rows.map(({ at, user_id }) => [Number(at), user_id]));
      return members.map((_, at) => {
        const userId = found.get(at);
        return typeof userId === 'string' ? userId : undefined;
      });
    },

    async advance(importId, step) {
      const { from, byteOffset, line, version, columns, rows, failed, now } = step;
      const here = sql`EXISTS (SELECT 1 FROM group_imports WHERE ${openAt(importId, from)})`;
      const results = await database.write([
        sql`INSERT INTO group_import_errors (application_id, import_id, line, message)
            SELECT ${applicationId}, ${importId}, j.value ->> 'line', j.value ->> 'message'
            FROM json_each(${JSON.stringify(step.errors)}) j WHERE ${here} ON CONFLICT DO NOTHING`,
        // Once more through the users: one may have been purged since it was found.
        sql`INSERT INTO group_members (application_id, import_id, user_id)
            SELECT ${applicationId}, ${importId}, u.id FROM json_each(${JSON.stringify(step.userIds)}) j
            CROSS JOIN users u ON u.application_id = ${applicationId} AND u.id = j.value
            WHERE ${here} ON CONFLICT DO NOTHING`,
        // Right behind the members, which `changes()` counts.
        sql`UPDATE group_imports SET users = users + changes(), state = 'processing', byte_offset = ${byteOffset},
              line = ${line}, version = ${version ?? null}, columns = ${columns ? JSON.stringify(columns) : null},
              rows = rows + ${rows}, failed = failed + ${failed}, failure = NULL, progressed_at = ${now}
            WHERE ${openAt(importId, from)} RETURNING id`,
      ]);
      return (results.at(-1) ?? []).length > 0;
    },

    async succeed(importId, from, now) {
      const group = sql`application_id = ${applicationId} AND import_id = ${importId}`;
      const succeeded = sql`EXISTS (SELECT 1 FROM group_imports WHERE ${isOne(importId)} AND state = 'success')`;
      await database.write([
        sql`UPDATE group_imports SET state = 'success', failure = NULL, progressed_at = ${now}
            WHERE ${openAt(importId, from)} AND EXISTS (SELECT 1 FROM user_groups WHERE ${group})`,
        sql`UPDATE group_imports SET state = 'replaced', cleared = 0
            WHERE application_id = ${applicationId} AND id <> ${importId}
              AND id = (SELECT members_of FROM user_groups WHERE ${group}) AND ${succeeded}`,
        sql`UPDATE user_groups SET members_of = ${importId}, modified_at = ${now} WHERE ${group} AND ${succeeded}`,
      ]);
    },

    async fail(importId, reason, now) {
      await database.write([
        sql`UPDATE group_imports SET state = 'failed', failure = ${reason}, progressed_at = ${now} WHERE ${open(importId)}`,
      ]);
    },

    async note(importId, reason) {
      await database.write([
        sql`UPDATE group_imports SET failure = ${reason} WHERE ${open(importId)}`,
      ]);
    },

    async restart({ id, groupId, fileUrl, restarts }, importId, now) {
      const group = sql`g.application_id = ${applicationId} AND g.import_id = ${id}`;
      const there = sql`EXISTS (SELECT 1 FROM user_groups g WHERE ${group})`;
      const next = { id: importId, groupId: sql`${groupId}`, fileUrl, restarts: restarts + 1 };
      const results = await database.write([
        replaceImport(applicationId, group, there),
        insertImport(applicationId, next, now, there),
        sql`UPDATE user_groups AS g SET import_id = ${importId} WHERE ${group} RETURNING id`,
      ]);
      return (results.at(-1) ?? []).length > 0;
    },
  };
}
