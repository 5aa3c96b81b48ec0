/**
 * Both sides compared, by counts and sums of each table. While the shop is open, everything: what changes after that is noted
 * by triggers, and compared when it is copied. While it is frozen, the rest: what kept changing, and how many rows there are.
 */
import type { Database } from '../database.ts';
import { select, sql, type Row, type SQL } from '../statements/query.ts';
import { counters, userStretches } from '../schema/index.ts';
import { behind, names, readEnd, selectEnd, upTo, type Key, type Way } from './slices.ts';
import { MOVED } from './tables.ts';

type Moved = (typeof MOVED)[number];

/** Rows that one statement sums up. */
const SLICE_ROWS = 20_000;
/** So that the sums of a slice stay exact. */
const MODULUS = 1_000_003;

/** A stretch of a table, between two of its keys. */
interface Slice {
  from: SQL;
  end: Key | undefined;
}

/** A table after it was compared while the shop was open. */
export interface Compared {
  moved: Moved;
  /** What was not equal, most often because it was just being changed. */
  open: readonly Slice[];
}

export interface Checked {
  table: string;
  rows: number;
  equal: boolean;
}

/** Numbers that change with the content of any row. */
const sums = ({ columns }: Moved): SQL =>
  sql.join(
    columns.map((column) => {
      const cell = sql.identifier(column.name);
      return column.getSQLType() === 'integer'
        ? sql`SUM(${cell} % ${MODULUS}) AS ${cell}`
        : sql`SUM(LENGTH(${cell}) * 31 + COALESCE(UNICODE(SUBSTR(${cell}, -1)), 0)
            + 7 * COALESCE(UNICODE(SUBSTR(${cell}, LENGTH(${cell}) / 2 + 1)), 0)) AS ${cell}`;
    }),
    sql`, `,
  );

const measure = (moved: Moved, { from, end }: Slice, id: string): SQL =>
  sql`SELECT COUNT(*) AS "rows in slice", ${sums(moved)}
    FROM (SELECT ${names(moved.columns)} FROM ${moved.table} WHERE ${from} AND ${upTo(moved, end, id)})
    WHERE application_id = ${id} AND ${moved.which}`;

const count = ({ table, which }: Moved, id: string): SQL =>
  sql`SELECT COUNT(*) AS "number of rows" FROM ${table} WHERE application_id = ${id} AND ${which}`;

/** The row of a statement on both sides, which are asked at the same time. */
async function bothSides({ source, target }: Way, found: SQL): Promise<readonly [Row, Row]> {
  const side = async (database: Database): Promise<Row> =>
    (await database.read({ found })).found[0] ?? {};
  return Promise.all([side(source), side(target)]);
}

async function isEqual(way: Way, moved: Moved, slice: Slice): Promise<boolean> {
  const [here, there] = await bothSides(way, measure(moved, slice, way.applicationId));
  return JSON.stringify(here) === JSON.stringify(there);
}

/** A table by slices of its key. */
async function* slicesOf(way: Way, moved: Moved): AsyncGenerator<Slice, void, undefined> {
  const { applicationId: id, source } = way;
  for (let after: Key | undefined, done = false; !done;) {
    const from = behind(moved, after, id);
    const { ends } = await source.read({ ends: selectEnd(moved, from, SLICE_ROWS) });
    const end = readEnd(moved, ends, id);
    yield { from, end };
    after = end;
    done = end === undefined;
  }
}

/**
 * Compares all tables while the shop goes on.
 * @param catchUp copies what has changed; called for each slice that differs, which is then looked at once more
 */
export async function compareTables(way: Way, catchUp: () => Promise<void>): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const moved of MOVED) {
    const open: Slice[] = [];
    for await (const slice of slicesOf(way, moved)) {
      if (await isEqual(way, moved, slice)) continue;
      await catchUp();
      if (!(await isEqual(way, moved, slice))) open.push(slice);
    }
    compared.push({ moved, open });
  }
  return compared;
}

/** What triggers of the target have made themselves, as a list of customers is shown by it. */
async function checkLists({ applicationId, source, target }: Way): Promise<Checked> {
  const found = {
    counted: select({ users: counters.value })
      .from(counters)
      .where(sql`${counters.applicationId} = ${applicationId} AND ${counters.name} = 'users'`),
    stretches: select({ users: sql<number | null>`SUM(${userStretches.users})` })
      .from(userStretches)
      .where(sql`${userStretches.applicationId} = ${applicationId}`),
  };
  const [here, there] = await Promise.all([source.read(found), target.read(found)]);
  const total = ({ counted, stretches }: typeof here) => [
    counted[0]?.users ?? 0,
    stretches[0]?.users ?? 0,
  ];
  return {
    table: 'user_stretches',
    rows: here.counted[0]?.users ?? 0,
    equal: String(total(here)) === String(total(there)),
  };
}

/**
 * What is left to be compared of a table while nobody writes: its number of rows, and the slices that kept changing.
 * @param beat is called after each
 */
async function checkRest(
  way: Way,
  { moved, open }: Compared,
  beat: () => Promise<void>,
): Promise<Checked> {
  const [here, there] = await bothSides(way, count(moved, way.applicationId));
  const rows = Number(here['number of rows']);
  let equal = rows === Number(there['number of rows']);
  await beat();
  for (const slice of open) {
    equal &&= await isEqual(way, moved, slice);
    await beat();
  }
  return { table: moved.name, rows, equal };
}

/**
 * Ends the comparison while nobody writes; what is not equal must not be switched to.
 * @param beat is called between statements, as a sign of life
 */
export async function checkTables(
  way: Way,
  compared: readonly Compared[],
  beat: () => Promise<void>,
): Promise<Checked[]> {
  const all = [await checkLists(way)];
  for (const one of compared) all.push(await checkRest(way, one, beat));
  return all;
}
