/**
 * Drizzle's builders without a connection: they build statements, `Database` runs them. Columns are always printed with
 * their table, and results are named by the keys of the selection, so that two columns of one name cannot be mistaken.
 */
import {
  getTableColumns,
  getTableName,
  is,
  Column,
  type Placeholder,
  SQL,
  sql as drizzleSql,
  type AnyColumn,
  type SQLWrapper,
  type Table,
} from 'drizzle-orm';
import {
  QueryBuilder,
  SQLiteDeleteBase,
  SQLiteAsyncDialect,
  SQLiteInsertBuilder,
  SQLiteUpdateBuilder,
  type SQLiteColumn,
  type SQLiteInsertValue,
  type SQLiteTable,
} from 'drizzle-orm/sqlite-core';

export { alias } from 'drizzle-orm/sqlite-core';
export { SQL };
export type { SQLiteColumn };

/** What D1 binds. Drizzle would print nothing for `undefined`, and hand over an object as it is. */
export type Value = string | number | null;

/** A value, or in its place an expression, or the slot of a statement that is built once (`builtOnce` in common.ts). */
export type Operand<T> = T | SQL | Placeholder;
/** The same for each value of a record. */
export type Operands<T> = { readonly [K in keyof T]: Operand<T[K]> };

interface Tag {
  <T = unknown>(
    strings: TemplateStringsArray,
    ...parts: (SQLWrapper | AnyColumn | Table | Value)[]
  ): SQL<T>;
  /** A name of ours that is chosen at run time, such as one of a list of tables. Never one that came from outside. */
  identifier: typeof drizzleSql.identifier;
  placeholder: typeof drizzleSql.placeholder;
  join(parts: readonly SQLWrapper[], between: SQL): SQL;
}

/**
 * Drizzle's `sql`, with fewer types of values allowed: columns, tables, other statements and what D1 can bind.
 * Values become `?`, so nothing a caller sends can ever become SQL.
 */
export const sql = drizzleSql as Tag;

export const dialect = new SQLiteAsyncDialect();
const builder = new QueryBuilder(dialect);
/** Builders ask their session only to run a statement, which is done by `Database` here. */
const NO_SESSION = undefined as never;

export type Row = Record<string, unknown>;
export type Fields = Record<string, SQLiteColumn | SQL>;

/** A field under the name of its key. Inside another `sql`, which drizzle prints as it is, columns keep their table. */
const named = (key: string, field: AnyColumn | SQL): SQL.Aliased =>
  is(field, Column)
    ? drizzleSql`${field}`.mapWith(field).as(key)
    : drizzleSql`${field}`.mapWith(decoderOf(field)).as(key);

/** How a field is read from what D1 gives: JSON is parsed, 0 and 1 become booleans. */
export function decoderOf(field: unknown): { mapFromDriverValue(value: unknown): unknown } {
  if (is(field, Column)) return field;
  const expression = is(field, SQL.Aliased) ? field.sql : field;
  // `decoder` is internal in drizzle's types; `mapWith` sets it.
  return (expression as { decoder: { mapFromDriverValue(value: unknown): unknown } }).decoder;
}

/**
 * A `SELECT`; go on with `.from(…)`.
 * @param fields columns and expressions by the names that the results have
 */
export function select<F extends Fields>(fields: F) {
  const names = Object.entries(fields).map(([key, field]) => [key, named(key, field)] as const);
  // The types of the fields are those of what they stand for.
  return builder.select(Object.fromEntries(names) as unknown as F);
}

/** A `SELECT` of all columns of a table; go on with `.where(…)`. */
export const selectAll = <T extends SQLiteTable>(table: T) =>
  select(getTableColumns(table)).from(table);

/** A `SELECT` of expressions alone: one row. */
export const selectValues = <F extends Record<string, SQL>>(values: F) =>
  select(values).from(sql`(SELECT 1)`);

/** An `UPDATE`; go on with `.set({ … }).where(…)`. A key that is undefined is left as it is. */
export const update = <T extends SQLiteTable>(table: T): SQLiteUpdateBuilder<T, 'async', Row> =>
  new SQLiteUpdateBuilder(table, NO_SESSION, dialect);

/** A `DELETE`; go on with `.where(…)`. */
export const remove = <T extends SQLiteTable>(table: T): SQLiteDeleteBase<T, 'async', Row> =>
  new SQLiteDeleteBase(table, NO_SESSION, dialect);

/** An `INSERT`; go on with `.values({ … })`. */
export const insert = <T extends SQLiteTable>(table: T): SQLiteInsertBuilder<T, 'async', Row> =>
  new SQLiteInsertBuilder(table, NO_SESSION, dialect);

/**
 * `INSERT … SELECT`: rows that are written on a condition, or made from other rows.
 * @param values by column; an expression may speak of what `rest` selects from
 * @param rest from `FROM` or `WHERE` on
 */
export function insertSelect<T extends SQLiteTable>(
  table: T,
  values: SQLiteInsertValue<T>,
  rest: SQL,
) {
  const given: Row = values;
  const list = Object.entries(getTableColumns(table)).map(([key, column]): SQLWrapper => {
    const value: unknown = given[key] ?? (given[key] === null ? undefined : column.default);
    if (value === undefined) return sql`NULL`;
    return is(value, SQL) ? value : drizzleSql.param(value, column);
  });
  return insert(table).select(drizzleSql`SELECT ${sql.join(list, sql`, `)} ${rest}`);
}

/** A table with its alias, for a `FROM` that is written by hand: `"users" "u"`. */
export function as(table: Table): SQL {
  // Drizzle keeps the name that an alias stands for under this symbol.
  const original = (table as unknown as Record<symbol, unknown>)[
    Symbol.for('drizzle:OriginalName')
  ];
  return sql`${sql.identifier(String(original))} ${sql.identifier(getTableName(table))}`;
}

/** In an `ON CONFLICT DO UPDATE`: the value that was to be inserted. */
export const excluded = (column: AnyColumn): SQL => sql`excluded.${sql.identifier(column.name)}`;

/** A list of columns, such as `(a, b) IN (…)` needs. */
export const columnList = (columns: readonly AnyColumn[]): SQL => sql.join(columns, sql`, `);

/** Anything that is one statement. One that is built has rows of its fields; one written by hand has those D1 gives. */
export type Query = SQLWrapper;

/** What a row of the statement's result is. */
export type RowOf<Q> = Q extends { _: { readonly result: readonly (infer R)[] } } ? R : Row;
