/** The queue of outgoing messages: sealed on the way in, opened and delivered by the consumer. */
import { Outage, type Message, type Notifier, type Transport, type Vault } from '../../ports.ts';
import type { Writer } from '../notify/writer.ts';
import { within } from '../within.ts';

/** What travels: nothing readable but whose message it is. */
export interface Envelope {
  id: string;
  applicationId: string;
  sealed: string;
}

export function queueNotifier(queue: Queue, vault: Vault, applicationId: string): Notifier {
  return {
    async send(message) {
      const sealed = await vault.seal('message', JSON.stringify(message));
      const envelope: Envelope = { id: message.id, applicationId, sealed };
      try {
        await within('Queue', queue.send(envelope));
      } catch (error) {
        throw new Outage('Queue', error);
      }
    },
  };
}

/** Delivers a batch, each message on its own: one that fails is tried again without its neighbours. */
export async function consumeMessages(
  batch: MessageBatch,
  vault: Vault,
  transport: Transport,
  write: Writer,
  onFailure: (id: string, error: unknown) => void,
): Promise<void> {
  await Promise.all(
    batch.messages.map(async (queued) => {
      // Only `queueNotifier` writes to this queue.
      const envelope = queued.body as Envelope;
      try {
        const message = JSON.parse(await vault.open('message', envelope.sealed)) as Message;
        const rendered = message.drop ? undefined : await write(envelope.applicationId, message);
        if (rendered) await transport.deliver(message, rendered);
        queued.ack();
      } catch (error) {
        onFailure(envelope.id, error);
        queued.retry({ delaySeconds: Math.min(300, 5 * 2 ** queued.attempts) });
      }
    }),
  );
}
