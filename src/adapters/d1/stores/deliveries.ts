/** Which messages have gone out: queues deliver at least once, a person wants a message once. */
import { DAY_MS } from '../../../shared/time.ts';
import type { Database } from '../database.ts';
import { excluded, insert, select, sql, update } from '../statements/query.ts';
import { deliveries } from '../schema/index.ts';

/** Longer than any try takes. A claim as old as this belongs to a consumer that died. */
const LEASE_MS = 60_000;
/** Longer than the queue keeps a message (4 days). */
const KEPT_FOR_MS = 5 * DAY_MS;

export interface Deliveries {
  /** `mine`: send it now. `busy`: another consumer is at it. `done`: nothing is left to do. */
  claim(id: string, now: number): Promise<'mine' | 'busy' | 'done'>;
  /** `failed` may be claimed again. */
  settle(id: string, state: 'sent' | 'failed' | 'rejected'): Promise<void>;
}

/** Which messages were handed to a provider, so that none is handed over twice. */
export function d1Deliveries(database: Database, applicationId: string): Deliveries {
  const here = (id: string) =>
    sql`${deliveries.applicationId} = ${applicationId} AND ${deliveries.id} = ${id}`;
  return {
    async claim(id, now) {
      const { claimed, found } = await database.write({
        claimed: insert(deliveries)
          .values({
            applicationId,
            id,
            state: 'sending',
            claimedAt: now,
            expiresAt: now + KEPT_FOR_MS,
          })
          .onConflictDoUpdate({
            target: [deliveries.applicationId, deliveries.id],
            set: { state: 'sending', claimedAt: excluded(deliveries.claimedAt) },
            setWhere: sql`${deliveries.state} = 'failed'
              OR (${deliveries.state} = 'sending' AND ${deliveries.claimedAt} <= ${now - LEASE_MS})`,
          })
          .returning({ id: deliveries.id }),
        found: select({ state: deliveries.state }).from(deliveries).where(here(id)),
      });
      if (claimed.length > 0) return 'mine';
      return found[0]?.state === 'sending' ? 'busy' : 'done';
    },

    async settle(id, state) {
      await database.write({ settled: update(deliveries).set({ state }).where(here(id)) });
    },
  };
}
