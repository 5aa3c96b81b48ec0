import type { Configs, PlatformConfig } from '../../ports.ts';
import { auditStatement } from './audit.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** Where an application's record lies, and where its audit does: the same database, unless it was moved to a shard. */
export interface ConfigPlaces {
  directory: Database;
  /** Undefined when it is the directory's own. */
  shard?: Database;
  /** Drops what this isolate knows of the application. */
  forget(): void;
}

export function d1Configs(
  { directory, shard, forget }: ConfigPlaces,
  applicationId: string,
): Configs {
  return {
    async read() {
      const [[row] = []] = await directory.read([
        sql`SELECT config, config_version FROM applications WHERE id = ${applicationId}`,
      ]);
      if (!row) return undefined;
      // Written by this store, the seed and the admin CLI, each after validation.
      const config = JSON.parse(String(row['config'])) as PlatformConfig;
      return { config, version: Number(row['config_version']) };
    },

    async write({ config, version }, event) {
      const [changed = []] = await directory.write([
        sql`UPDATE applications SET config = ${JSON.stringify(config)}, config_version = config_version + 1
            WHERE id = ${applicationId} AND config_version = ${version} RETURNING id`,
        ...(shard ? [] : [auditStatement(applicationId, event, sql`changes() = 1`)]),
      ]);
      if (changed.length === 0) return false;
      forget();
      // Two databases know no common transaction; the caller hears of it when the second one fails.
      await shard?.write([auditStatement(applicationId, event)]);
      return true;
    },
  };
}
