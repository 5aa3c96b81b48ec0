/** A job on users in its documented shape. */
import type { Application, UserJob } from '../ports/index.ts';

/** Paths of links to its files, as far as there are any. */
export interface JobLinks {
  file?: string;
  errors?: string;
}

/** @param origin of the server, for absolute links */
export function userJobView(
  job: UserJob,
  { id: application_id, companyId: company_id }: Application,
  links: JobLinks,
  origin: string,
) {
  const link = (path: string) => ({ absolute_url: `${origin}${path}`, relative_url: path });
  const isImport = job.kind === 'users_import';
  const imported = { absolute_url: job.fileUrl, relative_url: job.relativeUrl };
  const message =
    job.state === 'failed' ? (job.failure ?? 'The job could not be done.') : undefined;
  return {
    _id: job.id,
    file_name: job.fileName,
    file_format: job.fileFormat,
    action_type: isImport ? 'import' : 'export',
    created_by: { name: job.createdBy, user_id: job.createdBy },
    count: {
      total: job.rows,
      success: job.users + job.alreadyThere,
      error: job.failed,
      ...(isImport && { already_there: job.alreadyThere }),
    },
    status: job.state,
    ...(message !== undefined && { message }),
    links: {
      ...(isImport && { file: imported }),
      ...(links.file !== undefined && { file: link(links.file) }),
      ...(links.errors !== undefined && { error: link(links.errors) }),
    },
    application_id,
    company_id,
    created_at: new Date(job.createdAt).toISOString(),
    updated_at: new Date(job.progressedAt).toISOString(),
  };
}
