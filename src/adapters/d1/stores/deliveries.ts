/** Which messages have gone out: queues deliver at least once, a person wants a message once. */
import { DAY_MS } from '../../../shared/time.ts';
import type { Database } from '../database.ts';
import { builtOnce } from '../statements/common.ts';
import { excluded, insertSelect, type Operands, select, sql, update } from '../statements/query.ts';
import { deliveries } from '../schema/index.ts';

/** Longer than any try takes. A claim as old as this belongs to a consumer that died. */
const LEASE_MS = 60_000;
/** Longer than the queue keeps a message (4 days). */
const KEPT_FOR_MS = 5 * DAY_MS;

export interface Deliveries {
  /** `country`: the calling code of an SMS. `mine`: send it now. `busy`: another consumer is at it. `done`: nothing is left to do. */
  claim(
    message: { id: string; country: number | undefined },
    now: number,
  ): Promise<'mine' | 'busy' | 'done'>;
  /** `failed` may be claimed again. */
  settle(id: string, state: 'sent' | 'failed' | 'rejected'): Promise<void>;
}

const here = ({ applicationId, id }: Operands<{ applicationId: string; id: string }>) =>
  sql`${deliveries.applicationId} = ${applicationId} AND ${deliveries.id} = ${id}`;

interface Claim extends Record<string, string | number | null> {
  applicationId: string;
  id: string;
  now: number;
  expiresAt: number;
  country: number | null;
  /** Claims from before are given up. */
  leasedBefore: number;
}

const claimStatements = builtOnce<Claim>()((given) => ({
  claimed: insertSelect(
    deliveries,
    {
      applicationId: given.applicationId,
      id: given.id,
      state: 'sending',
      claimedAt: given.now,
      expiresAt: given.expiresAt,
      country: given.country,
    },
    // SQLite takes what follows a SELECT without a WHERE for a join.
    sql`WHERE TRUE`,
  )
    .onConflictDoUpdate({
      target: [deliveries.applicationId, deliveries.id],
      set: { state: 'sending', claimedAt: excluded(deliveries.claimedAt) },
      setWhere: sql`${deliveries.state} = 'failed'
        OR (${deliveries.state} = 'sending' AND ${deliveries.claimedAt} <= ${given.leasedBefore})`,
    })
    .returning({ id: deliveries.id }),
  found: select({ state: deliveries.state }).from(deliveries).where(here(given)),
}));

const settleStatements = builtOnce<{ applicationId: string; id: string; state: string }>()(
  (given) => ({
    settled: update(deliveries)
      .set({ state: sql`${given.state}` })
      .where(here(given)),
  }),
);

/** Which messages were handed to a provider, so that none is handed over twice. */
export function d1Deliveries(database: Database, applicationId: string): Deliveries {
  return {
    async claim({ id, country }, now) {
      const { claimed, found } = await database.write(
        claimStatements(
          {
            applicationId,
            id,
            now,
            expiresAt: now + KEPT_FOR_MS,
            country: country ?? null,
            leasedBefore: now - LEASE_MS,
          },
          {},
        ),
      );
      if (claimed.length > 0) return 'mine';
      return found[0]?.state === 'sending' ? 'busy' : 'done';
    },

    async settle(id, state) {
      await database.write(settleStatements({ applicationId, id, state }, {}));
    },
  };
}
