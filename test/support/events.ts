/** Endpoints of events on D1, a receiver that plays one, and the queue's part. */
import { env } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { ENDPOINT_SECRET } from '../../src/adapters/events/send-event.ts';
import { newEndpointSecret } from '../../src/adapters/events/sign.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { eventEndpoints } from '../../src/adapters/d1/schema/index.ts';
import { readEvent, selectEvents } from '../../src/adapters/d1/stores/event-deliveries.ts';
import { insert, sql } from '../../src/adapters/d1/statements/query.ts';
import type { CustomerEvent, EventType, Vault } from '../../src/ports/index.ts';
import type { EventPayload } from '../../src/domain/events/payload.ts';
import type { D1Shop } from './shop.ts';

/** The endpoint of `shop.subscribe`. */
export const ENDPOINT = {
  id: 'we_1',
  url: 'https://hooks.example/events',
  secret: newEndpointSecret(),
};

export interface NewEndpoint {
  id: string;
  url: string;
  secret: string;
  types: readonly EventType[];
  application: string;
  vault: Pick<Vault, 'seal'>;
}

export async function addEndpoint(endpoint: NewEndpoint): Promise<void> {
  const { id, url, secret, types, application, vault } = endpoint;
  const sealed = await vault.seal(ENDPOINT_SECRET, secret);
  await new Database(env.DB).write({
    made: insert(eventEndpoints).values({
      applicationId: application,
      id,
      url,
      types: [...types],
      secrets: [{ sealed }],
      createdAt: 0,
    }),
  });
}

/** Every event on D1, by customer and sequence. */
export async function writtenEvents(): Promise<CustomerEvent[]> {
  const { all } = await new Database(env.DB).read({
    all: selectEvents(sql`TRUE`).orderBy(sql`user_id, sequence`),
  });
  return all.map(readEvent);
}

/** At another time than now: the library refuses what is older than five minutes. */
function verifyAt(now: number, secret: string, body: string, headers: Headers): EventPayload {
  const { now: real } = Date;
  Date.now = () => now;
  try {
    return new Webhook(secret).verify(body, Object.fromEntries(headers)) as EventPayload;
  } finally {
    Date.now = real;
  }
}

export interface Received {
  url: string;
  id: string;
  payload: EventPayload;
}

/** What endpoints hear, each verified by the library of the convention; `answer` says what they say. */
export function receiver(secrets: Record<string, string> = { [ENDPOINT.url]: ENDPOINT.secret }) {
  const received: Received[] = [];
  const refused: string[] = [];
  const double = {
    received,
    secrets,
    /** Urls that were called with something that does not verify. */
    refused,
    /** The receiver's clock. */
    now: Date.now,
    answer: (_url: string): Response | Promise<Response> => new Response('thanks'),
    fetch: (async (input, init) => {
      const request = new Request(input, init);
      const { url } = request;
      const body = await request.text();
      try {
        const payload = verifyAt(double.now(), secrets[url] ?? '', body, request.headers);
        received.push({ url, id: request.headers.get('webhook-id') ?? '', payload });
      } catch {
        refused.push(url);
      }
      return double.answer(url);
    }) as typeof fetch,
  };
  return double;
}

/** Hands every queued event to the consumer, once; those to be tried again come back with their delay. */
export async function consumeEvents(shop: D1Shop): Promise<{ retries: number[] }> {
  await shop.settle();
  const bodies = shop.eventQueue.splice(0);
  if (bodies.length === 0) return { retries: [] };
  const retries: number[] = [];
  // The runtime's own batch does not tell the delays.
  const messages = bodies.map((body) => ({
    body,
    ack: () => undefined,
    retry({ delaySeconds = 0 }: QueueRetryOptions = {}) {
      retries.push(delaySeconds);
      shop.eventQueue.push(body);
    },
  }));
  const batch = { queue: 'vestibule-events', messages };
  await shop.runtime.consume(batch as unknown as MessageBatch);
  return { retries };
}
