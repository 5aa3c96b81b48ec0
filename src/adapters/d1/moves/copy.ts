/** Rows of an application into another database, each compared with what was read, in the transaction that writes it. */
import {
  insertSelect,
  remove,
  select,
  sql,
  update,
  type Row,
  type SQL,
} from '../statements/query.ts';
import type { Batch } from '../statements/common.ts';
import { moveChanges, movePlaces, moveProgress } from '../schema/index.ts';
import { behind, names, readEnd, selectEnd, type Key, type Way } from './slices.ts';
import { MOVED, type OwnTable } from './tables.ts';

type Moved = (typeof MOVED)[number];

/** The move cannot go on; nothing is lost. */
export class MoveError extends Error {}

/** Characters of a list that is bound as one parameter: D1 takes 2 MB. */
const MAX_LIST_CHARS = 400_000;

/** JSON lists of the values, each short enough. */
function listsOf(values: readonly unknown[]): string[] {
  const lists: string[][] = [[]];
  let length = 0;
  for (const value of values) {
    const text = JSON.stringify(value);
    if (length + text.length > MAX_LIST_CHARS) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1)?.push(text);
    length += text.length;
  }
  return lists.filter((list) => list.length > 0).map((list) => `[${list.join(',')}]`);
}

/** Keys of a list of them. */
const keysIn = ({ key }: OwnTable, list: string): SQL => {
  const parts = key.map((_, at) => sql`j.value ->> ${`$[${at}]`}`);
  return sql`(${names(key)}) IN (SELECT ${sql.join(parts, sql`, `)} FROM json_each(${list}) j)`;
};

const rowsOf = ({ columns, table, which }: Moved, where: SQL): SQL =>
  sql`SELECT ${names(columns)} FROM ${table} WHERE ${where} AND ${which}`;

const keyOf = ({ key }: OwnTable, row: Row): Key =>
  // Keys are texts and whole numbers.
  key.map(({ name }) => row[name] as string | number);

/**
 * Puts rows in the place of what stands under these keys. A row that has a value of theirs which is unique is an old copy of one
 * that has changed since, and will come again with the changes.
 */
function replace(moved: Moved, keys: readonly Key[], rows: readonly Row[]): SQL[] {
  const { table, columns, unique, which } = moved;
  const gone = listsOf(keys).map(
    (list) => sql`DELETE FROM ${table} WHERE ${keysIn(moved, list)} AND ${which}`,
  );
  const put = listsOf(rows).flatMap((list) => {
    const fields = columns.map(
      ({ name }) => sql`j.value ->> ${`$.${name}`} AS ${sql.identifier(name)}`,
    );
    const incoming = sql`(SELECT ${sql.join(fields, sql`, `)} FROM json_each(${list}) j)`;
    const rivals = unique.map(({ columns: shared, where }) => {
      const values = sql.join(
        shared.map((name) => sql.identifier(name)),
        sql`, `,
      );
      return sql`DELETE FROM ${table} WHERE ${where} AND (${values}) IN (SELECT ${values} FROM ${incoming} WHERE ${where})`;
    });
    return [
      ...rivals,
      sql`INSERT INTO ${table} (${names(columns)}) SELECT ${names(columns)} FROM ${incoming} WHERE TRUE`,
    ];
  });
  return [...gone, ...put];
}

const back = (moved: Moved, keys: readonly Key[]): SQL[] =>
  listsOf(keys).map((list) => rowsOf(moved, keysIn(moved, list)));

/** Throws when the two are not the same rows. */
function compare(moved: Moved, read: readonly Row[], written: readonly Row[]): void {
  const lines = (rows: readonly Row[]) =>
    rows.map((row) => JSON.stringify(moved.columns.map(({ name }) => row[name]))).toSorted();
  const [wanted, found] = [lines(read), lines(written)];
  if (wanted.length === found.length && wanted.every((line, at) => line === found[at])) return;
  throw new MoveError(`${moved.name}: the copy differs from what was read`);
}

/** One transaction in the target, which only the newest run may make: for any other the triggers stay shut. */
export async function writeTarget<B extends Batch>(way: Way, batch: B) {
  const mine = sql`${movePlaces.applicationId} = ${way.applicationId}
    AND ${movePlaces.runner} = ${way.runner} AND ${movePlaces.state} = 'arriving'`;
  const { opened, ...rest } = await way.target.write({
    opened: update(movePlaces)
      .set({ open: true })
      .where(mine)
      .returning({ id: movePlaces.applicationId }),
    ...batch,
    shut: update(movePlaces).set({ open: false }).where(mine),
  });
  if (opened.length === 0) throw new MoveError('another run of this move has begun');
  return rest;
}

/** The next slice of a table, from where the last one ended. */
async function copySlice(way: Way, moved: Moved, after: Key | undefined) {
  const { applicationId, source, sliceRows } = way;
  const from = behind(moved, after, applicationId);
  const slice = sql`${from} ORDER BY ${names(moved.key)} LIMIT ${sliceRows}`;
  const { rows, ends } = await source.read({
    rows: sql`SELECT * FROM (SELECT * FROM ${moved.table} WHERE ${slice})
      WHERE application_id = ${applicationId} AND ${moved.which}`,
    ends: selectEnd(moved, from, sliceRows),
  });
  const end = readEnd(moved, ends, applicationId);
  const keys = rows.map((row) => keyOf(moved, row));
  const written = await writeTarget(way, {
    replace: replace(moved, keys, rows),
    back: back(moved, keys),
    progress: insertSelect(
      moveProgress,
      {
        applicationId,
        name: moved.name,
        after: [...(end ?? [])],
        rows: rows.length,
        done: end === undefined,
      },
      // Of this run alone: `open` says so.
      sql`FROM ${movePlaces} WHERE ${movePlaces.applicationId} = ${applicationId} AND ${movePlaces.open} = 1
        ON CONFLICT (application_id, name) DO UPDATE
        SET after = excluded.after, rows = ${moveProgress.rows} + excluded.rows, done = excluded.done`,
    ),
  });
  compare(moved, rows, written.back.flat());
  return { end, rows: rows.length };
}

/**
 * Copies all tables, each from where it is.
 * @param tell is told how many rows a slice had
 */
export async function copyTables(way: Way, tell: (rows: number) => void): Promise<void> {
  const { found } = await way.target.read({
    found: select({
      name: moveProgress.name,
      after: moveProgress.after,
      done: moveProgress.done,
    })
      .from(moveProgress)
      .where(sql`${moveProgress.applicationId} = ${way.applicationId}`),
  });
  const known = new Map(found.map((one) => [one.name, one]));
  for (const moved of MOVED) {
    const place = known.get(moved.name);
    for (let after: Key | undefined = place?.after, done = place?.done ?? false; !done;) {
      const { end, rows } = await copySlice(way, moved, after);
      tell(rows);
      after = end;
      done = end === undefined;
    }
  }
}

/**
 * Copies rows that have changed since, the oldest changes first.
 * @returns how many changes there were; fewer than a slice when none is left behind
 */
export async function copyChanges(way: Way): Promise<number> {
  const { applicationId, source, sliceRows } = way;
  const own = sql`${moveChanges.applicationId} = ${applicationId}`;
  const { changes } = await source.read({
    changes: select({ seq: moveChanges.seq, name: moveChanges.name, key: moveChanges.key })
      .from(moveChanges)
      .where(own)
      .orderBy(moveChanges.seq)
      .limit(sliceRows),
  });
  const last = changes.at(-1);
  if (!last) return 0;
  const touched = MOVED.flatMap((moved) => {
    const mine = changes.filter(({ name }) => name === moved.name);
    const keys = new Map(mine.map(({ key }) => [JSON.stringify(key), key]));
    return mine.length > 0 ? [{ moved, keys: [...keys.values()] }] : [];
  });
  // In one transaction, so that no two of these rows were ever each other's rival.
  const read = await source.read(
    Object.fromEntries(touched.map(({ moved, keys }) => [moved.name, back(moved, keys)])),
  );
  const both = touched.map(({ moved, keys }) => ({
    moved,
    keys,
    rows: (read[moved.name] ?? []).flat(),
  }));
  const written = await writeTarget(way, {
    replace: both.flatMap(({ moved, keys, rows }) => replace(moved, keys, rows)),
    ...Object.fromEntries(both.map(({ moved, keys }) => [`back ${moved.name}`, back(moved, keys)])),
  });
  const results: Record<string, unknown> = written;
  for (const { moved, rows } of both) {
    compare(moved, rows, (results[`back ${moved.name}`] as Row[][]).flat());
  }
  // Only now: a run that dies before copies them once more.
  await source.write({
    done: remove(moveChanges).where(sql`${own} AND ${moveChanges.seq} <= ${last.seq}`),
  });
  return changes.length;
}
