/** Imports of users as their consumer moves them: a piece's users and the place behind it are one batch. */
import type { LineError, UserImport, UserImports } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { userJobErrors, userJobs } from '../schema/index.ts';
import { jobStatements } from '../statements/job-statements.ts';
import { insertSelect, remove, select, sql, update, type RowOf } from '../statements/query.ts';
import { auditStatement } from './audit.ts';
import { writeUsers } from './user-intake.ts';

const selectImport = (applicationId: string, id: string) =>
  select({
    id: userJobs.id,
    fileUrl: userJobs.fileUrl,
    fileFormat: userJobs.fileFormat,
    state: userJobs.state,
    version: userJobs.version,
    byteOffset: userJobs.byteOffset,
    line: userJobs.line,
    columns: userJobs.columns,
    rows: userJobs.rows,
    failed: userJobs.failed,
    restarts: userJobs.restarts,
    failure: userJobs.failure,
    createdAt: userJobs.createdAt,
    progressedAt: userJobs.progressedAt,
  })
    .from(userJobs)
    .where(
      sql`${userJobs.applicationId} = ${applicationId} AND ${userJobs.id} = ${id} AND ${userJobs.kind} = 'users_import'`,
    );

const readImport = ({
  version,
  columns,
  failure,
  ...row
}: RowOf<ReturnType<typeof selectImport>>): UserImport => ({
  ...row,
  version: version ?? undefined,
  columns: columns ?? undefined,
  failure: failure ?? undefined,
});

/** The port `UserImports` on D1. */
export function d1UserImports(database: Database, applicationId: string): UserImports {
  const moves = jobStatements(userJobs, applicationId);
  const { openAt, isOne } = moves;
  return {
    async find(id) {
      const { found } = await database.read({ found: selectImport(applicationId, id) });
      return found[0] && readImport(found[0]);
    },

    async advance(id, step) {
      const { from, byteOffset, line, version, columns, rows, users, run, now } = step;
      const here = moves.here(id, from);
      const { results } = await writeUsers(database, applicationId, users, run, {
        here,
        batch({ imported, alreadyThere, problems }) {
          const errors = [...step.problems, ...problems]
            .toSorted((a, b) => a.line - b.line)
            .map((one): LineError => ({
              line: one.line,
              message: [one.field, one.message].filter(Boolean).join(' '),
            }));
          return {
            errors:
              errors.length === 0
                ? undefined
                : insertSelect(
                    userJobErrors,
                    {
                      applicationId,
                      jobId: id,
                      byteOffset: from,
                      errors,
                      expiresAt: sql`(SELECT ${userJobs.expiresAt} FROM ${userJobs} WHERE ${isOne(id)})`,
                    },
                    sql`WHERE ${here}`,
                  ),
            moved: update(userJobs)
              .set({
                state: 'processing',
                byteOffset,
                line,
                version: version ?? null,
                columns: columns ?? null,
                rows: sql`${userJobs.rows} + ${rows}`,
                users: sql`${userJobs.users} + ${imported}`,
                alreadyThere: sql`${userJobs.alreadyThere} + ${alreadyThere}`,
                failed: sql`${userJobs.failed} + ${errors.length}`,
                failure: null,
                progressedAt: now,
              })
              .where(openAt(id, from))
              .returning({ id: userJobs.id }),
          };
        },
      });
      return results.moved.length > 0;
    },

    async succeed(id, from, now) {
      const { counts } = await database.read({
        counts: select({
          imported: userJobs.users,
          already_there: userJobs.alreadyThere,
          refused: userJobs.failed,
        })
          .from(userJobs)
          .where(isOne(id)),
      });
      const event = {
        action: 'users.imported',
        actor: 'system',
        requestId: undefined,
        detail: { job: id, ...counts[0] },
        at: now,
      } as const;
      await database.write({
        event: auditStatement(applicationId, event, moves.here(id, from)),
        succeeded: update(userJobs)
          .set({ state: 'success', failure: null, progressedAt: now })
          .where(openAt(id, from)),
      });
    },

    async fail(id, reason, now) {
      await database.write({ failed: moves.fail(id, reason, now) });
    },

    async note(id, reason) {
      await database.write({ noted: moves.note(id, reason) });
    },

    // Those who came in stay: they are met again, and counted again.
    async restart({ id, byteOffset, restarts }, _, now) {
      const here = moves.here(id, byteOffset);
      const { restarted } = await database.write({
        errors: remove(userJobErrors).where(
          sql`${userJobErrors.applicationId} = ${applicationId} AND ${userJobErrors.jobId} = ${id} AND ${here}`,
        ),
        restarted: update(userJobs)
          .set({
            state: 'pending',
            byteOffset: 0,
            line: 0,
            version: null,
            columns: null,
            rows: 0,
            users: 0,
            alreadyThere: 0,
            failed: 0,
            restarts: restarts + 1,
            progressedAt: now,
          })
          .where(openAt(id, byteOffset))
          .returning({ id: userJobs.id }),
      });
      return restarted[0]?.id;
    },
  };
}
