/** Rows that have served their time, dropped in batches that leave room for shoppers in between (ruling 46). */
import { getTableName, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { charges, endedSessions, links, otpChallenges, proofs, registrations } from './schema.ts';

/** Everything with an `expires_at`, which has an index of its own. */
const EXPIRING = [otpChallenges, charges, registrations, proofs, links, endedSessions];

const KEPT_FOR = 24 * 3_600_000;
const BATCH = 1_000;
/** Per table and run: together with the other tables and shards far below what one invocation may ask of D1. */
const MAX_BATCHES = 50;

export interface Dropped {
  /** Rows by table. */
  counts: Record<string, number>;
  /** False when something was left for the next run. */
  complete: boolean;
}

/**
 * Drops every row that expired 24 h ago or earlier. Each batch stands by itself, so a run that is cut short loses nothing.
 * @param now by the Worker's clock, which also judges expiry
 */
export async function dropExpired(database: Database, now: number): Promise<Dropped> {
  const dropped: Dropped = { counts: {}, complete: true };
  for (const table of EXPIRING) {
    const name = getTableName(table);
    const batch = [
      sql`DELETE FROM ${table} WHERE rowid IN (
            SELECT rowid FROM ${table} WHERE ${table.expiresAt} <= ${now - KEPT_FOR}
            ORDER BY ${table.expiresAt} LIMIT ${BATCH})`,
      sql`SELECT changes() AS gone`,
    ];
    let total = 0;
    let gone = BATCH;
    for (let batches = 0; gone === BATCH && batches < MAX_BATCHES; batches += 1) {
      const [, [row] = []] = await database.write(batch);
      gone = Number(row?.['gone'] ?? 0);
      total += gone;
    }
    dropped.counts[name] = total;
    if (gone === BATCH) dropped.complete = false;
  }
  return dropped;
}
