/** Rows that have served their time, dropped in batches that leave room for shoppers in between (ruling 46). */
import { sql } from './sql.ts';
import type { Database } from './database.ts';

/**
 * Every table with an `expires_at`, which has an index of its own; a test holds the list against the schema. By name, since
 * importing the tables would bring drizzle's column builders into the bundle.
 */
export const EXPIRING = [
  'otp_challenges',
  'charges',
  'registrations',
  'proofs',
  'links',
  'ended_sessions',
  'deliveries',
  'sms_counts',
  'audit_events',
] as const;

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
  for (const name of EXPIRING) {
    const table = sql.identifier(name);
    const batch = [
      sql`DELETE FROM ${table} WHERE rowid IN (
            SELECT rowid FROM ${table} WHERE expires_at <= ${now - KEPT_FOR}
            ORDER BY expires_at LIMIT ${BATCH})`,
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
