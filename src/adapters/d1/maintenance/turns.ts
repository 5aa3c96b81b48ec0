/** Work of a cron in small steps, taken in turn, so that no database and no table waits until another one is done. */

/** One transaction's worth. */
export interface Step {
  /** Rows or values that are gone, by name. */
  counts: Record<string, number>;
  /** Statements that D1 was asked. */
  queries: number;
  /** Calls to KV. */
  calls?: number;
}

/** Steps until nothing is left to do. */
export type Steps = AsyncGenerator<Step, void, undefined>;

/** What a run may ask of D1 and KV, over all databases. */
export interface Allowance {
  queries: number;
  calls: number;
}

/**
 * Of the 1,000 statements and 10,000 other calls that Cloudflare gives an invocation; the last steps that are taken may go
 * over by one batch each.
 */
const RUN_ALLOWANCE: Allowance = { queries: 850, calls: 4_000 };

/** What a run has done. Numbers only: it goes to the log. */
export interface Report {
  /** By what is gone. */
  counts: Record<string, number>;
  /** False when something was left for the next run. */
  complete: boolean;
  /** Databases that failed. */
  failed: { database: string; error: unknown }[];
}

/** Work on one database. */
export interface Job {
  database: string;
  steps: Steps;
}

/**
 * Takes a step of each job in turn, until all are done or the allowance is used up. A job that fails ends, and stops no
 * other of its own database or of another.
 */
export async function takeTurns(
  jobs: readonly Job[],
  { queries, calls }: Allowance = RUN_ALLOWANCE,
): Promise<Report> {
  const report: Report = { counts: {}, complete: true, failed: [] };
  const left = { queries, calls };
  let waiting = [...jobs];
  while (waiting.length > 0) {
    const next: Job[] = [];
    for (const job of waiting) {
      if (left.queries <= 0 || left.calls <= 0) return { ...report, complete: false };
      try {
        const { value, done } = await job.steps.next();
        if (done) continue;
        for (const [name, count] of Object.entries(value.counts)) {
          report.counts[name] = (report.counts[name] ?? 0) + count;
        }
        left.queries -= value.queries;
        left.calls -= value.calls ?? 0;
        next.push(job);
      } catch (error) {
        if (!report.failed.some(({ database }) => database === job.database)) {
          report.failed.push({ database: job.database, error });
        }
        report.complete = false;
      }
    }
    waiting = next;
  }
  return report;
}
