/** Figures of reports as the cron has folded them, and those that are counted as they happen. */
import type { Reports } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { activityCounts, reportCounts } from '../schema/index.ts';
import { select, sql } from '../statements/query.ts';

/** The port `Reports` on D1. */
export function d1Reports(database: Pick<Database, 'read'>, applicationId: string): Reports {
  const sums = (table: typeof activityCounts | typeof reportCounts, since: number, until: number) =>
    select({ name: sql<string>`${table.name}`, total: sql<number>`SUM(${table.count})` })
      .from(table)
      .where(
        sql`${table.applicationId} = ${applicationId} AND ${table.hourStart} >= ${since} AND ${table.hourStart} < ${until}`,
      )
      .groupBy(table.name);
  return {
    async totals(since, until) {
      const { folded, counted } = await database.read({
        folded: sums(reportCounts, since, until),
        counted: sums(activityCounts, since, until),
      });
      return new Map([...folded, ...counted].map(({ name, total }) => [name, total]));
    },
  };
}
