/** What the crons do, database by database; one that fails stops no other. */
import { DAY_MS } from '../../../shared/time.ts';
import type { Environment } from '../../../env/index.ts';
import type { Clock, DeliveryKey, JobFiles } from '../../../ports/index.ts';
import type { Values } from '../../kv/values.ts';
import { Database } from '../database.ts';
import { sendDueEvents } from './due-events.ts';
import { dropFiles, dropLeftovers, takeStalled, type Stalled } from './stalled-imports.ts';
import { purge, type Cutoff } from './purge.ts';
import { insert, select, sql } from '../statements/query.ts';
import { settleMoves } from '../moves/settle.ts';
import { foldReport } from './report-fold.ts';
import { expiredRows } from './retention.ts';
import { takeTurns, type Report, type Steps } from './turns.ts';
import { applications, heartbeats } from '../schema/index.ts';

/** In UTC, as wrangler.toml has them under `triggers`: one purges deleted users, one keeps imports going, one dates the databases, any other drops what has expired. */
export const PURGE_CRON = '17 * * * *';
export const IMPORTS_CRON = '*/5 * * * *';
export const HEARTBEAT_CRON = '* * * * *';

export interface Maintenance {
  /** Counts what reports show, drops rows 24 h after their expiry, and tells of databases that are nearly full. */
  dropExpired(): Promise<Report>;
  /** Purges users whose time to return is over. */
  purgeDeleted(): Promise<Report>;
  /** Sends stalled jobs and events that are due another message, drops members that are nobody's and files whose time is over, and ends moves that died. */
  keepImports(): Promise<Report>;
  /** Writes the time into each database, where session reads may come from replicas; else asks nothing of any. */
  beat(): Promise<Report>;
}

/** The work of the crons, over all databases; one that fails does not stop the others. */
export function createMaintenance(
  config: Pick<Environment, 'database' | 'databases' | 'directory' | 'sessionReads' | 'limits'>,
  values: Values,
  clock: Clock,
  wake: (stalled: Stalled) => Promise<void>,
  sendEvents: (due: readonly DeliveryKey[]) => Promise<void>,
  files?: JobFiles,
  tell: (level: 'warn', message: string, detail: Record<string, unknown>) => void = () => undefined,
): Maintenance {
  const everywhere = async (work: (database: Database, name: string) => Steps[]): Promise<Report> =>
    takeTurns(
      config
        .databases()
        .flatMap(({ name, database }) =>
          work(new Database(database), name).map((steps) => ({ database: name, steps })),
        ),
    );

  async function* measure(database: Database, name: string): Steps {
    const { databaseBytes, databaseAlertPercent } = config.limits;
    const bytes = (await database.sizeBytes()) ?? 0;
    const percent = Math.floor((bytes * 100) / databaseBytes);
    if (percent >= databaseAlertPercent) {
      tell('warn', 'database nearly full', { database: name, bytes, percent });
    }
    yield { counts: {}, queries: 1 };
  }

  async function* wakeStalled(database: Database): Steps {
    const stalled = await takeStalled(database, clock.now());
    await Promise.all(stalled.map(wake));
    yield { counts: { woken: stalled.length }, queries: 1 };
  }

  async function* writeHeartbeat(database: Database): Steps {
    const at = clock.now();
    await database.write({
      beat: insert(heartbeats)
        .values({ id: 1, at })
        .onConflictDoUpdate({ target: heartbeats.id, set: { at } }),
    });
    yield { counts: { heartbeats: 1 }, queries: 1 };
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
    dropExpired: async () =>
      everywhere((database, name) => [
        measure(database, name),
        ...foldReport(database, clock.now()),
        ...expiredRows(database, clock.now()),
      ]),

    keepImports: async () =>
      everywhere((database, name) => [
        wakeStalled(database),
        sendDueEvents(database, sendEvents, clock.now()),
        dropLeftovers(database),
        dropFiles(database, files, clock.now()),
        settleMoves({
          name,
          database,
          directory: new Database(config.directory),
          named: (binding) => new Database(config.database(binding)),
          now: clock.now(),
        }),
      ]),

    beat: async () =>
      everywhere((database) =>
        config.sessionReads === 'nearest' ? [writeHeartbeat(database)] : [],
      ),

    async purgeDeleted() {
      const now = clock.now();
      let found: Map<string, Cutoff[]>;
      try {
        found = await cutoffs(now);
      } catch (error) {
        return { counts: {}, complete: false, failed: [{ database: 'directory', error }] };
      }
      return everywhere((database, name) => [purge(database, values, found.get(name) ?? [], now)]);
    },
  };
}
