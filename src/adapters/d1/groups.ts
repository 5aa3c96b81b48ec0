/** User groups as operators see and change them. At most a thousand an application, so a list may go through all of them. */
import type {
  Group,
  GroupImport,
  GroupRef,
  Groups,
  ImportColumns,
  ImportState,
} from '../../ports.ts';
import { auditStatement } from './audit.ts';
import type { Database, Row } from './database.ts';
import { sql, type SQL } from './sql.ts';

/** What an import is read from; `i` is its table. */
export const IMPORT_COLUMNS = sql`i.id AS import_id, i.group_id, i.file_url, i.state, i.version, i.byte_offset, i.line,
  i.columns, i.rows, i.users, i.failed, i.restarts, i.failure, i.progressed_at`;

export function readImport(row: Row): GroupImport {
  const { version, columns, failure } = row;
  return {
    id: String(row['import_id']),
    groupId: String(row['group_id']),
    fileUrl: String(row['file_url']),
    // Written by these stores only, as is the JSON below.
    state: String(row['state']) as ImportState,
    version: typeof version === 'string' ? version : undefined,
    byteOffset: Number(row['byte_offset']),
    line: Number(row['line']),
    columns: typeof columns === 'string' ? (JSON.parse(columns) as ImportColumns) : undefined,
    rows: Number(row['rows']),
    users: Number(row['users']),
    failed: Number(row['failed']),
    restarts: Number(row['restarts']),
    failure: typeof failure === 'string' ? failure : undefined,
    progressedAt: Number(row['progressed_at']),
  };
}

const readGroup = (row: Row): Group => ({
  id: String(row['id']),
  uid: Number(row['uid']),
  name: String(row['name']),
  description: String(row['description']),
  createdAt: Number(row['created_at']),
  modifiedAt: Number(row['modified_at']),
  import: readImport(row),
});

/** A new import at the start of its file. */
export const insertImport = (
  applicationId: string,
  {
    id,
    groupId,
    fileUrl,
    restarts = 0,
  }: { id: string; groupId: SQL; fileUrl: string; restarts?: number },
  now: number,
  condition: SQL,
): SQL =>
  sql`INSERT INTO group_imports (application_id, id, group_id, file_url, restarts, created_at, progressed_at)
      SELECT ${applicationId}, ${id}, ${groupId}, ${fileUrl}, ${restarts}, ${now}, ${now} WHERE ${condition}`;

/**
 * The newest import steps back for another one. One that gave the group its members stays as it is, until the other one
 * has succeeded.
 */
export const replaceImport = (applicationId: string, group: SQL, condition: SQL): SQL =>
  sql`UPDATE group_imports SET state = 'replaced', cleared = 0
      WHERE application_id = ${applicationId} AND state <> 'success' AND ${condition}
        AND id = (SELECT import_id FROM user_groups g WHERE ${group})`;

/** @param reads where lists may come from, such as a replica; changes always go to `database` */
export function d1Groups(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  reads: Pick<Database, 'read'> = database,
): Groups {
  const isOne = (ref: GroupRef): SQL =>
    'uid' in ref
      ? sql`g.application_id = ${applicationId} AND g.uid = ${ref.uid}`
      : sql`g.application_id = ${applicationId} AND g.id = ${ref.id}`;
  const select = (where: SQL): SQL =>
    sql`SELECT g.id, g.uid, g.name, g.description, g.created_at, g.modified_at, ${IMPORT_COLUMNS}
        FROM user_groups g CROSS JOIN group_imports i ON i.application_id = g.application_id AND i.id = g.import_id
        WHERE ${where}`;

  return {
    async list({ name, status, uid, pageNo, pageSize }) {
      const wanted = sql.join(
        [
          sql`g.application_id = ${applicationId}`,
          ...(name === undefined ? [] : [sql`instr(lower(g.name), lower(${name})) > 0`]),
          ...(status === undefined ? [] : [sql`i.state = ${status}`]),
          ...(uid === undefined ? [] : [sql`g.uid = ${uid}`]),
        ],
        sql` AND `,
      );
      const [rows = [], [counted] = []] = await reads.read([
        sql`${select(wanted)} ORDER BY g.uid DESC LIMIT ${pageSize} OFFSET ${(pageNo - 1) * pageSize}`,
        sql`SELECT COUNT(*) AS total FROM (${select(wanted)})`,
      ]);
      return { groups: rows.map(readGroup), total: Number(counted?.['total'] ?? 0) };
    },

    async find(ref) {
      const [[row] = [], errors = []] = await reads.read([
        select(isOne(ref)),
        sql`SELECT e.line, e.message FROM user_groups g CROSS JOIN group_import_errors e
            ON e.application_id = g.application_id AND e.import_id = g.import_id
            WHERE ${isOne(ref)} ORDER BY e.line`,
      ]);
      return (
        row && {
          group: readGroup(row),
          errors: errors.map(({ line, message }) => ({
            line: Number(line),
            message: String(message),
          })),
        }
      );
    },

    async create({ id, name, description, importId, fileUrl }, max, event) {
      const { at } = event;
      const ours = sql`(SELECT COUNT(*) FROM user_groups WHERE application_id = ${applicationId})`;
      const made = sql`EXISTS (SELECT 1 FROM user_groups g WHERE ${isOne({ id })})`;
      const results = await database.write([
        sql`INSERT INTO user_groups (application_id, id, uid, name, description, import_id, created_at, modified_at)
            SELECT ${applicationId}, ${id},
              COALESCE((SELECT MAX(uid) FROM user_groups WHERE application_id = ${applicationId}), 0) + 1,
              ${name}, ${description}, ${importId}, ${at}, ${at}
            WHERE ${ours} < ${max}`,
        insertImport(applicationId, { id: importId, groupId: sql`${id}`, fileUrl }, at, made),
        auditStatement(applicationId, event, made),
        select(isOne({ id })),
      ]);
      const row = results.at(-1)?.[0];
      return row && readGroup(row);
    },

    async update(ref, { name, description, file }, event) {
      const group = isOne(ref);
      const there = sql`EXISTS (SELECT 1 FROM user_groups g WHERE ${group})`;
      const groupId = sql`(SELECT g.id FROM user_groups g WHERE ${group})`;
      const results = await database.write([
        ...(file
          ? [
              replaceImport(applicationId, group, there),
              insertImport(
                applicationId,
                { id: file.importId, groupId, fileUrl: file.fileUrl },
                event.at,
                there,
              ),
            ]
          : []),
        sql`UPDATE user_groups AS g SET name = COALESCE(${name ?? null}, name),
              description = COALESCE(${description ?? null}, description),
              import_id = COALESCE(${file?.importId ?? null}, import_id), modified_at = ${event.at}
            WHERE ${group}`,
        auditStatement(applicationId, event, there),
        select(group),
      ]);
      const row = results.at(-1)?.[0];
      return row && readGroup(row);
    },

    async claimStalled(importId, before, now) {
      const [claimed = []] = await database.write([
        sql`UPDATE group_imports SET progressed_at = ${now}
            WHERE application_id = ${applicationId} AND id = ${importId}
              AND state IN ('pending', 'processing') AND progressed_at <= ${before} RETURNING id`,
      ]);
      return claimed.length > 0;
    },
  };
}
