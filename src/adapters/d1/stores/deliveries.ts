/** Which messages have gone out: queues deliver at least once, a person wants a message once. */
import { DAY_MS } from '../../../shared/time.ts';
import { grouped } from '../../grouped.ts';
import type { Database } from '../database.ts';
import { builtOnce } from '../statements/common.ts';
import { excluded, insertSelect, select, sql, update } from '../statements/query.ts';
import { deliveries } from '../schema/index.ts';

/** Longer than any try takes. A claim as old as this belongs to a consumer that died. */
const LEASE_MS = 60_000;
/** Longer than the queue keeps a message (4 days). */
const KEPT_FOR_MS = 5 * DAY_MS;

/** `mine`: send it now. `busy`: another consumer is at it. `done`: nothing is left to do. */
export type Claim = 'mine' | 'busy' | 'done';

export interface Deliveries {
  /**
   * Claims messages in one round trip. Of one that is named twice the first alone can be `mine`.
   * @param messages `country`: the calling code of an SMS
   * @returns one claim for each, in their order
   */
  claim(
    messages: readonly { id: string; country: number | undefined }[],
    now: number,
  ): Promise<readonly Claim[]>;
  /** `failed` may be claimed again. */
  settle(id: string, state: Settled['state']): Promise<void>;
}

interface Settled {
  id: string;
  state: 'sent' | 'failed' | 'rejected';
}

interface Claiming extends Record<string, string | number> {
  applicationId: string;
  /** A JSON list of ids with countries. */
  messages: string;
  now: number;
  expiresAt: number;
  /** Claims from before are given up. */
  leasedBefore: number;
}

const claimStatements = builtOnce<Claiming>()((given) => ({
  claimed: insertSelect(
    deliveries,
    {
      applicationId: given.applicationId,
      id: sql`j.value ->> 'id'`,
      state: 'sending',
      claimedAt: given.now,
      expiresAt: given.expiresAt,
      country: sql`j.value ->> 'country'`,
    },
    // SQLite takes what follows a SELECT without a WHERE for a join.
    sql`FROM json_each(${given.messages}) j WHERE TRUE`,
  )
    .onConflictDoUpdate({
      target: [deliveries.applicationId, deliveries.id],
      set: { state: 'sending', claimedAt: excluded(deliveries.claimedAt) },
      setWhere: sql`${deliveries.state} = 'failed'
        OR (${deliveries.state} = 'sending' AND ${deliveries.claimedAt} <= ${given.leasedBefore})`,
    })
    .returning({ id: deliveries.id }),
  // In the same transaction: a claim whose answer is not known would hold its message back for a minute.
  found: select({ id: deliveries.id, state: deliveries.state })
    .from(deliveries)
    .where(
      sql`${deliveries.applicationId} = ${given.applicationId}
        AND ${deliveries.id} IN (SELECT j.value ->> 'id' FROM json_each(${given.messages}) j)`,
    ),
}));

const settleStatements = builtOnce<{ applicationId: string; settled: string }>()((given) => ({
  settled: update(deliveries)
    .set({
      state: sql`(SELECT j.value ->> 'state' FROM json_each(${given.settled}) j
        WHERE j.value ->> 'id' = ${deliveries.id})`,
    })
    .where(
      sql`${deliveries.applicationId} = ${given.applicationId}
        AND ${deliveries.id} IN (SELECT j.value ->> 'id' FROM json_each(${given.settled}) j)`,
    ),
}));

/** Which messages were handed to a provider, so that none is handed over twice. */
export function d1Deliveries(database: Database, applicationId: string): Deliveries {
  const settleAll = grouped<Settled>(async (settled) => {
    const given = { applicationId, settled: JSON.stringify(settled) };
    await database.write(settleStatements(given, {}));
  });

  return {
    async claim(messages, now) {
      const { claimed, found } = await database.write(
        claimStatements(
          {
            applicationId,
            messages: JSON.stringify(messages),
            now,
            expiresAt: now + KEPT_FOR_MS,
            leasedBefore: now - LEASE_MS,
          },
          {},
        ),
      );
      const mine = new Set(claimed.map(({ id }) => id));
      const states = new Map(found.map(({ id, state }) => [id, state]));
      return messages.map(({ id }) => {
        // Of two of one id the first takes it.
        if (mine.delete(id)) return 'mine';
        return states.get(id) === 'sending' ? 'busy' : 'done';
      });
    },

    settle: async (id, state) => settleAll({ id, state }),
  };
}
