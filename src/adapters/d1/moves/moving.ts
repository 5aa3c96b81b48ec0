/** What the steps of a move share. */
import type { Database } from '../database.ts';
import { movePlaces, moves } from '../schema/index.ts';
import { insert, sql } from '../statements/query.ts';
import type { Checked } from './check.ts';
import { copyChanges } from './copy.ts';
import type { Way } from './slices.ts';

/** What a run is given. */
export interface Moving extends Way {
  directory: Database;
  /** Names of the bindings. */
  from: string;
  to: string;
  /** In milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** How long every isolate may take to know of the move; 0 where no Worker runs. */
  knownAfterMs: number;
  tell(news: News): void;
}

/** What a run tells of itself. */
export type News =
  | { step: 'copying' | 'catching up'; rows: number }
  | { step: 'waiting'; ms: number }
  | { step: 'comparing' | 'frozen' | 'switched' }
  | { step: 'cleaning'; rows: number };

/** What was moved, and how long nobody could write. */
export interface Moved {
  checked: Checked[];
  frozenMs: number;
}

/** A row of the directory. */
export type Move = typeof moves.$inferSelect;

/** The move of this run. */
export const isOf = ({ applicationId, runner }: Pick<Way, 'applicationId' | 'runner'>) =>
  sql`${moves.applicationId} = ${applicationId} AND ${moves.runner} = ${runner}`;
/** What a database is to the application. */
export const placeOf = ({ applicationId }: Pick<Way, 'applicationId'>) =>
  sql`${movePlaces.applicationId} = ${applicationId}`;

/** Sets what a database is to the application, whatever it was. */
export async function setPlace(
  database: Database,
  { applicationId, runner, now }: Moving,
  state: 'leaving' | 'arriving',
): Promise<void> {
  const values = { state, runner, open: false, freeze: 0, at: now() };
  await database.write({
    place: insert(movePlaces)
      .values({ applicationId, ...values })
      .onConflictDoUpdate({ target: movePlaces.applicationId, set: values }),
  });
}

/** Copies changes until few are left, or none. */
export async function catchUp(
  moving: Moving,
  few: number,
  beat = async () => undefined,
): Promise<void> {
  for (let changes = few + 1; changes > few;) {
    changes = await copyChanges(moving);
    moving.tell({ step: 'catching up', rows: changes });
    await beat();
  }
}
