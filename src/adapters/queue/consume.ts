/** A batch of any of the Worker's queues → the consumer of its messages. wrangler.toml names the queues. */
import { consumeEvents, type EventConsumer } from './events.ts';
import { consumeDeadJobs, consumeJobs, type JobConsumer } from './jobs.ts';
import { consumeDeadMessages, consumeMessages, type Consumer } from './messages.ts';

const JOBS = /-imports(-dead)?$/;
const EVENTS = /-events$/;
const DEAD_LETTERS = /-dead$/;

/** Handles every message of the batch; each one is acknowledged or retried by itself. */
export async function consumeBatch(
  batch: MessageBatch,
  { messages, jobs, events }: { messages: Consumer; jobs: JobConsumer; events: EventConsumer },
): Promise<void> {
  if (EVENTS.test(batch.queue)) return consumeEvents(batch, events);
  const dead = DEAD_LETTERS.test(batch.queue);
  if (JOBS.test(batch.queue)) {
    return dead ? consumeDeadJobs(batch, jobs) : consumeJobs(batch, jobs);
  }
  return dead ? consumeDeadMessages(batch, messages) : consumeMessages(batch, messages);
}
