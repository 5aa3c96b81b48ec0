/** All that a local Worker has stored, read from the files that wrangler keeps it in. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Every row of every database under a folder, D1's and KV's, as JSON in the order of its text. It can be read while the Worker
 * runs.
 * @returns name of a table → its rows
 */
export function stateOnDisk(folder: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  // Wrangler keeps traces of the requests there too.
  const ours = files.filter((name) => /(D1Database|KVNamespace)Object\/[^/]+\.sqlite$/.test(name));
  for (const file of ours) {
    const database = new DatabaseSync(join(folder, file), { readOnly: true });
    try {
      const tables = database
        .prepare(
          `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'`,
        )
        .all();
      for (const { name } of tables) {
        const rows = database.prepare(`SELECT * FROM ${quoted(String(name))}`).all();
        const lines = rows.map((row) => JSON.stringify(row)).toSorted();
        if (lines.length > 0) found.set(`${file.split('/').at(-2)} ${String(name)}`, lines);
      }
    } finally {
      database.close();
    }
  }
  return found;
}

/** What is in one state and not in the other, either way; empty when nothing has changed. */
export function changesBetween(
  before: Map<string, string[]>,
  after: Map<string, string[]>,
): string[] {
  const only = (sign: string, one: Map<string, string[]>, other: Map<string, string[]>) =>
    [...one].flatMap(([table, rows]) => {
      const known = new Set(other.get(table));
      return rows.filter((row) => !known.has(row)).map((row) => `${sign} ${table}: ${row}`);
    });
  return [...only('-', before, after), ...only('+', after, before)];
}
