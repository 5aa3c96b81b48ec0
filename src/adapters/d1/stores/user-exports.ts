/** Users of an application as records that an import reads again, and the exports that carry them into a file. */
import { userRecord } from '../../../domain/jobs/user-record.ts';
import type { ExportedUser, UserExports } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { socialIdentities, userJobs } from '../schema/index.ts';
import { jobStatements } from '../statements/job-statements.ts';
import { alias, as, type RowOf, select, sql, update } from '../statements/query.ts';
import { readUser, u, USER_FIELDS } from '../statements/user-rows.ts';

export interface ExportOptions {
  withHashes: boolean;
  /** Those too who have deleted their account and are not purged yet. */
  deleted: boolean;
}

const s = alias(socialIdentities, 's');

/** A page of users behind `after`, with what an export needs besides. */
const selectPage = (applicationId: string, after: string, most: number, deleted: boolean) =>
  select({
    ...USER_FIELDS,
    passwordHash: u.passwordHash,
    social: sql`(
      SELECT json_group_array(json_object('provider', ${s.provider}, 'subject', ${s.subject}))
      FROM ${as(s)} WHERE ${s.applicationId} = ${u.applicationId} AND ${s.userId} = ${u.id})`.mapWith(
      // What json_object writes above.
      (json: string) => JSON.parse(json) as object[],
    ),
  })
    .from(u)
    .where(
      sql`${u.applicationId} = ${applicationId} AND ${u.id} > ${after}
        AND ${deleted ? sql`TRUE` : sql`${u.deletedAt} IS NULL`}`,
    )
    .orderBy(u.id)
    .limit(most);

type Exported = RowOf<ReturnType<typeof selectPage>>;

function recordOf(row: Exported, { withHashes }: ExportOptions): ExportedUser {
  const user = readUser(row);
  if (!user) throw new Error('a row without a user');
  const { social, passwordHash: hash } = row;
  return userRecord(user, { social, hash: withHashes ? (hash ?? undefined) : undefined });
}

/** Users behind `after` in the order of their ids, at most `most`. */
export async function exportPage(
  database: Database,
  applicationId: string,
  { after, most, ...options }: ExportOptions & { after: string; most: number },
): Promise<ExportedUser[]> {
  const { rows } = await database.read({
    rows: selectPage(applicationId, after, most, options.deleted),
  });
  return rows.map((row) => recordOf(row, options));
}

/** The port `UserExports` on D1. */
export function d1UserExports(database: Database, applicationId: string): UserExports {
  const moves = jobStatements(userJobs, applicationId);
  const openBehind = (id: string, from: string) =>
    sql`${moves.open(id)} AND ${userJobs.after} = ${from}`;
  return {
    async find(id) {
      const { found } = await database.read({
        found: select({
          id: userJobs.id,
          state: userJobs.state,
          fileFormat: userJobs.fileFormat,
          after: userJobs.after,
          rows: userJobs.rows,
          failure: userJobs.failure,
        })
          .from(userJobs)
          .where(sql`${moves.isOne(id)} AND ${userJobs.kind} = 'users_export'`),
      });
      const [row] = found;
      return row && { ...row, failure: row.failure ?? undefined };
    },

    page: async (after, most) =>
      exportPage(database, applicationId, { after, most, withHashes: false, deleted: false }),

    async advance(id, { from, after, part, rows, now }) {
      const { moved } = await database.write({
        moved: update(userJobs)
          .set({
            state: 'processing',
            after,
            parts: sql`json_insert(${userJobs.parts}, '$[#]', json(${JSON.stringify(part)}))`,
            rows: sql`${userJobs.rows} + ${rows}`,
            users: sql`${userJobs.users} + ${rows}`,
            failure: null,
            progressedAt: now,
          })
          .where(openBehind(id, from))
          .returning({ id: userJobs.id }),
      });
      return moved.length > 0;
    },

    async succeed(id, from, fileExpiresAt, now) {
      await database.write({
        succeeded: update(userJobs)
          .set({ state: 'success', failure: null, fileExpiresAt, progressedAt: now })
          .where(openBehind(id, from)),
      });
    },

    async fail(id, reason, now) {
      await database.write({ failed: moves.fail(id, reason, now) });
    },

    async note(id, reason) {
      await database.write({ noted: moves.note(id, reason) });
    },
  };
}
