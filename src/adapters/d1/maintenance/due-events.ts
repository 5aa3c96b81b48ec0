/** Events whose message was lost, or never sent: the queue took none, or the Worker died behind its batch. */
import type { DeliveryKey } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { eventDeliveries } from '../schema/index.ts';
import { select, sql } from '../statements/query.ts';
import type { Steps } from './turns.ts';

/** A run; the next one follows in five minutes. */
const MAX_SENT = 1_000;

/** Deliveries that are due and that nobody is at, the oldest first. One whose message is only slow gets a second one: a consumer takes it once. */
async function selectDueEvents(database: Database, now: number): Promise<DeliveryKey[]> {
  const { due } = await database.read({
    due: select({
      applicationId: eventDeliveries.applicationId,
      eventId: eventDeliveries.eventId,
      endpointId: eventDeliveries.endpointId,
    })
      .from(eventDeliveries)
      .where(
        sql`${eventDeliveries.state} = 'pending' AND ${eventDeliveries.dueAt} <= ${now}
          AND ${eventDeliveries.claimedUntil} <= ${now}`,
      )
      .orderBy(eventDeliveries.dueAt)
      .limit(MAX_SENT),
  });
  return due;
}

/** Puts them on the queue. */
export async function* sendDueEvents(
  database: Database,
  send: (due: readonly DeliveryKey[]) => Promise<void>,
  now: number,
): Steps {
  const due = await selectDueEvents(database, now);
  await send(due);
  yield { counts: { events: due.length }, queries: 1 };
}
