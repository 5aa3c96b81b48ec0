/** The crons of wrangler.toml, and what each of them does. */
import { HEARTBEAT_CRON, IMPORTS_CRON, PURGE_CRON, type Maintenance } from './housekeeping.ts';

export interface Job {
  /** What the log calls it. */
  name: string;
  work: keyof Maintenance;
  /** It runs so often that only its failures are worth a line. */
  quiet?: true;
}

const JOBS: Readonly<Record<string, Job>> = {
  [PURGE_CRON]: { name: 'purge', work: 'purgeDeleted' },
  [HEARTBEAT_CRON]: { name: 'heartbeat', work: 'beat', quiet: true },
  [IMPORTS_CRON]: { name: 'imports', work: 'keepImports' },
};

/** @param cron the trigger's own pattern; any that is not known drops what has expired */
export const jobOf = (cron: string): Job =>
  JOBS[cron] ?? { name: 'retention', work: 'dropExpired' };
