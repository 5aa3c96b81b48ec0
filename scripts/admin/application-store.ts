/** Application records as the commands read and change them; each change leaves an audit row. */
import { auditStatement } from '../../src/adapters/d1/audit.ts';
import type { Database, Row } from '../../src/adapters/d1/database.ts';
import { sql, type SQL, type Value } from '../../src/adapters/d1/sql.ts';
import type { AdminAction, Application, ImportedHashes } from '../../src/ports.ts';
import { CommandError, type Context } from './command.ts';

export async function findApplication({ directory }: Context, id: string): Promise<Row> {
  const [[row] = []] = await directory.read([sql`SELECT * FROM applications WHERE id = ${id}`]);
  if (row) return row;
  throw new CommandError(
    `There is no application ${id}. npm run admin -- application list shows them.`,
  );
}

/** The database of the application's users. */
export function shardOf(context: Context, row: Row): Database {
  const shard = String(row['shard']);
  const database = context.database(shard);
  if (database) return database;
  throw new CommandError(`wrangler.toml binds no ${shard}, where this application's users are.`);
}

interface Columns {
  domains: string[];
  test_identifiers: Application['testIdentifiers'];
  social: NonNullable<Application['social']>;
  login_token: NonNullable<Application['loginToken']>;
  imported_hashes: ImportedHashes;
}

/** A JSON column; undefined when it is empty. */
export function jsonOf<C extends keyof Columns>(row: Row, column: C): Columns[C] | undefined {
  const text = row[column];
  // Written by these commands and by the seed, each after reading by the Worker's rules.
  return typeof text === 'string' ? (JSON.parse(text) as Columns[C]) : undefined;
}

/** Changes and their audit row, in one batch where both lie in one database. */
export async function writeAudited(
  context: Context,
  row: Row,
  action: AdminAction,
  detail: Record<string, unknown>,
  statements: readonly SQL[],
): Promise<void> {
  const audit = auditStatement(String(row['id']), {
    action,
    actor: 'cli',
    requestId: undefined,
    detail,
    at: context.now,
  });
  const shard = shardOf(context, row);
  const together = shard === context.directory;
  await context.directory.write([...statements, ...(together ? [audit] : [])]);
  if (!together) await shard.write([audit]);
}

/** Sets columns of an application's record. What is audited are their names, never their values. */
export async function changeApplication(
  context: Context,
  row: Row,
  columns: Readonly<Record<string, Value>>,
  action: AdminAction = 'application.changed',
): Promise<void> {
  const set = Object.entries(columns).map(
    ([name, value]) => sql`${sql.identifier(name)} = ${value}`,
  );
  await writeAudited(context, row, action, { fields: Object.keys(columns) }, [
    sql`UPDATE applications SET ${sql.join(set, sql`, `)} WHERE id = ${String(row['id'])}`,
  ]);
}
