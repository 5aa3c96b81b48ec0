import {
  linkTo,
  resumeStalledJob,
  startExport,
  startImport,
} from '../../domain/operators/user-jobs.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import type { Application, Ports, UserJob, UserJobQuery } from '../../ports/index.ts';
import { DAY_MS } from '../../shared/time.ts';
import { pageView } from '../../views/page.ts';
import { userJobView } from '../../views/user-job.ts';
import type { jobsPlatform } from './platform.contract.ts';

/** With links to what can be fetched of it now. */
async function shown(ports: Ports, application: Application, job: UserJob, request: Request) {
  const now = ports.clock.now();
  const hasFile = job.state === 'success' && (job.fileExpiresAt ?? 0) > now;
  const link = async (file: 'file' | 'errors') => linkTo(ports, application, job.id, file);
  const links = {
    ...(hasFile && { file: await link('file') }),
    ...(job.failed > 0 && { errors: await link('errors') }),
  };
  return userJobView(job, application, links, new URL(request.url).origin);
}

interface ListQuery {
  page_no: number;
  page_size: number;
  file_format?: string;
  search?: string;
  start_date?: { at: number };
  end_date?: { at: number; isDay: boolean };
  status?: string;
}

/** A day that ends a search is part of it. */
const untilOf = ({ at, isDay }: { at: number; isDay: boolean }): number =>
  isDay ? at + DAY_MS : at + 1;

async function listed(
  kind: UserJobQuery['kind'],
  query: ListQuery,
  { ports, application, request }: { ports: Ports; application: Application; request: Request },
) {
  const { page_no: pageNo, page_size: pageSize, search, status: state } = query;
  const { jobs, total } = await ports.jobs.list({
    kind,
    pageNo,
    pageSize,
    search,
    state,
    fileFormat: query.file_format?.toLowerCase(),
    from: query.start_date?.at,
    until: query.end_date && untilOf(query.end_date),
  });
  const items = await Promise.all(jobs.map(async (job) => shown(ports, application, job, request)));
  return { items, page: pageView(pageNo, pageSize, total, pageNo * pageSize < total) };
}

export const jobsPlatformHandlers = {
  async bulkImportStoreFrontUsers({ input, application, operator, caller, request, ports, reply }) {
    const started = await startImport(ports, input.body, byOperator(operator, caller));
    if (!started.ok) return started;
    return reply(await shown(ports, application, started.value, request));
  },

  async createBulkExportUsers({ input, application, operator, caller, request, ports, reply }) {
    const { file_format: format } = input.body;
    const started = await startExport(ports, format, byOperator(operator, caller));
    if (!started.ok) return started;
    return reply(await shown(ports, application, started.value, request));
  },

  async getBulkImportUsersList({ input, reply, ...context }) {
    return reply(await listed('users_import', input.query, context));
  },

  async getBulkExportUsersList({ input, reply, ...context }) {
    return reply(await listed('users_export', input.query, context));
  },

  async getUsersJobByJobId({ input, application, request, ports, fail, reply }) {
    const job = await ports.jobs.find(input.params.job_id);
    if (!job) return fail('not_found', { message: 'No such job.' });
    resumeStalledJob(ports, job);
    return reply(await shown(ports, application, job, request));
  },
} satisfies Handlers<typeof jobsPlatform>;
