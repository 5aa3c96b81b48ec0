/** The moments in which nobody may write: the last changes, the rest of the comparison, and the switch. */
import type { Database } from '../database.ts';
import { applications, movePlaces, moves } from '../schema/index.ts';
import { remove, select, selectAll, sql, update } from '../statements/query.ts';
import { checkTables, type Compared } from './check.ts';
import { MoveError, writeTarget } from './copy.ts';
import { catchUp, isOf, placeOf, setPlace, type Moved, type Moving } from './moving.ts';

/** From here on nobody writes in the source. Returns the number of the freeze. */
async function freeze(moving: Moving): Promise<number> {
  const { directory, source, runner, now } = moving;
  const { frozen } = await directory.write({
    frozen: update(moves)
      .set({ state: 'frozen', freeze: sql`${moves.freeze} + 1`, frozenAt: now() })
      .where(sql`${isOf(moving)} AND ${moves.state} = 'copying'`)
      .returning({ freeze: moves.freeze }),
  });
  const [{ freeze: number } = { freeze: 0 }] = frozen;
  const { places } = await source.write({
    places: update(movePlaces)
      .set({ state: 'frozen', freeze: number, at: now() })
      .where(
        sql`${placeOf(moving)} AND ${movePlaces.runner} = ${runner} AND ${movePlaces.state} = 'leaving'`,
      )
      .returning({ freeze: movePlaces.freeze }),
  });
  if (number === 0 || places.length === 0)
    throw new MoveError('another run of this move has begun');
  return number;
}

/** Ends a freeze of this number, if it is not over. */
export async function thaw(
  directory: Database,
  source: Database,
  applicationId: string,
  freezeNumber: number,
): Promise<void> {
  await directory.write({
    thawed: update(moves)
      .set({ state: 'copying' })
      .where(
        sql`${moves.applicationId} = ${applicationId} AND ${moves.state} = 'frozen' AND ${moves.freeze} = ${freezeNumber}`,
      ),
  });
  const { found } = await directory.read({
    found: select({ state: moves.state })
      .from(moves)
      .where(
        sql`${moves.applicationId} = ${applicationId} AND ${moves.freeze} = ${freezeNumber} AND ${moves.state} = 'switched'`,
      ),
  });
  // Switched after all: the source stays shut.
  if (found.length > 0) return;
  await source.write({
    thawed: update(movePlaces)
      .set({ state: 'leaving' })
      .where(
        sql`${placeOf({ applicationId })} AND ${movePlaces.freeze} = ${freezeNumber} AND ${movePlaces.state} IN ('frozen', 'left')`,
      ),
  });
}

/**
 * Shuts the source for good, opens the target, and says where the application is. Each of the three is on a condition that a
 * freeze which is over does not meet. False when the freeze was ended by somebody else.
 */
async function switchOver(moving: Moving, freezeNumber: number): Promise<boolean> {
  const { directory, source, applicationId, to, now } = moving;
  const { left } = await source.write({
    left: update(movePlaces)
      .set({ state: 'left', at: now() })
      .where(
        sql`${placeOf(moving)} AND ${movePlaces.freeze} = ${freezeNumber} AND ${movePlaces.state} = 'frozen'`,
      )
      .returning({ id: movePlaces.applicationId }),
  });
  if (left.length === 0) return false;
  await writeTarget(moving, {
    place: remove(movePlaces).where(
      sql`${placeOf(moving)} AND ${movePlaces.runner} = ${moving.runner}`,
    ),
  });
  const { switched } = await directory.write({
    switched: update(moves)
      .set({ state: 'switched' })
      .where(
        sql`${isOf(moving)} AND ${moves.state} = 'frozen' AND ${moves.freeze} = ${freezeNumber}`,
      )
      .returning({ id: moves.applicationId }),
    shard: update(applications)
      .set({ shard: to })
      .where(
        sql`${applications.id} = ${applicationId} AND EXISTS (
          SELECT 1 FROM ${moves} WHERE ${isOf(moving)} AND ${moves.state} = 'switched')`,
      ),
  });
  return switched.length > 0;
}

/**
 * The last changes, the rest of the comparison, the switch.
 * @param compared what was compared before; changes since then are noted, and compared as they are copied
 * @returns undefined when the freeze was ended by somebody else
 */
export async function finishFrozen(
  moving: Moving,
  compared: readonly Compared[],
): Promise<Moved | undefined> {
  const { directory, source, applicationId, now } = moving;
  const began = now();
  const freezeNumber = await freeze(moving);
  moving.tell({ step: 'frozen' });
  const beat = async () => {
    await directory.write({
      alive: update(moves)
        .set({ frozenAt: now() })
        .where(sql`${isOf(moving)} AND ${moves.freeze} = ${freezeNumber}`),
    });
    return undefined;
  };
  try {
    await catchUp(moving, 0, beat);
    const checked = await checkTables(moving, compared, beat);
    const wrong = checked.filter(({ equal }) => !equal).map(({ table }) => table);
    if (wrong.length > 0) {
      throw new MoveError(
        `the copy is not equal to the source: ${wrong.join(', ')}. Nothing was switched; run it with --abort`,
      );
    }
    const done = await switchOver(moving, freezeNumber);
    if (done) return { checked, frozenMs: now() - began };
  } catch (error) {
    // Shoppers need not wait for the next run.
    await thaw(directory, source, applicationId, freezeNumber);
    throw error;
  }
  const { mine } = await directory.read({ mine: selectAll(moves).where(isOf(moving)) });
  if (mine.length === 0) throw new MoveError('another run of this move has begun');
  await setPlace(moving.target, moving, 'arriving');
  await thaw(directory, source, applicationId, freezeNumber);
  return undefined;
}
