/** The part of the wiring that runs jobs over files: imports of groups and users, exports of users. */
import type { Database } from './adapters/d1/database.ts';
import { d1GroupImports } from './adapters/d1/stores/group-imports.ts';
import { d1UserExports } from './adapters/d1/stores/user-exports.ts';
import { d1UserImports } from './adapters/d1/stores/user-imports.ts';
import { MEMBER_HEADER, USER_HEADER } from './adapters/files/headers.ts';
import { importFiles } from './adapters/files/import-files.ts';
import { sha256Bytes } from './adapters/node/sha256.ts';
import type { Outbound } from './adapters/outbound/outbound.ts';
import { jobQueue, jobRunner, type JobConsumer } from './adapters/queue/jobs.ts';
import type { Report } from './adapters/queue/messages.ts';
import { r2JobFiles } from './adapters/r2/job-files.ts';
import { runImport } from './domain/groups/group-import.ts';
import { runUserExport } from './domain/jobs/export-users.ts';
import { runUserImport } from './domain/jobs/import-users.ts';
import { knownHashes } from './domain/password/hash-intake.ts';
import type { Environment } from './env/index.ts';
import type { Application, Clock, JobFiles, Random, UserReader } from './ports/index.ts';
import { readUserLine } from './user-file/line.ts';
import { isTenantUrl } from './values/outbound-url.ts';

interface Parts {
  outbound: Outbound;
  clock: Clock;
  random: Random;
  find(applicationId: string): Promise<Application | undefined>;
  databaseOf(application: Application): Database;
  report: Report;
}

interface Jobs {
  /** For the consumer of the queue, and for the cron that wakes what stalled. */
  jobs: JobConsumer;
  queueOf(applicationId: string): ReturnType<typeof jobQueue>;
  /** Undefined where no bucket is bound: there are no exports then. */
  jobFiles: JobFiles | undefined;
}

/** The runners of all kinds of jobs, on the queue and the bucket of the environment. */
export function createJobs(
  environment: Pick<Environment, 'imports' | 'files' | 'loopbackFiles'>,
  { outbound, clock, random, find, databaseOf, report }: Parts,
): Jobs {
  const mayFetch = (url: string): boolean =>
    isTenantUrl(url, { loopback: environment.loopbackFiles });
  const queueOf = (applicationId: string) => jobQueue(environment.imports, applicationId);
  const jobFiles = environment.files && r2JobFiles(environment.files);
  const runners = {
    group(application: Application, database: Database) {
      const imports = d1GroupImports(database, application.id);
      const files = importFiles(outbound, mayFetch, MEMBER_HEADER);
      const ports = { imports, files, clock, random };
      return jobRunner(imports, clock, async (id) => runImport(ports, application, id));
    },
    users_import(application: Application, database: Database) {
      const { id: applicationId, defaultCountryCode: callingCode, importedHashes } = application;
      const imports = d1UserImports(database, applicationId);
      const reader = (now: number): UserReader => {
        const hashes = knownHashes(importedHashes, now);
        const rules = { applicationId, callingCode, hashes, now, digest: sha256Bytes };
        return (line, given) => readUserLine(line, given, rules);
      };
      const files = importFiles(outbound, mayFetch, USER_HEADER);
      const ports = { imports, files, clock, random, reader };
      return jobRunner(imports, clock, async (id) => runUserImport(ports, id));
    },
    users_export({ id: applicationId }: Application, database: Database) {
      const exports = d1UserExports(database, applicationId);
      const ports = { applicationId, exports, files: jobFiles, clock, random };
      return jobRunner(exports, clock, async (id) => runUserExport(ports, id));
    },
  };
  const jobs: JobConsumer = {
    async runner(kind, applicationId) {
      const application = await find(applicationId);
      if (!application) return undefined;
      return runners[kind](application, databaseOf(application));
    },
    send: async ({ kind, applicationId, id }) => queueOf(applicationId).send(kind, id),
    report,
  };
  return { jobs, queueOf, jobFiles };
}
