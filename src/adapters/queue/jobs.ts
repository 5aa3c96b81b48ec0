/** The queue of jobs: one message for each run; what it has done stands in D1. */
import type { RunEnd } from '../../domain/jobs/file-job.ts';
import {
  Outage,
  type Clock,
  type JobEnds,
  type JobKind,
  type JobQueue,
} from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';
import type { Report } from './messages.ts';

export interface JobMessage {
  kind: JobKind;
  applicationId: string;
  id: string;
}

/** @param applicationId whose jobs the messages name */
export function jobQueue(queue: Queue, applicationId: string): JobQueue {
  return {
    async send(kind, id) {
      const message: JobMessage = { kind, applicationId, id };
      try {
        await withTimeout('Queue', queue.send(message));
      } catch (error) {
        throw new Outage('Queue', error);
      }
    },
  };
}

/** A kind of job in one application. */
export interface JobRunner {
  /** One run. */
  run(id: string): Promise<RunEnd>;
  /** Keeps why a run was interrupted; another one follows. */
  note(id: string, reason: string): Promise<void>;
  /** Ends the job for good, for the reason that was noted last, else for this one. */
  giveUp(id: string, reason: string): Promise<void>;
}

/**
 * The runner of jobs that lie in a store.
 * @param run makes one run of the job with an id
 */
export const jobRunner = (
  jobs: JobEnds & { find(id: string): Promise<{ failure?: string } | undefined> },
  clock: Clock,
  run: JobRunner['run'],
): JobRunner => ({
  run,
  note: async (id, reason) => jobs.note(id, reason),
  giveUp: async (id, reason) =>
    jobs.fail(id, (await jobs.find(id))?.failure ?? reason, clock.now()),
});

export interface JobConsumer {
  /** Undefined when there is no such application. */
  runner(kind: JobKind, applicationId: string): Promise<JobRunner | undefined>;
  send(message: JobMessage): Promise<void>;
  report: Report;
}

const RETRY_DELAY_MAX_SECONDS = 300;

/** The reason of a fault as the operator reads it; causes in D1 and the queue are for the log. */
const publicReason = (error: unknown): string =>
  error instanceof Outage && error.dependency === 'File' && error.cause instanceof Error
    ? `The file could not be read: ${error.cause.message}.`
    : 'The job was interrupted.';

/** For the log. */
const about = ({ kind, applicationId, id }: JobMessage) => ({
  application_id: applicationId,
  kind,
  job_id: id,
});

/** Runs go one after the other: each wants an invocation's calls to D1 to itself. */
export async function consumeJobs(batch: MessageBatch, consumer: JobConsumer): Promise<void> {
  for (const queued of batch.messages) {
    // Only `jobQueue` writes to this queue.
    const message = queued.body as JobMessage;
    const { kind, applicationId, id } = message;
    let runner: JobRunner | undefined;
    try {
      runner = await consumer.runner(kind, applicationId);
      const ended = await runner?.run(id);
      if (ended?.end === 'again') await consumer.send({ ...message, id: ended.id });
      queued.ack();
    } catch (error) {
      consumer.report('warn', 'job interrupted', about(message), error);
      await runner?.note(id, publicReason(error)).catch(() => undefined);
      queued.retry({ delaySeconds: Math.min(RETRY_DELAY_MAX_SECONDS, 5 * 2 ** queued.attempts) });
    }
  }
}

/** Jobs whose last try failed: the operator reads why. */
export async function consumeDeadJobs(batch: MessageBatch, consumer: JobConsumer): Promise<void> {
  for (const queued of batch.messages) {
    const message = queued.body as JobMessage;
    consumer.report('error', 'job dead', about(message));
    const runner = await consumer.runner(message.kind, message.applicationId);
    await runner?.giveUp(message.id, 'The job was interrupted too often.');
    queued.ack();
  }
}
