/** What imports need now and then: a new message for one whose message was lost, and an end for members that are nobody's. */
import { sql } from './sql.ts';
import type { Database } from './database.ts';
import type { Dropped } from './retention.ts';

/** Longer than a message waits between two tries. */
const STALLED = 600_000;
/** Imports a run: each is a message. */
const MAX_WOKEN = 100;
const MAX_IMPORTS = 20;
const BATCH = 5_000;
/** Of members, over all imports of a run: far below what an invocation may ask of D1. */
const MAX_BATCHES = 50;

export interface Stalled {
  applicationId: string;
  importId: string;
}

/** Imports that nothing has moved for ten minutes; each is told once. */
export async function takeStalled(database: Database, now: number): Promise<Stalled[]> {
  const [rows = []] = await database.write([
    sql`UPDATE group_imports SET progressed_at = ${now} WHERE rowid IN (
          SELECT rowid FROM group_imports
          WHERE state IN ('pending', 'processing') AND progressed_at <= ${now - STALLED}
          ORDER BY progressed_at LIMIT ${MAX_WOKEN})
        RETURNING application_id, id`,
  ]);
  return rows.map((row) => ({
    applicationId: String(row['application_id']),
    importId: String(row['id']),
  }));
}

/**
 * Drops the members of failed and replaced imports, batch by batch, and the replaced ones themselves. A failed one stays for
 * its group to show, until a newer file comes.
 */
export async function dropLeftovers(database: Database): Promise<Dropped> {
  const [rows = []] = await database.read([
    sql`SELECT application_id, id FROM group_imports
        WHERE state IN ('failed', 'replaced') AND cleared = 0 LIMIT ${MAX_IMPORTS}`,
  ]);
  const dropped: Dropped = { counts: { group_members: 0 }, complete: rows.length < MAX_IMPORTS };
  let batches = 0;
  for (const { application_id, id } of rows) {
    const application = String(application_id);
    const ofImport = sql`application_id = ${application} AND import_id = ${String(id)}`;
    const isOne = sql`application_id = ${application} AND id = ${String(id)}`;
    let gone = BATCH;
    for (; gone === BATCH && batches < MAX_BATCHES; batches += 1) {
      const [, [row] = []] = await database.write([
        sql`DELETE FROM group_members WHERE rowid IN (
              SELECT rowid FROM group_members WHERE ${ofImport} LIMIT ${BATCH})`,
        sql`SELECT changes() AS gone`,
      ]);
      gone = Number(row?.['gone'] ?? 0);
      dropped.counts['group_members'] = (dropped.counts['group_members'] ?? 0) + gone;
    }
    if (gone === BATCH) return { ...dropped, complete: false };
    await database.write([
      sql`DELETE FROM group_import_errors WHERE ${ofImport}
          AND EXISTS (SELECT 1 FROM group_imports WHERE ${isOne} AND state = 'replaced')`,
      sql`DELETE FROM group_imports WHERE ${isOne} AND state = 'replaced'`,
      sql`UPDATE group_imports SET cleared = 1 WHERE ${isOne} AND state = 'failed'`,
    ]);
  }
  return dropped;
}
