/**
 * Moves an application from one database to another, while its shoppers go on (D-109). What has been done stands in the
 * databases: a run that dies anywhere is gone on with by the next one. `moves` in the directory decides; places in both
 * databases, which triggers look at, carry it out.
 */
import { SECOND_MS } from '../../../shared/time.ts';
import type { Database } from '../database.ts';
import { applications, moveChanges, movePlaces, moves } from '../schema/index.ts';
import { remove, select, selectAll, sql, update } from '../statements/query.ts';
import { compareTables } from './check.ts';
import { clean } from './clean.ts';
import { copyTables, MoveError } from './copy.ts';
import { endSwitched, forget } from './end.ts';
import { finishFrozen } from './freeze.ts';
import { catchUp, isOf, placeOf, setPlace, type Move, type Moved, type Moving } from './moving.ts';
import { setTriggers } from './triggers.ts';

/** An isolate keeps an application's record for half a minute: after this, every one knows of the move, and looks before it reads. */
export const KNOWN_AFTER_MS = 60 * SECOND_MS;
/** Changes that are left when shoppers are made to wait: few enough to be copied in a moment. */
const FEW_CHANGES = 200;
/** Freezes of one run that came to nothing, because the cron took the run for dead. */
const MAX_FREEZES = 5;

/** Begins a move or takes over one that was begun; whatever froze it before is over. Undefined when all is done. */
async function claim(moving: Moving): Promise<Move | undefined> {
  const { directory, applicationId, runner, from, to, now } = moving;
  const { found, there } = await directory.write({
    begun: sql`INSERT INTO ${moves} (application_id, source, target, state, runner, freeze, started_at)
      SELECT ${applications.id}, ${from}, ${to}, 'copying', ${runner}, 0, ${now()} FROM ${applications}
      WHERE ${applications.id} = ${applicationId} AND ${applications.shard} = ${from}
      ON CONFLICT (application_id) DO NOTHING`,
    taken: update(moves)
      .set({
        runner,
        state: sql`CASE ${moves.state} WHEN 'frozen' THEN 'copying' ELSE ${moves.state} END`,
      })
      .where(sql`${moves.applicationId} = ${applicationId} AND ${moves.target} = ${to}`),
    found: selectAll(moves).where(isOf(moving)),
    there: select({ id: applications.id })
      .from(applications)
      .where(
        sql`${applications.id} = ${applicationId} AND ${applications.shard} = ${to} AND NOT EXISTS (
          SELECT 1 FROM ${moves} WHERE ${moves.applicationId} = ${applicationId})`,
      ),
  });
  if (there.length > 0) return undefined;
  const [move] = found;
  if (!move)
    throw new MoveError('another move of this application is under way, or it is not there');
  if (move.state === 'aborting')
    throw new MoveError('this move is being aborted: run it with --abort');
  return move;
}

async function cleanWhole(database: Database, applicationId: string): Promise<void> {
  const steps = clean(database, applicationId);
  for (let step = await steps.next(); !step.done;) step = await steps.next();
}

/** Both databases know what they are to the application; what an earlier move has left in the target is gone. */
async function prepare(moving: Moving): Promise<void> {
  const { source, target, applicationId } = moving;
  const { places } = await target.read({ places: selectAll(movePlaces).where(placeOf(moving)) });
  await Promise.all([setTriggers(source), setTriggers(target)]);
  // It was here before. Not `arriving` until that is cleaned: a run that dies meanwhile begins with it.
  if (places[0]?.state === 'left') await cleanWhole(target, applicationId);
  await setPlace(target, moving, 'arriving');
  await setPlace(source, moving, 'leaving');
}

/** What is left to do once the application is served from the target. */
async function finish(moving: Moving): Promise<void> {
  const { directory, source, target, applicationId } = moving;
  let rows = 0;
  for await (const { counts } of clean(source, applicationId)) {
    rows += counts['moved_rows'] ?? 0;
    moving.tell({ step: 'cleaning', rows });
  }
  await endSwitched(directory, target, applicationId, moving.now());
}

/**
 * Moves an application, or goes on with its move.
 * @returns what was compared; undefined when an earlier run had switched already
 * @throws MoveError when it cannot go on; nothing is lost, and the application is where it was
 */
export async function moveApplication(moving: Moving): Promise<Moved | undefined> {
  const claimed = await claim(moving);
  if (!claimed) return undefined;
  const { state, startedAt } = claimed;
  let moved: Moved | undefined;
  if (state !== 'switched') {
    await prepare(moving);
    let rows = 0;
    await copyTables(moving, (more) => {
      rows += more;
      moving.tell({ step: 'copying', rows });
    });
    await catchUp(moving, FEW_CHANGES);
    moving.tell({ step: 'comparing' });
    const compared = await compareTables(moving, async () => catchUp(moving, FEW_CHANGES));
    const wait = startedAt + moving.knownAfterMs - moving.now();
    if (wait > 0) {
      moving.tell({ step: 'waiting', ms: wait });
      await moving.sleep(wait);
    }
    for (let freezes = 0; !moved; freezes += 1) {
      if (freezes === MAX_FREEZES)
        throw new MoveError('the switch was interrupted again and again');
      await catchUp(moving, FEW_CHANGES);
      moved = await finishFrozen(moving, compared);
    }
    moving.tell({ step: 'switched' });
  }
  await finish(moving);
  return moved;
}

/**
 * Takes a move back that has not been switched: the application stays where it is, and what was copied is dropped.
 * @throws MoveError when there is none, or it is too late
 */
export async function abortMove(
  moving: Pick<Moving, 'directory' | 'source' | 'target' | 'applicationId'>,
): Promise<void> {
  const { directory, source, target, applicationId } = moving;
  const { aborting } = await directory.write({
    aborting: update(moves)
      .set({ state: 'aborting' })
      .where(
        sql`${moves.applicationId} = ${applicationId} AND ${moves.state} IN ('copying', 'frozen', 'aborting')`,
      )
      .returning({ id: moves.applicationId }),
  });
  if (aborting.length === 0) throw new MoveError('there is no move that could be taken back');
  await source.write({
    place: remove(movePlaces).where(placeOf(moving)),
    changes: remove(moveChanges).where(sql`${moveChanges.applicationId} = ${applicationId}`),
  });
  await target.write({
    place: update(movePlaces).set({ state: 'arriving', runner: '' }).where(placeOf(moving)),
  });
  await cleanWhole(target, applicationId);
  await target.write({ place: remove(movePlaces).where(placeOf(moving)) });
  await forget(directory, applicationId, 'aborting');
}
