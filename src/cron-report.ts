/** What a run of a cron leaves in the log. */
import { errorForLog, type LogLine } from './http/log.ts';

interface Outcome {
  counts: object;
  complete: boolean;
  failed: readonly { database: string; error: unknown }[];
}

/** The line of one run: an error when a database failed, a warning when something is left to do. */
export function cronReport(message: string, { counts, complete, failed }: Outcome): LogLine {
  return {
    level: failed.length > 0 ? 'error' : complete ? 'info' : 'warn',
    message,
    counts,
    complete,
    failed: failed.map(({ database }) => database),
    internal: failed.map(({ error }) => errorForLog(error)).join('; '),
  };
}
