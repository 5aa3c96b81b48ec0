/** What the crons do, database by database; one that fails stops no other. */
import { DAY_MS } from '../../../shared/time.ts';
import type { Environment } from '../../../env/index.ts';
import type { Clock, JobFiles } from '../../../ports/index.ts';
import type { Values } from '../../kv/values.ts';
import { Database } from '../database.ts';
import { dropFiles, dropLeftovers, takeStalled, type Stalled } from './stalled-imports.ts';
import { Purge, type Cutoff } from './purge.ts';
import { select, sql } from '../statements/query.ts';
import { dropExpired, type Dropped } from './retention.ts';
import { applications } from '../schema/index.ts';

/** In UTC, as wrangler.toml has them under `triggers`: one purges deleted users, one keeps imports going, any other drops what has expired. */
export const PURGE_CRON = '17 3 * * *';
export const IMPORTS_CRON = '*/5 * * * *';

/** Of the 10,000 calls of an invocation; a run over all shards together stays below. */
const MAX_KV_CALLS = 4_000;

/** What a run has done. Numbers only: it goes to the log. */
export interface Report extends Dropped {
  /** Databases that failed. */
  failed: { database: string; error: unknown }[];
}

export interface Maintenance {
  /** Drops rows 24 h after their expiry. */
  dropExpired(): Promise<Report>;
  /** Purges users whose time to return is over. */
  purgeDeleted(): Promise<Report>;
  /** Sends stalled jobs another message, and drops members that are nobody's and files whose time is over. */
  keepImports(): Promise<Report>;
}

type Work = (database: Database, name: string) => Promise<Dropped>;

/** The work of the crons, over all databases; one that fails does not stop the others. */
export function createMaintenance(
  config: Pick<Environment, 'databases' | 'directory'>,
  values: Values,
  clock: Clock,
  wake: (stalled: Stalled) => Promise<void>,
  files?: JobFiles,
): Maintenance {
  async function everywhere(work: Work): Promise<Report> {
    const report: Report = { counts: {}, complete: true, failed: [] };
    for (const { name, database } of config.databases()) {
      try {
        const { counts, complete } = await work(new Database(database), name);
        for (const [what, count] of Object.entries(counts)) {
          report.counts[what] = (report.counts[what] ?? 0) + count;
        }
        report.complete &&= complete;
      } catch (error) {
        report.failed.push({ database: name, error });
        report.complete = false;
      }
    }
    return report;
  }

  /** By the name of the database. An application without a sound number of days keeps its users. */
  async function cutoffs(now: number): Promise<Map<string, Cutoff[]>> {
    const { rows } = await new Database(config.directory).read({
      rows: select({
        application: applications.id,
        shard: applications.shard,
        // Whatever stands there: it is looked at before it counts.
        days: sql`json_extract(${applications.config}, '$.delete_account_day')`,
      }).from(applications),
    });
    const known = rows.flatMap(({ application, shard, days }) =>
      typeof days === 'number' && days >= 0
        ? [{ shard, application, cutoff: now - days * DAY_MS }]
        : [],
    );
    return Map.groupBy(known, ({ shard }) => shard);
  }

  return {
    dropExpired: async () => everywhere(async (database) => dropExpired(database, clock.now())),

    keepImports: async () =>
      everywhere(async (database) => {
        const stalled = await takeStalled(database, clock.now());
        await Promise.all(stalled.map(wake));
        const members = await dropLeftovers(database);
        const dropped = await dropFiles(database, files, clock.now());
        const counts = { ...members.counts, ...dropped.counts, woken: stalled.length };
        return { counts, complete: members.complete && dropped.complete };
      }),

    async purgeDeleted() {
      const now = clock.now();
      const maxCalls = Math.floor(MAX_KV_CALLS / config.databases().length);
      let found: Map<string, Cutoff[]>;
      try {
        found = await cutoffs(now);
      } catch (error) {
        return { counts: {}, complete: false, failed: [{ database: 'directory', error }] };
      }
      return everywhere(async (database, name) =>
        new Purge(database, values, maxCalls).run(found.get(name) ?? [], now),
      );
    },
  };
}
