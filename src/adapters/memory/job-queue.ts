/** Jobs without a queue: each runs to its end at once. */
import { runImport } from '../../domain/groups/group-import.ts';
import { runUserExport } from '../../domain/jobs/export-users.ts';
import type { RunEnd } from '../../domain/jobs/file-job.ts';
import { runUserImport } from '../../domain/jobs/import-users.ts';
import type {
  Application,
  Clock,
  ImportField,
  ImportFiles,
  JobFiles,
  JobKind,
  JobQueue,
  Random,
  UserReader,
} from '../../ports/index.ts';
import { memoryGroupImports } from './groups.ts';
import type { MemoryState } from './state.ts';
import { memoryUserExports, memoryUserImports } from './user-jobs.ts';

export interface JobSources {
  /** Where the files of groups are read from; every file is missing when left out. */
  files?: ImportFiles<ImportField>;
  /** Where the files of users are read from, and what their lines mean; every file is missing when left out. */
  users?: { files: ImportFiles; reader(application: Application, now: number): UserReader };
}

const NO_FILES: ImportFiles<never> = {
  open: async () => ({ state: 'refused', reason: 'There is no network here.' }),
};

/** Nothing is read without files. */
const noReader = (): UserReader => (line) => ({ line, field: '', message: 'is not read here' });

/** The port `JobQueue` of an application. `send` is over when the job is. */
export function memoryJobQueue(
  own: MemoryState,
  application: Application,
  {
    clock,
    random,
    jobFiles,
    files = NO_FILES,
    users = { files: NO_FILES, reader: noReader },
  }: JobSources & { clock: Clock; random: Random; jobFiles: JobFiles },
): JobQueue {
  const { id: applicationId } = application;
  const members = memoryGroupImports(own);
  const imports = memoryUserImports(own);
  const exports = memoryUserExports(own);
  const base = { clock, random };
  const runs: Record<JobKind, (id: string) => Promise<RunEnd>> = {
    group: async (id) => runImport({ ...base, imports: members, files }, application, id),
    users_import: async (id) =>
      runUserImport(
        { ...base, imports, files: users.files, reader: (now) => users.reader(application, now) },
        id,
      ),
    users_export: async (id) =>
      runUserExport({ ...base, applicationId, exports, files: jobFiles }, id),
  };
  const jobsOf = { group: members, users_import: imports, users_export: exports };
  return {
    async send(kind, id) {
      try {
        for (let next: string | undefined = id; next !== undefined;) {
          const ended = await runs[kind](next);
          next = ended.end === 'again' ? ended.id : undefined;
        }
      } catch {
        await jobsOf[kind].fail(id, 'The file could not be read.', clock.now());
      }
    },
  };
}
