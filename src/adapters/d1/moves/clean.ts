/** Rows of an application out of a database that it has left, or in which it never arrived. */
import type { Database } from '../database.ts';
import { remove, selectValues, sql, update } from '../statements/query.ts';
import { moveChanges, movePlaces, moveProgress } from '../schema/index.ts';
import type { Steps } from '../maintenance/turns.ts';
import { behind, names, readEnd, selectEnd, upTo, type Key } from './slices.ts';
import { OWNED } from './tables.ts';

/** Rows looked at in a transaction. */
const SLICE_ROWS = 5_000;

/**
 * Cleans table by table, slice by slice. Only where the place says that the application is not served from here, in the
 * transaction that deletes.
 */
export async function* clean(database: Database, applicationId: string): Steps {
  const here = sql`${movePlaces.applicationId} = ${applicationId} AND ${movePlaces.state} IN ('left', 'arriving')`;
  for (const own of OWNED) {
    for (let after: Key | undefined, done = false; !done;) {
      const from = behind(own, after, applicationId);
      const { ends } = await database.read({ ends: selectEnd(own, from, SLICE_ROWS) });
      const end = readEnd(own, ends, applicationId);
      const isGone = sql`application_id = ${applicationId} AND EXISTS (
        SELECT 1 FROM ${movePlaces} WHERE ${here} AND ${movePlaces.open} = 1)`;
      const { gone } = await database.write({
        opened: update(movePlaces).set({ open: true }).where(here),
        // What triggers of another table have made goes with its own table.
        rows: remove(own.table).where(
          sql`(${names(own.key)}) IN (SELECT ${names(own.key)} FROM ${own.table}
            WHERE ${from} AND ${upTo(own, end, applicationId)} AND ${isGone})`,
        ),
        gone: selectValues({ rows: sql<number>`changes()` }),
        shut: update(movePlaces).set({ open: false }).where(here),
      });
      yield { counts: { moved_rows: gone[0]?.rows ?? 0 }, queries: 5 };
      after = end;
      done = end === undefined;
    }
  }
  await database.write({
    changes: remove(moveChanges).where(sql`${moveChanges.applicationId} = ${applicationId}`),
    progress: remove(moveProgress).where(sql`${moveProgress.applicationId} = ${applicationId}`),
  });
  yield { counts: {}, queries: 2 };
}
