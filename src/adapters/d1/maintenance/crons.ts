/** The crons of wrangler.toml, and what each of them does. */
import { IMPORTS_CRON, PURGE_CRON, type Maintenance } from './housekeeping.ts';

export interface Job {
  /** What the log calls it. */
  name: string;
  work: keyof Maintenance;
}

const JOBS: Readonly<Record<string, Job>> = {
  [PURGE_CRON]: { name: 'purge', work: 'purgeDeleted' },
  [IMPORTS_CRON]: { name: 'imports', work: 'keepImports' },
};

/** @param cron the trigger's own pattern; any that is not known drops what has expired */
export const jobOf = (cron: string): Job =>
  JOBS[cron] ?? { name: 'retention', work: 'dropExpired' };
