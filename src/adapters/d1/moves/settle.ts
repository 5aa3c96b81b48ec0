/** What a move leaves to the crons, when the command that made it died: nobody waits for longer than some minutes. */
import { DAY_MS, MINUTE_MS } from '../../../shared/time.ts';
import { applications, moveChanges, movePlaces, moves } from '../schema/index.ts';
import { remove, select, selectAll, sql } from '../statements/query.ts';
import type { Steps } from '../maintenance/turns.ts';
import type { Database } from '../database.ts';
import { clean } from './clean.ts';
import { endSwitched } from './end.ts';
import { thaw } from './freeze.ts';
import { dropTriggers } from './triggers.ts';

/** A run tells every few seconds that it lives. */
const DEAD_AFTER_MS = 2 * MINUTE_MS;
/** Longer than anything that has once read where the application is may go on. */
const KEPT_SHUT_MS = 30 * DAY_MS;

type Place = typeof movePlaces.$inferSelect;
type Move = typeof moves.$inferSelect;

export interface Settling {
  /** Of this database. */
  name: string;
  database: Database;
  directory: Database;
  named(binding: string): Database;
  now: number;
}

/** Where an application is, and its move, at one moment. */
async function recordOf(directory: Database, applicationId: string) {
  const { shards, found } = await directory.read({
    shards: select({ shard: applications.shard })
      .from(applications)
      .where(sql`${applications.id} = ${applicationId}`),
    found: selectAll(moves).where(sql`${moves.applicationId} = ${applicationId}`),
  });
  return { shard: shards[0]?.shard, move: found[0] };
}

/** Of an application that is served from this database, or was meant to be. */
async function* settleHere(settling: Settling, place: Place, move: Move | undefined): Steps {
  const { database, directory, now } = settling;
  const { applicationId, freeze, state } = place;
  const here = sql`${movePlaces.applicationId} = ${applicationId} AND ${movePlaces.state} = ${state}`;
  const isOver = move === undefined || (state === 'arriving' && move.state === 'switched');
  if (isOver) {
    await database.write({
      place: remove(movePlaces).where(here),
      changes: remove(moveChanges).where(sql`${moveChanges.applicationId} = ${applicationId}`),
    });
    yield { counts: { settled_moves: 1 }, queries: 2 };
    return;
  }
  if (state !== 'frozen' && state !== 'left') return;
  const isThisFreeze = move.state === 'frozen' && move.freeze === freeze;
  if (isThisFreeze && (move.frozenAt ?? 0) > now - DEAD_AFTER_MS) return;
  await thaw(directory, database, applicationId, freeze);
  yield { counts: { thawed_moves: 1 }, queries: 3 };
}

/** Of an application that has left this database. */
async function* settleLeft(settling: Settling, place: Place, move: Move | undefined): Steps {
  const { name, database, directory, now, named } = settling;
  const { applicationId } = place;
  if (move?.state === 'switched' && move.source === name) {
    yield* clean(database, applicationId);
    await endSwitched(directory, named(move.target), applicationId, now);
    yield { counts: {}, queries: 4 };
  }
  if (move === undefined && place.at <= now - KEPT_SHUT_MS) {
    await database.write({
      place: remove(movePlaces).where(
        sql`${movePlaces.applicationId} = ${applicationId} AND ${movePlaces.state} = 'left'`,
      ),
    });
    yield { counts: { settled_moves: 1 }, queries: 1 };
  }
}

/**
 * Ends freezes of runs that died, cleans databases that were left, and takes the triggers off where no application has
 * anything to do with a move any more.
 */
export async function* settleMoves(settling: Settling): Steps {
  const { name, database, directory } = settling;
  const { places } = await database.read({ places: selectAll(movePlaces) });
  yield { counts: {}, queries: 1 };
  if (places.length === 0) return;
  for (const place of places) {
    const { shard, move } = await recordOf(directory, place.applicationId);
    yield { counts: {}, queries: 2 };
    if (shard === name) yield* settleHere(settling, place, move);
    else if (place.state === 'left') yield* settleLeft(settling, place, move);
  }
  const { rest } = await database.read({ rest: selectAll(movePlaces).limit(1) });
  if (rest.length === 0) await dropTriggers(database);
  yield { counts: {}, queries: 2 };
}
