/** A batch of any of the Worker's queues → the consumer of its messages. wrangler.toml names the queues. */
import { consumeDeadImports, consumeImports, type ImportConsumer } from './imports.ts';
import { consumeDeadMessages, consumeMessages, type Consumer } from './messages.ts';

const IMPORTS = /-imports(-dead)?$/;
const DEAD_LETTERS = /-dead$/;

/** Handles every message of the batch; each one is acknowledged or retried by itself. */
export async function consumeBatch(
  batch: MessageBatch,
  { messages, imports }: { messages: Consumer; imports: ImportConsumer },
): Promise<void> {
  const dead = DEAD_LETTERS.test(batch.queue);
  if (IMPORTS.test(batch.queue)) {
    return dead ? consumeDeadImports(batch, imports) : consumeImports(batch, imports);
  }
  return dead ? consumeDeadMessages(batch, messages) : consumeMessages(batch, messages);
}
