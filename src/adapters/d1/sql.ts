/**
 * Drizzle's `sql`, which takes nothing but columns, tables, other statements and what D1 can bind: `` sql`${users.id} = ${id}` ``.
 * Values become `?`, so nothing a caller sends can ever become SQL.
 */
import { SQL, sql as drizzleSql, type AnyColumn, type SQLWrapper, type Table } from 'drizzle-orm';

export { SQL };

/** What D1 binds. Drizzle would print nothing for `undefined`, and hand over an object as it is. */
export type Value = string | number | null;

interface Tag {
  <T = unknown>(
    strings: TemplateStringsArray,
    ...parts: (SQLWrapper | AnyColumn | Table | Value)[]
  ): SQL<T>;
  /** A name of ours that is chosen at run time, such as one of a list of tables. Never one that came from outside. */
  identifier: typeof drizzleSql.identifier;
  join(parts: readonly SQLWrapper[], between: SQL): SQL;
}

// The same function, with fewer types of values allowed.
export const sql = drizzleSql as Tag;
