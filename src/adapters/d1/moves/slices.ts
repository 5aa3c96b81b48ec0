/** A table read through by its key, a slice at a time, for the rows of one application. */
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Database } from '../database.ts';
import { columnList, select, sql, type Row, type SQL } from '../statements/query.ts';
import type { OwnTable } from './tables.ts';

export type Key = readonly (string | number)[];

/** An application on its way from one database to another. */
export interface Way {
  applicationId: string;
  /** Of this run of the command; an older run is refused. */
  runner: string;
  source: Database;
  target: Database;
  /** Rows, or changes, a transaction. */
  sliceRows: number;
}

/** Names of columns without their table. */
export const names = (columns: readonly SQLiteColumn[]): SQL =>
  sql.join(
    columns.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

const literals = (key: Key): SQL =>
  sql.join(
    key.map((value) => sql`${value}`),
    sql`, `,
  );

/** The rows of a table behind a key; where the key begins with the application, from its first row on. */
export function behind(
  { key, isRange, applicationId }: OwnTable,
  after: Key | undefined,
  id: string,
): SQL {
  if (after) return sql`(${columnList(key)}) > (${literals(after)})`;
  return isRange ? sql`${applicationId} >= ${id}` : sql`TRUE`;
}

/** The rows of a table up to a key, that one included; up to the last one that may be the application's. */
export function upTo(
  { key, isRange, applicationId }: OwnTable,
  end: Key | undefined,
  id: string,
): SQL {
  if (end) return sql`(${columnList(key)}) <= (${literals(end)})`;
  return isRange ? sql`${applicationId} <= ${id}` : sql`TRUE`;
}

/** The key of the last row of a slice; no row where the table ends before. */
export const selectEnd = ({ table, key }: OwnTable, from: SQL, rows: number) =>
  select(Object.fromEntries(key.map((column, at) => [`k${at}`, sql`${column}`])))
    .from(table)
    .where(from)
    .orderBy(...key)
    .limit(1)
    .offset(rows - 1);

/** What `selectEnd` found; undefined when nothing of the application can be behind it. */
export function readEnd({ isRange }: OwnTable, ends: readonly Row[], id: string): Key | undefined {
  const [found] = ends;
  if (!found) return undefined;
  // Keys are texts and whole numbers.
  const end = Object.values(found) as (string | number)[];
  return isRange && String(end[0]) > id ? undefined : end;
}
