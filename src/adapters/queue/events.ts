/** The queue of events: one message for each endpoint, so that one that is down holds up no other. What was done stands in D1. */
import { SECOND_MS } from '../../shared/time.ts';
import { eventPayload } from '../../domain/events/payload.ts';
import { nextWaitMs } from '../../domain/events/retries.ts';
import type {
  Clock,
  ClaimedDelivery,
  DeliveryEnd,
  DeliveryKey,
  EventDeliveries,
} from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';
import { sendEvent, type EventSender, type Sent } from '../events/send-event.ts';
import type { Report } from './messages.ts';

/** Longer than an attempt takes. */
const CLAIM_MS = 60 * SECOND_MS;
/** After a fault of ours: when the claim is over. */
const FAULT_DELAY_SECONDS = 90;
/** What a queue takes at once. */
const MAX_MESSAGES = 100;
const GONE = 410;

export interface EventConsumer extends EventSender {
  clock: Clock;
  report: Report;
  /** Undefined when there is no such application. */
  deliveries(applicationId: string): Promise<EventDeliveries | undefined>;
}

/**
 * Puts deliveries on the queue.
 * @throws what the queue throws, or TimeOver
 */
export async function queueEvents(queue: Queue, keys: readonly DeliveryKey[]): Promise<void> {
  for (let at = 0; at < keys.length; at += MAX_MESSAGES) {
    const messages = keys.slice(at, at + MAX_MESSAGES).map((body) => ({ body }));
    await withTimeout('Queue', queue.sendBatch(messages));
  }
}

/** What becomes of a delivery after an attempt. */
function endOf(sent: Sent, attempts: number, now: number): DeliveryEnd {
  const { ok, status, reason, retryAfterMs } = sent;
  if (ok) return { state: 'delivered' };
  const waitMs = status === GONE ? undefined : nextWaitMs(attempts, retryAfterMs);
  return waitMs === undefined
    ? { state: 'dead', reason }
    : { state: 'pending', reason, dueAt: now + waitMs };
}

async function attempt(
  consumer: EventConsumer,
  { applicationId }: DeliveryKey,
  { event, endpoint, attempts }: ClaimedDelivery,
): Promise<{ end: DeliveryEnd; gone: boolean }> {
  if (endpoint.disabled) {
    return { end: { state: 'dead', reason: 'the endpoint is disabled' }, gone: false };
  }
  const now = consumer.clock.now();
  const body = JSON.stringify(eventPayload(applicationId, event));
  const sent = await sendEvent(consumer, endpoint, event.id, body, now);
  return { end: endOf(sent, attempts, consumer.clock.now()), gone: sent.status === GONE };
}

/** @returns seconds until the message is wanted again; undefined when it is done */
async function deliver(consumer: EventConsumer, key: DeliveryKey): Promise<number | undefined> {
  const { clock, report } = consumer;
  const deliveries = await consumer.deliveries(key.applicationId);
  const claimed = await deliveries?.claim(key, clock.now(), CLAIM_MS);
  // Done, not due, or in other hands: whoever has it goes on with it, and the cron finds what nobody has.
  if (!deliveries || !claimed) return undefined;
  const { end, gone } = await attempt(consumer, key, claimed);
  await deliveries.settle(key, end, clock.now());
  const about = {
    application_id: key.applicationId,
    event_id: key.eventId,
    endpoint_id: key.endpointId,
    attempts: claimed.attempts,
  };
  if (gone) {
    await deliveries.disable(key.endpointId, clock.now());
    report('warn', 'event endpoint gone', about);
  }
  if (end.state === 'delivered') return undefined;
  if (end.state === 'dead') {
    report('error', 'event dead', { ...about, reason: end.reason });
    return undefined;
  }
  report('warn', 'event failed', { ...about, reason: end.reason });
  return Math.ceil((end.dueAt - clock.now()) / SECOND_MS);
}

/** Delivers a batch, each event on its own. */
export async function consumeEvents(batch: MessageBatch, consumer: EventConsumer): Promise<void> {
  await Promise.all(
    batch.messages.map(async (queued) => {
      // Only `queueEvents` writes to this queue.
      const key = queued.body as DeliveryKey;
      try {
        const delaySeconds = await deliver(consumer, key);
        if (delaySeconds === undefined) queued.ack();
        else queued.retry({ delaySeconds: Math.max(1, delaySeconds) });
      } catch (error) {
        const about = { application_id: key.applicationId, event_id: key.eventId };
        consumer.report('warn', 'event interrupted', about, error);
        queued.retry({ delaySeconds: FAULT_DELAY_SECONDS });
      }
    }),
  );
}
