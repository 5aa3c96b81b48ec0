/** The end of a move, whether the command or a cron brings it about. */
import type { Database } from '../database.ts';
import { applications, auditEvents, moveProgress, moves } from '../schema/index.ts';
import { remove, selectAll, sql } from '../statements/query.ts';
import { auditStatement } from '../stores/audit.ts';

/** The last of a move whose source is clean: it is on record, and `moves` knows it no more. */
export async function endSwitched(
  directory: Database,
  target: Database,
  applicationId: string,
  now: number,
): Promise<void> {
  const { found } = await directory.read({
    found: selectAll(moves).where(
      sql`${moves.applicationId} = ${applicationId} AND ${moves.state} = 'switched'`,
    ),
  });
  const [move] = found;
  if (!move) return;
  const { source: from, target: to, startedAt } = move;
  const isRecorded = sql`EXISTS (SELECT 1 FROM ${auditEvents} WHERE ${auditEvents.retention} = 'admin'
    AND ${auditEvents.applicationId} = ${applicationId} AND ${auditEvents.at} >= ${startedAt}
    AND ${auditEvents.detail} ->> '$.begun' = ${startedAt})`;
  const detail = { fields: [applications.shard.name], from, to, begun: startedAt };
  const event = {
    action: 'application.changed',
    actor: 'cli',
    requestId: undefined,
    detail,
    at: now,
  } as const;
  await target.write({
    event: auditStatement(applicationId, event, sql`NOT ${isRecorded}`),
    progress: remove(moveProgress).where(sql`${moveProgress.applicationId} = ${applicationId}`),
  });
  await forget(directory, applicationId, 'switched');
}

/** A move that is over has no row. */
export async function forget(
  directory: Database,
  applicationId: string,
  state: 'switched' | 'aborting',
): Promise<void> {
  await directory.write({
    over: remove(moves).where(
      sql`${moves.applicationId} = ${applicationId} AND ${moves.state} = ${state}`,
    ),
  });
}
