/** Jobs on users as operators start them, and the links to their files. */
import { JOB_FILES } from '../../shared/job-files.ts';
import { HOUR_MS, SECOND_MS } from '../../shared/time.ts';
import { err, invalidField, ok, type Result } from '../../shared/result.ts';
import type {
  Application,
  AuditActor,
  FileFormat,
  NewUserJob,
  Ports,
  ServicePorts,
  UserJob,
} from '../../ports/index.ts';
import { isTenantUrl, NO_TENANT_URL } from '../../values/outbound-url.ts';
import { isOpen, STALLED_AFTER_MS } from '../jobs/file-job.ts';
import { newObjectId } from '../object-id.ts';

/** Jobs of an application that may be at work at once. */
const MAX_OPEN_JOBS = 5;
/** How long a link to a file answers; asking for the job again gives another one. */
const LINK_LIFE_MS = HOUR_MS;
const MAX_NAME_CHARACTERS = 200;

/** What can be fetched of a job. */
export type JobFile = 'file' | 'errors';

/** What a file is called: the last part of its address. */
function fileNameOf(url: string, format: FileFormat): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // It is shown as it stands there.
  }
  return name.slice(0, MAX_NAME_CHARACTERS) || `users.${format}`;
}

async function start(
  ports: Ports,
  job: Omit<NewUserJob, 'id' | 'createdBy'>,
  by: AuditActor,
): Promise<Result<UserJob, 'job_limit'>> {
  const now = ports.clock.now();
  const id = newObjectId(now, ports.random.bytes(8));
  const action = job.kind === 'users_import' ? 'import.created' : 'export.created';
  const detail = { job: id, file: job.fileName };
  const event = { ...by, action, detail, at: now } as const;
  const created = await ports.jobs.create(
    { ...job, id, createdBy: by.actor },
    MAX_OPEN_JOBS,
    event,
  );
  if (!created) return err('job_limit');
  // The job is there; if its message cannot be sent, the search for stalled ones sends another.
  ports.background(ports.queue.send(job.kind, id));
  return ok(created);
}

/** Starts an import of the users in a file. Refuses an address that is not public, and one job too many. */
export async function startImport(
  ports: Ports,
  body: { absolute_url: string; relative_url: string; file_format: FileFormat },
  by: AuditActor,
): Promise<Result<UserJob, 'validation_failed' | 'job_limit'>> {
  const { absolute_url: fileUrl, relative_url: relativeUrl, file_format: fileFormat } = body;
  // Public hosts only, so that no operator reaches a private network (D-68).
  if (!isTenantUrl(fileUrl, { loopback: ports.loopbackFiles })) {
    return invalidField('body.absolute_url', NO_TENANT_URL);
  }
  const fileName = fileNameOf(fileUrl, fileFormat);
  return start(ports, { kind: 'users_import', fileName, fileFormat, fileUrl, relativeUrl }, by);
}

/** Starts an export of all users. Refuses it where there is no bucket for its file, and one job too many. */
export async function startExport(
  ports: Ports,
  fileFormat: FileFormat,
  by: AuditActor,
): Promise<Result<UserJob, 'file_storage_missing' | 'job_limit'>> {
  if (!ports.jobFiles) return err('file_storage_missing');
  const day = new Date(ports.clock.now()).toISOString().slice(0, 10);
  const fileName = `users-${day}.${fileFormat}`;
  return start(ports, { kind: 'users_export', fileName, fileFormat }, by);
}

/** Reading a stalled job sends its message again, at most once a minute. */
export function resumeStalledJob(ports: Ports, job: UserJob): void {
  const now = ports.clock.now();
  const before = now - STALLED_AFTER_MS;
  if (!isOpen(job) || job.progressedAt > before) return;
  const wake = async (): Promise<void> => {
    if (await ports.jobs.claimStalled(job.id, before, now))
      await ports.queue.send(job.kind, job.id);
  };
  ports.background(wake());
}

// ── links ──

/** The text that the key of a link stands for. */
const linkText = (application: Application, jobId: string, file: JobFile, until: number): string =>
  [application.companyId, application.id, jobId, file, until].join(' ');

/** A link to a file of a job: its path with the query that opens it, until it ends. */
export async function linkTo(
  { vault, clock }: Pick<ServicePorts, 'vault' | 'clock'>,
  application: Application,
  jobId: string,
  file: JobFile,
): Promise<string> {
  const until = Math.floor((clock.now() + LINK_LIFE_MS) / SECOND_MS);
  const key = await vault.mac('job-file', linkText(application, jobId, file, until));
  const { companyId, id } = application;
  const path = `${JOB_FILES}${encodeURIComponent(companyId)}/application/${id}/jobs/${jobId}/${file}`;
  return `${path}?until=${until}&key=${key}`;
}

/** Whether a link was made here for this very file, and has not ended. */
export async function opensFile(
  { vault, clock }: Pick<ServicePorts, 'vault' | 'clock'>,
  application: Application,
  link: { jobId: string; file: JobFile; until: string; key: string },
): Promise<boolean> {
  if (!/^\d{1,12}$/.test(link.until)) return false;
  const until = Number(link.until);
  const text = linkText(application, link.jobId, link.file, until);
  const keys = await vault.macs('job-file', text);
  return keys.some((key) => vault.equal(key, link.key)) && clock.now() < until * SECOND_MS;
}
