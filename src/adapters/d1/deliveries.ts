/** Which messages have gone out: queues deliver at least once, a person wants a message once. */
import { sql } from './sql.ts';
import type { Database } from './database.ts';

/** Longer than any try takes. A claim as old as this belongs to a consumer that died. */
const LEASE = 60_000;
/** Longer than the queue keeps a message (4 days). */
const LIFE = 5 * 86_400_000;

export interface Deliveries {
  /** `mine`: send it now. `busy`: another consumer is at it. `done`: nothing is left to do. */
  claim(id: string, now: number): Promise<'mine' | 'busy' | 'done'>;
  /** `failed` may be claimed again. */
  settle(id: string, state: 'sent' | 'failed' | 'rejected'): Promise<void>;
}

export function d1Deliveries(database: Database, applicationId: string): Deliveries {
  const here = (id: string) => sql`application_id = ${applicationId} AND id = ${id}`;
  return {
    async claim(id, now) {
      const [claimed = [], [found] = []] = await database.write([
        sql`INSERT INTO deliveries (application_id, id, state, claimed_at, expires_at)
            VALUES (${applicationId}, ${id}, 'sending', ${now}, ${now + LIFE})
            ON CONFLICT (application_id, id) DO UPDATE SET state = 'sending', claimed_at = excluded.claimed_at
            WHERE state = 'failed' OR (state = 'sending' AND claimed_at <= ${now - LEASE}) RETURNING id`,
        sql`SELECT state FROM deliveries WHERE ${here(id)}`,
      ]);
      if (claimed.length > 0) return 'mine';
      return found?.['state'] === 'sending' ? 'busy' : 'done';
    },

    async settle(id, state) {
      await database.write([sql`UPDATE deliveries SET state = ${state} WHERE ${here(id)}`]);
    },
  };
}
