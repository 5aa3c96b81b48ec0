/** Application records as the commands read and change them; each change leaves an audit row. */
import { auditStatement } from '../../adapters/d1/stores/audit.ts';
import type { Database } from '../../adapters/d1/database.ts';
import { type Query, selectAll, sql, update } from '../../adapters/d1/statements/query.ts';
import { applications } from '../../adapters/d1/schema/index.ts';
import type { Batch, Results } from '../../adapters/d1/statements/common.ts';
import type { AdminAction, AuditActor } from '../../ports/index.ts';
import { CommandError, type Context } from './command.ts';

/** An application's record, whole. */
export type ApplicationRow = typeof applications.$inferSelect;
/** Columns that a command changes. */
export type ApplicationChange = Partial<typeof applications.$inferInsert>;

/**
 * @returns the row of an application
 * @throws CommandError when there is none of this id
 */
export async function findApplication({ directory }: Context, id: string): Promise<ApplicationRow> {
  const { found } = await directory.read({
    found: selectAll(applications).where(sql`${applications.id} = ${id}`),
  });
  const [row] = found;
  if (row) return row;
  throw new CommandError(
    `There is no application ${id}. npm run admin -- application list shows them.`,
  );
}

/** The database of the application's users. */
export function shardOf(context: Context, { shard }: Pick<ApplicationRow, 'shard'>): Database {
  const database = context.database(shard);
  if (database) return database;
  throw new CommandError(`wrangler.toml binds no ${shard}, where this application's users are.`);
}

/** Whom the audit names for a command. */
export const byCommand = ({ person }: Context): AuditActor => ({
  actor: 'cli',
  person,
  requestId: undefined,
});

/** Changes and their audit row, in one batch where both lie in one database. */
export async function writeAudited(
  context: Context,
  row: Pick<ApplicationRow, 'id' | 'shard'>,
  action: AdminAction,
  detail: Record<string, unknown>,
  changes: readonly Query[],
): Promise<void> {
  const audit = auditStatement(row.id, {
    action,
    ...byCommand(context),
    detail,
    at: context.now,
  });
  const shard = shardOf(context, row);
  const together = shard === context.directory;
  await context.directory.write({ changes, audit: together ? audit : undefined });
  if (!together) await shard.write({ audit });
}

/** Changes in the database of the application's users and their audit row, in one batch. */
export async function writeShardAudited<B extends Batch>(
  context: Context,
  row: Pick<ApplicationRow, 'id' | 'shard'>,
  action: AdminAction,
  detail: Record<string, unknown>,
  changes: B,
): Promise<Results<B>> {
  const event = { action, actor: 'cli', requestId: undefined, detail, at: context.now };
  const batch: Batch = { ...changes, audit: auditStatement(row.id, event) };
  // The results hold those of `changes` under its own names.
  return (await shardOf(context, row).write(batch)) as unknown as Results<B>;
}

/** What the columns of a change are called in the database. */
export const namesOf = (columns: ApplicationChange): string[] =>
  // Its keys are those of the table's columns.
  (Object.keys(columns) as (keyof ApplicationRow)[]).map((key) => applications[key].name);

/** Sets columns of an application's record. What is audited are their names, never their values. */
export async function changeApplication(
  context: Context,
  row: ApplicationRow,
  columns: ApplicationChange,
  action: AdminAction = 'application.changed',
): Promise<void> {
  await writeAudited(context, row, action, { fields: namesOf(columns) }, [
    update(applications)
      .set(columns)
      .where(sql`${applications.id} = ${row.id}`),
  ]);
}
