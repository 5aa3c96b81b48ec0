import { eq } from 'drizzle-orm';
import type { PlatformConfigs } from '../../../ports/index.ts';
import { auditStatement } from './audit.ts';
import type { Database } from '../database.ts';
import { select, sql, update } from '../statements/query.ts';
import { applications } from '../schema/index.ts';

/** Where an application's record lies, and where its audit does: the same database, unless it was moved to a shard. */
export interface ConfigPlaces {
  directory: Database;
  /** Undefined when it is the directory's own. */
  shard?: Database;
  /** Drops what this isolate knows of the application. */
  forget(): void;
}

/** The port `PlatformConfigs` on D1: in the directory, with a copy in the application's shard. */
export function d1PlatformConfigs(
  { directory, shard, forget }: ConfigPlaces,
  applicationId: string,
): PlatformConfigs {
  return {
    async read() {
      const { found } = await directory.read({
        found: select({ config: applications.config, version: applications.configVersion })
          .from(applications)
          .where(eq(applications.id, applicationId)),
      });
      return found[0];
    },

    async write({ config, version }, event) {
      const { changed } = await directory.write({
        changed: update(applications)
          .set({ config, configVersion: sql`${applications.configVersion} + 1` })
          .where(
            sql`${applications.id} = ${applicationId} AND ${applications.configVersion} = ${version}`,
          )
          .returning({ id: applications.id }),
        event: shard ? undefined : auditStatement(applicationId, event, sql`changes() = 1`),
      });
      if (changed.length === 0) return false;
      forget();
      // Two databases know no common transaction; the caller hears of it when the second one fails.
      await shard?.write({ event: auditStatement(applicationId, event) });
      return true;
    },
  };
}
