/** Counts and sums of each table on both sides. */
import type { Database } from '../database.ts';
import { select, sql, type Row, type SQL } from '../statements/query.ts';
import { counters, userStretches } from '../schema/index.ts';
import { behind, names, readEnd, selectEnd, upTo, type Key, type Way } from './slices.ts';
import { MOVED } from './tables.ts';

type Moved = (typeof MOVED)[number];

/** Rows that one statement counts. */
const SLICE_ROWS = 20_000;
/** So that the sums of a slice stay exact. */
const MODULUS = 1_000_003;

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

const measure = (moved: Moved, from: SQL, end: Key | undefined, id: string): SQL =>
  sql`SELECT COUNT(*) AS "number of rows", ${sums(moved)}
    FROM (SELECT ${names(moved.columns)} FROM ${moved.table} WHERE ${from} AND ${upTo(moved, end, id)})
    WHERE application_id = ${id} AND ${moved.which}`;

export interface Checked {
  table: string;
  rows: number;
  equal: boolean;
}

/**
 * Compares one table on both sides, by slices of its key.
 * @param beat is called between slices
 */
async function checkTable(way: Way, moved: Moved, beat: () => Promise<void>): Promise<Checked> {
  const { applicationId: id, source, target } = way;
  const checked: Checked = { table: moved.name, rows: 0, equal: true };
  for (let after: Key | undefined, done = false; !done;) {
    const from = behind(moved, after, id);
    const { ends } = await source.read({ ends: selectEnd(moved, from, SLICE_ROWS) });
    const end = readEnd(moved, ends, id);
    const side = async (database: Database): Promise<Row> =>
      (await database.read({ found: measure(moved, from, end, id) })).found[0] ?? {};
    const [here, there] = await Promise.all([side(source), side(target)]);
    checked.rows += Number(here['number of rows']);
    checked.equal &&= JSON.stringify(here) === JSON.stringify(there);
    after = end;
    done = end === undefined;
    await beat();
  }
  return checked;
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

/** Compares all tables; what is not equal must not be switched to. */
export async function checkTables(way: Way, beat: () => Promise<void>): Promise<Checked[]> {
  const all = [await checkLists(way)];
  for (const moved of MOVED) all.push(await checkTable(way, moved, beat));
  return all;
}
