/** Jobs on users as operators start and see them. */
import { desc } from 'drizzle-orm';
import { DAY_MS } from '../../../shared/time.ts';
import type { UserJob, UserJobs } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { userJobErrors, userJobs } from '../schema/index.ts';
import { jobStatements } from '../statements/job-statements.ts';
import { alias, insertSelect, select, sql, type RowOf, type SQL } from '../statements/query.ts';
import { auditStatement } from './audit.ts';

/** Long enough to look back at a season; the file of an export goes much earlier. */
const JOB_LIFE_MS = 90 * DAY_MS;
/** Pieces of an import with bad lines that are read at once. */
const ERROR_ROWS = 20;

const j = alias(userJobs, 'j');

const selectJobs = (where: SQL) =>
  select({
    id: j.id,
    kind: j.kind,
    fileName: j.fileName,
    fileFormat: j.fileFormat,
    fileUrl: j.fileUrl,
    relativeUrl: j.relativeUrl,
    createdBy: j.createdBy,
    state: j.state,
    rows: j.rows,
    users: j.users,
    alreadyThere: j.alreadyThere,
    failed: j.failed,
    failure: j.failure,
    fileExpiresAt: j.fileExpiresAt,
    createdAt: j.createdAt,
    progressedAt: j.progressedAt,
  })
    .from(j)
    .where(where);

const readJob = (row: RowOf<ReturnType<typeof selectJobs>>): UserJob => ({
  ...row,
  fileUrl: row.fileUrl || undefined,
  relativeUrl: row.relativeUrl ?? undefined,
  failure: row.failure ?? undefined,
  fileExpiresAt: row.fileExpiresAt ?? undefined,
});

/** The port `UserJobs` on D1. */
export function d1UserJobs(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  nearest: Pick<Database, 'read'> = database,
): UserJobs {
  const moves = jobStatements(userJobs, applicationId);
  const isOne = (id: string): SQL => sql`${j.applicationId} = ${applicationId} AND ${j.id} = ${id}`;
  return {
    async list({ kind, search, state, fileFormat, from, until, pageNo, pageSize }) {
      const conditions = [
        sql`${j.applicationId} = ${applicationId} AND ${j.kind} = ${kind}`,
        ...(search === undefined
          ? []
          : [sql`instr(lower(${j.fileName}), ${search.toLowerCase()}) > 0`]),
        ...(state === undefined ? [] : [sql`${j.state} = ${state}`]),
        ...(fileFormat === undefined ? [] : [sql`${j.fileFormat} = ${fileFormat}`]),
        ...(from === undefined ? [] : [sql`${j.createdAt} >= ${from}`]),
        ...(until === undefined ? [] : [sql`${j.createdAt} < ${until}`]),
      ];
      const where = sql.join(conditions, sql` AND `);
      const { rows, total } = await nearest.read({
        rows: selectJobs(where)
          .orderBy(desc(j.createdAt), desc(j.id))
          .limit(pageSize)
          .offset((pageNo - 1) * pageSize),
        total: select({ total: sql<number>`COUNT(*)` })
          .from(j)
          .where(where),
      });
      return { jobs: rows.map(readJob), total: total[0]?.total ?? 0 };
    },

    async find(id) {
      const { rows } = await nearest.read({ rows: selectJobs(isOne(id)) });
      return rows[0] && readJob(rows[0]);
    },

    async create(job, maxOpen, event) {
      const { at } = event;
      const fits = sql`(SELECT COUNT(*) FROM ${userJobs} WHERE ${userJobs.applicationId} = ${applicationId}
        AND ${userJobs.state} IN ('pending', 'processing')) < ${maxOpen}`;
      const there = sql`EXISTS (SELECT 1 FROM ${userJobs} WHERE ${moves.isOne(job.id)})`;
      const { made } = await database.write({
        job: insertSelect(
          userJobs,
          {
            applicationId,
            ...job,
            relativeUrl: job.relativeUrl ?? null,
            createdAt: at,
            progressedAt: at,
            expiresAt: at + JOB_LIFE_MS,
          },
          sql`WHERE ${fits}`,
        ),
        event: auditStatement(applicationId, event, there),
        made: selectJobs(isOne(job.id)),
      });
      return made[0] && readJob(made[0]);
    },

    async claimStalled(id, before, now) {
      const { claimed } = await database.write({ claimed: moves.claimStalled(id, before, now) });
      return claimed.length > 0;
    },

    async *errors(id) {
      for (let after = -1; ;) {
        const { rows } = await database.read({
          rows: select({ byteOffset: userJobErrors.byteOffset, errors: userJobErrors.errors })
            .from(userJobErrors)
            .where(
              sql`${userJobErrors.applicationId} = ${applicationId} AND ${userJobErrors.jobId} = ${id}
                AND ${userJobErrors.byteOffset} > ${after}`,
            )
            .orderBy(userJobErrors.byteOffset)
            .limit(ERROR_ROWS),
        });
        yield* rows.map(({ errors }) => errors);
        const last = rows.at(-1);
        if (!last || rows.length < ERROR_ROWS) return;
        after = last.byteOffset;
      }
    },

    async parts(id, now) {
      const { rows } = await database.read({
        rows: select({ parts: j.parts })
          .from(j)
          .where(
            sql`${isOne(id)} AND ${j.kind} = 'users_export' AND ${j.state} = 'success'
              AND ${j.fileExpiresAt} > ${now} AND ${j.cleared} = 0`,
          ),
      });
      return rows[0]?.parts;
    },
  };
}
