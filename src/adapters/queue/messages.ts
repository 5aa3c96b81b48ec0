/** The queue of outgoing messages: sealed on the way in, opened and delivered by the consumer. */
import { masked } from '../../domain/identifiers/identifier.ts';
import {
  Outage,
  type Application,
  type AuditEvent,
  type Clock,
  type Message,
  type Notifier,
  type Transport,
  type Vault,
} from '../../ports/index.ts';
import type { Claim, Deliveries } from '../d1/stores/deliveries.ts';
import { Undelivered } from '../notify/transports/http.ts';
import type { Writer, WrittenMessage } from '../notify/writer.ts';
import { withTimeout } from '../deadline.ts';
import { callingCodeOf } from '../../domain/identifiers/number-country.ts';

/** A queued message: sealed, only its id and application are readable. */
export interface Envelope {
  id: string;
  applicationId: string;
  sealed: string;
}

/** Puts messages of one application on the queue, sealed. `send` throws an Outage. */
export function queueNotifier(queue: Queue, vault: Vault, applicationId: string): Notifier {
  return {
    async send(message) {
      const sealed = await vault.seal('message', JSON.stringify(message));
      const envelope: Envelope = { id: message.id, applicationId, sealed };
      try {
        await withTimeout('Queue', queue.send(envelope));
      } catch (error) {
        throw new Outage('Queue', error);
      }
    },
  };
}

/** Writes a line for operators to the log. */
export type Report = (
  level: 'warn' | 'error',
  message: string,
  detail: Record<string, unknown>,
  error?: unknown,
) => void;

export interface Consumer {
  vault: Vault;
  clock: Clock;
  report: Report;
  write: Writer;
  transports: Readonly<Record<Message['channel'], Transport>>;
  deliveries(application: Application): Deliveries;
  audit(applicationId: string, event: AuditEvent): Promise<void>;
}

/** Operators see in the audit what never arrived; a ledger that fails must not keep the message in the queue. */
async function tell(
  { audit, clock, report }: Pick<Consumer, 'audit' | 'clock' | 'report'>,
  action: AuditEvent['action'],
  { application_id, ...detail }: ReturnType<typeof about>,
): Promise<void> {
  await audit(application_id, {
    action,
    actor: 'system',
    requestId: undefined,
    detail,
    at: clock.now(),
  }).catch((error: unknown) => {
    report('warn', 'audit not recorded', { application_id, action }, error);
  });
}

const RETRY_DELAY_MAX_SECONDS = 300;

async function open(vault: Vault, { sealed }: Envelope): Promise<Message> {
  return JSON.parse(await vault.open('message', sealed)) as Message;
}

/** The fields of a message that may be logged. */
function about({ id, applicationId }: Envelope, message?: Message) {
  if (!message) return { message_id: id, application_id: applicationId };
  const { channel, to, content } = message;
  const kind = channel === 'sms' ? 'phone' : 'email';
  return {
    message_id: id,
    application_id: applicationId,
    channel,
    to: masked({ kind, value: to }),
    template: content.template,
  };
}

/** The calling code that an SMS goes to. */
const countryOf = ({ channel, to }: Message): number | undefined =>
  channel === 'sms' ? callingCodeOf(to) : undefined;

/** A message of the queue that was opened and written. */
interface Ready {
  queued: MessageBatch['messages'][number];
  envelope: Envelope;
  message: Message;
  written: WrittenMessage;
}

/**
 * Hands it to the provider once, whether the provider or our ledger sees to that.
 * @param claim what the ledger says of it; asked only where the ledger decides
 */
async function deliverOnce(
  { transports, report }: Consumer,
  { message, written: { rendered, ...context } }: Ready,
  claim: () => Promise<Claim | undefined>,
  ledger: Deliveries,
): Promise<void> {
  const { id } = message;
  const transport = transports[message.channel];
  if (transport.sendsOnce) return transport.deliver(message, rendered, context);
  const claimed = await claim();
  if (claimed === 'busy') throw new Undelivered('another try is under way', false);
  if (claimed === 'done') return undefined;
  // A ledger that fails now must not send a second time what has gone out; an open claim runs out by itself.
  const settle = async (state: 'sent' | 'failed' | 'rejected') =>
    ledger.settle(id, state).catch((error: unknown) => {
      report('warn', 'delivery not recorded', { message_id: id, state }, error);
    });
  try {
    await transport.deliver(message, rendered, context);
  } catch (error) {
    await settle(error instanceof Undelivered && error.permanent ? 'rejected' : 'failed');
    throw error;
  }
  return settle('sent');
}

/** A message that was not delivered: for good, or to be tried again without its neighbours. */
async function fail(
  consumer: Consumer,
  queued: Ready['queued'],
  detail: ReturnType<typeof about>,
  error: unknown,
): Promise<void> {
  const { permanent, retryAfterSeconds = 0 } = error instanceof Undelivered ? error : {};
  if (permanent) {
    consumer.report('error', 'delivery rejected', detail, error);
    await tell(consumer, 'delivery.rejected', detail);
    queued.ack();
  } else {
    consumer.report('warn', 'delivery failed', detail, error);
    const delay = Math.max(retryAfterSeconds, 5 * 2 ** queued.attempts);
    queued.retry({ delaySeconds: Math.min(RETRY_DELAY_MAX_SECONDS, delay) });
  }
}

/** Opens and writes a message. @returns undefined when there is nothing to deliver, or it cannot be */
async function prepare(consumer: Consumer, queued: Ready['queued']): Promise<Ready | undefined> {
  // Only `queueNotifier` writes to this queue.
  const envelope = queued.body as Envelope;
  let message: Message | undefined;
  try {
    message = await open(consumer.vault, envelope);
    const written = message.drop
      ? undefined
      : await consumer.write(envelope.applicationId, message);
    if (written) return { queued, envelope, message, written };
    queued.ack();
  } catch (error) {
    await fail(consumer, queued, about(envelope, message), error);
  }
  return undefined;
}

/** Delivers messages of one application. They are claimed together, and noted as they end. */
async function deliverAll(consumer: Consumer, all: readonly Ready[]): Promise<void> {
  const { transports, deliveries, clock } = consumer;
  const [first] = all;
  if (!first) return;
  const ledger = deliveries(first.written.application);
  const counted = all.filter(({ message }) => !transports[message.channel].sendsOnce);
  const asked = counted.map(({ message }) => ({ id: message.id, country: countryOf(message) }));
  const claims = asked.length > 0 ? ledger.claim(asked, clock.now()) : Promise.resolve([]);
  await Promise.all(
    all.map(async (one) => {
      const { queued, envelope, message } = one;
      const claimOf = async () => (await claims)[counted.indexOf(one)];
      try {
        await deliverOnce(consumer, one, claimOf, ledger);
        queued.ack();
      } catch (error) {
        await fail(consumer, queued, about(envelope, message), error);
      }
    }),
  );
}

/** Delivers a batch, each message on its own: one that fails is tried again without its neighbours. */
export async function consumeMessages(batch: MessageBatch, consumer: Consumer): Promise<void> {
  const opened = await Promise.all(batch.messages.map(async (one) => prepare(consumer, one)));
  const byApplication = Map.groupBy(
    opened.filter((one) => one !== undefined),
    ({ envelope }) => envelope.applicationId,
  );
  await Promise.all([...byApplication.values()].map(async (all) => deliverAll(consumer, all)));
}

/** Messages whose last try failed: operators see them in the log, the shopper asks for another. */
export async function consumeDeadMessages(
  batch: MessageBatch,
  consumer: Pick<Consumer, 'vault' | 'report' | 'audit' | 'clock'>,
): Promise<void> {
  const { vault, report } = consumer;
  await Promise.all(
    batch.messages.map(async (queued) => {
      const envelope = queued.body as Envelope;
      const message = await open(vault, envelope).catch(() => undefined);
      const detail = about(envelope, message);
      report('error', 'delivery dead', detail);
      await tell(consumer, 'delivery.dead', detail);
      queued.ack();
    }),
  );
}
