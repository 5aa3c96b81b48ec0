/** The queue of group imports: one message for each run; what it has done stands in D1. */
import { runImport, type ImportPorts } from '../../domain/groups/group-import.ts';
import { Outage, type Application, type ImportQueue } from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';
import type { Report } from './messages.ts';

export interface ImportMessage {
  applicationId: string;
  importId: string;
}

/** @param applicationId whose imports the messages name */
export function importQueue(queue: Queue, applicationId: string): ImportQueue {
  return {
    async send(importId) {
      const message: ImportMessage = { applicationId, importId };
      try {
        await withTimeout('Queue', queue.send(message));
      } catch (error) {
        throw new Outage('Queue', error);
      }
    },
  };
}

export interface ImportConsumer {
  application(id: string): Promise<Application | undefined>;
  ports(application: Application): ImportPorts;
  send(message: ImportMessage): Promise<void>;
  report: Report;
}

const RETRY_DELAY_MAX_SECONDS = 300;

/** The reason of a fault as the operator reads it; causes in D1 and the queue are for the log. */
const publicReason = (error: unknown): string =>
  error instanceof Outage && error.dependency === 'File' && error.cause instanceof Error
    ? `The file could not be read: ${error.cause.message}.`
    : 'The import was interrupted.';

/** Runs go one after the other: each wants an invocation's calls to D1 to itself. */
export async function consumeImports(batch: MessageBatch, consumer: ImportConsumer): Promise<void> {
  for (const queued of batch.messages) {
    // Only `importQueue` writes to this queue.
    const { applicationId, importId } = queued.body as ImportMessage;
    let ports: ImportPorts | undefined;
    try {
      const application = await consumer.application(applicationId);
      ports = application && consumer.ports(application);
      const ended = application && ports && (await runImport(ports, application, importId));
      if (ended?.end === 'again') await consumer.send({ applicationId, importId: ended.importId });
      queued.ack();
    } catch (error) {
      const detail = { application_id: applicationId, import_id: importId };
      consumer.report('warn', 'import interrupted', detail, error);
      await ports?.imports.note(importId, publicReason(error)).catch(() => undefined);
      queued.retry({ delaySeconds: Math.min(RETRY_DELAY_MAX_SECONDS, 5 * 2 ** queued.attempts) });
    }
  }
}

/** Imports whose last try failed: the operator reads why, in the group. */
export async function consumeDeadImports(
  batch: MessageBatch,
  consumer: ImportConsumer,
): Promise<void> {
  for (const queued of batch.messages) {
    const { applicationId, importId } = queued.body as ImportMessage;
    consumer.report('error', 'import dead', { application_id: applicationId, import_id: importId });
    const application = await consumer.application(applicationId);
    if (application) {
      const { imports, clock } = consumer.ports(application);
      const found = await imports.find(importId);
      const reason = found?.failure ?? 'The import was interrupted too often.';
      await imports.fail(importId, reason, clock.now());
    }
    queued.ack();
  }
}
