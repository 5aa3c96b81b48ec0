/** Statements that move any job over a file, whichever table it stands in. */
import type { groupImports, userJobs } from '../schema/index.ts';
import { select, sql, update, type SQL } from './query.ts';

type JobTable = typeof groupImports | typeof userJobs;

/** @param table that of the jobs; all statements are of one application */
export function jobStatements(table: JobTable, applicationId: string) {
  // Both have the columns of `fileJobColumns`, and those alone are named here.
  const jobs = table as typeof groupImports;
  const isOne = (id: string): SQL =>
    sql`${jobs.applicationId} = ${applicationId} AND ${jobs.id} = ${id}`;
  const open = (id: string): SQL =>
    sql`${isOne(id)} AND ${jobs.state} IN ('pending', 'processing')`;
  const openAt = (id: string, from: number): SQL =>
    sql`${open(id)} AND ${jobs.byteOffset} = ${from}`;
  return {
    isOne,
    open,
    openAt,
    /** For what is written in the same transaction, before the job itself moves on. */
    here: (id: string, from: number): SQL =>
      sql`EXISTS (SELECT 1 FROM ${jobs} WHERE ${openAt(id, from)})`,
    fail: (id: string, reason: string, now: number) =>
      update(jobs).set({ state: 'failed', failure: reason, progressedAt: now }).where(open(id)),
    note: (id: string, reason: string) => update(jobs).set({ failure: reason }).where(open(id)),
    /** One row for one caller, when nothing has moved the open job since `before`. */
    claimStalled: (id: string, before: number, now: number) =>
      update(jobs)
        .set({ progressedAt: now })
        .where(sql`${open(id)} AND ${jobs.progressedAt} <= ${before}`)
        .returning({ id: jobs.id }),
    failure: (id: string) => select({ failure: jobs.failure }).from(jobs).where(isOne(id)),
  };
}
