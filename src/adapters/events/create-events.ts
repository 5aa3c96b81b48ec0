/** Signed events, put together: databases that tell what they have written, the queue, and its consumer. */
import type { Environment } from '../../env/index.ts';
import type { DeliveryKey } from '../../ports/index.ts';
import { Database, type Client, type EventsWritten } from '../d1/database.ts';
import { d1EventDeliveries } from '../d1/stores/event-deliveries.ts';
import { queueEvents, type EventConsumer } from '../queue/events.ts';

export interface Events {
  /** Puts events on the queue behind the answer; what the queue does not take, the cron finds. */
  written: EventsWritten;
  /** A database whose changes are events. */
  databaseOf(client: Client): Database;
  /** Puts those on the queue that the cron has found; throws what the queue throws. */
  send(due: readonly DeliveryKey[]): Promise<void>;
  consumer: EventConsumer;
}

interface Place {
  /** Where an application's events lie; undefined when there is no such application. */
  bindingOf(applicationId: string): Promise<Client | undefined>;
  /** Keeps an invocation alive; undefined where nothing ends it. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** Signed events on their queue. */
export function createEvents(
  queue: Environment['events'],
  parts: Omit<EventConsumer, 'deliveries'>,
  { bindingOf, waitUntil }: Place,
): Events {
  const send = async (keys: readonly DeliveryKey[]) => queueEvents(queue, keys);
  const written: EventsWritten = (keys) => {
    const sent = send(keys).catch((error: unknown) =>
      parts.report('warn', 'events not queued', { events: keys.length }, error),
    );
    waitUntil?.(sent);
  };
  return {
    written,
    databaseOf: (client) => new Database(client, undefined, undefined, written),
    send,
    consumer: {
      ...parts,
      async deliveries(applicationId) {
        const binding = await bindingOf(applicationId);
        return binding && d1EventDeliveries(new Database(binding), applicationId);
      },
    },
  };
}
