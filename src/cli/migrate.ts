/**
 * Brings a local D1 up to date without wrangler's own noise. The list of applied files is wrangler's table, so that
 * `wrangler d1 migrations apply --local` and `npm start` agree on what has been done.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The same statement as wrangler's. */
const APPLIED = `CREATE TABLE IF NOT EXISTS "d1_migrations"(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** drizzle-kit's separator. Semicolons will not do: a trigger holds several. */
const BREAKPOINT = '--> statement-breakpoint';

const isComment = (sql: string): boolean =>
  sql.replaceAll(/\/\*.*?\*\/|--[^\n]*/gs, '').trim() === '';

/** The statements of a migration file, in order. */
function statementsOf(sql: string): string[] {
  return sql
    .split(BREAKPOINT)
    .map((statement) => statement.trim())
    .filter((statement) => !isComment(statement));
}

/**
 * Applies the files of `folder` that `db` lacks, in the order of their names, and returns those names.
 * A file is applied whole or not at all.
 */
export async function migrate(db: D1Database, folder: string): Promise<string[]> {
  await db.prepare(APPLIED).run();
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const done = new Set(results.map(({ name }) => name));
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql') && !done.has(file))
    .toSorted();
  for (const file of files) {
    const statements = statementsOf(readFileSync(join(folder, file), 'utf8'));
    try {
      await db.batch([
        ...statements.map((statement) => db.prepare(statement)),
        db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(file),
      ]);
    } catch (error) {
      throw new Error(`migrations/${file} failed`, { cause: error });
    }
  }
  return files;
}
