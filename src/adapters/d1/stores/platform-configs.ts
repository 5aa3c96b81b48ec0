import { desc, eq } from 'drizzle-orm';
import { KEPT_CONFIG_VERSIONS } from '../../../domain/operators/platform-config.ts';
import type { PlatformConfigs } from '../../../ports/index.ts';
import { auditStatement } from './audit.ts';
import type { Database } from '../database.ts';
import { insertSelect, remove, select, selectAll, sql, update } from '../statements/query.ts';
import { applications, configVersions } from '../schema/index.ts';

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
      const { person } = event;
      const { changed } = await directory.write({
        // What stood there before the first change.
        first: insertSelect(
          configVersions,
          {
            applicationId,
            version: sql`${applications.configVersion}`,
            config: sql`${applications.config}`,
            at: sql`COALESCE(unixepoch(${applications.config} ->> '$.updated_at'), 0) * 1000`,
          },
          sql`FROM ${applications} WHERE ${applications.id} = ${applicationId}`,
        ).onConflictDoNothing(),
        changed: update(applications)
          .set({ config, configVersion: sql`${applications.configVersion} + 1` })
          .where(
            sql`${applications.id} = ${applicationId} AND ${applications.configVersion} = ${version}`,
          )
          .returning({ id: applications.id }),
        event: shard ? undefined : auditStatement(applicationId, event, sql`changes() = 1`),
        // One row was changed just now, or one event was written because of that.
        kept: insertSelect(
          configVersions,
          { applicationId, version: version + 1, config, actor: event.actor, person, at: event.at },
          sql`WHERE changes() = 1`,
        ).onConflictDoNothing(),
        dropped: remove(configVersions).where(
          sql`${configVersions.applicationId} = ${applicationId} AND ${configVersions.version} <= (
            SELECT ${applications.configVersion} FROM ${applications}
            WHERE ${applications.id} = ${applicationId}) - ${KEPT_CONFIG_VERSIONS}`,
        ),
      });
      if (changed.length === 0) return false;
      forget();
      // Two databases know no common transaction; the caller hears of it when the second one fails.
      await shard?.write({ event: auditStatement(applicationId, event) });
      return true;
    },

    async history() {
      const { rows } = await directory.read({
        rows: selectAll(configVersions)
          .where(eq(configVersions.applicationId, applicationId))
          .orderBy(desc(configVersions.version)),
      });
      return rows.map(({ applicationId: _, person, ...row }) => ({
        ...row,
        person: person ?? undefined,
      }));
    },
  };
}
