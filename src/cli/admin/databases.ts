/** The databases of a deployment: how full they are, who is on them, and who moves. */
import { applications, moves } from '../../adapters/d1/schema/index.ts';
import { select, selectAll, sql } from '../../adapters/d1/statements/query.ts';
import { DEFAULT_LIMITS } from '../../domain/limits.ts';
import { command, table } from './command.ts';

const MEGABYTE = 1_000_000;

export const databaseList = command({
  summary: `Lists the databases with their size, in percent of ${DEFAULT_LIMITS.databaseBytes / 1_000 / MEGABYTE} GB, and with their applications.`,
  async run({ directory, databases }) {
    const { rows, moving } = await directory.read({
      rows: select({ shard: applications.shard, count: sql<number>`COUNT(*)` })
        .from(applications)
        .groupBy(applications.shard),
      moving: selectAll(moves),
    });
    const found = await Promise.all(
      databases().map(async ({ name, database }) => {
        const bytes = (await database.sizeBytes()) ?? 0;
        return {
          binding: name,
          bytes,
          percent: Math.floor((bytes * 100) / DEFAULT_LIMITS.databaseBytes),
          applications: rows.find(({ shard }) => shard === name)?.count ?? 0,
        };
      }),
    );
    const lines = found.map(({ binding, bytes, percent, applications: count }) => [
      binding,
      `${(bytes / MEGABYTE).toFixed(1)} MB`,
      `${percent} %`,
      String(count),
    ]);
    const moved = moving.map(({ applicationId, source, target, state }) => ({
      application: applicationId,
      from: source,
      to: target,
      state,
    }));
    const movesSaid = moved.map(
      ({ application, from, to, state }) => `${application} moves from ${from} to ${to}: ${state}`,
    );
    return {
      data: { databases: found, moves: moved },
      text: [table([['BINDING', 'SIZE', 'FULL', 'APPLICATIONS'], ...lines]), ...movesSaid].join(
        '\n',
      ),
    };
  },
});
