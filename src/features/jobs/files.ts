/**
 * Files of jobs, by links that carry a key of their own: a browser that downloads one sends no access token. Whatever is wrong
 * with a link gets the same answer, so that nobody learns which jobs there are.
 */
import type { Context, Hono } from 'hono';
import { opensFile, type JobFile } from '../../domain/operators/user-jobs.ts';
import { errorResponse } from '../../http/errors.ts';
import type { ServerEnv } from '../../http/server.ts';
import type { LineError, Ports, PortsFactory, UserJob } from '../../ports/index.ts';
import { escapeFormula } from '../../shared/csv-cell.ts';
import { JOB_FILES } from '../../shared/job-files.ts';
import { err } from '../../shared/result.ts';

const PATH = `${JOB_FILES}:company_id/application/:application_id/jobs/:job_id/:file`;
const FILES: readonly JobFile[] = ['file', 'errors'];
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

interface Content {
  content: ReadableStream<Uint8Array>;
  bytes?: number;
}

/** A message may repeat what the file calls a column. */
const errorLine = ({ line, message }: LineError): string =>
  `${line},"${escapeFormula(message).replaceAll('"', '""')}"\n`;

/** The refused lines as a CSV that is written while it is read. */
function errorFile(ports: Ports, job: UserJob): Content {
  const encoder = new TextEncoder();
  const pieces = ports.jobs.errors(job.id)[Symbol.asyncIterator]();
  let begun = false;
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!begun) controller.enqueue(encoder.encode('line,error\n'));
      begun = true;
      const next = await pieces.next();
      if (next.done === true) return controller.close();
      return controller.enqueue(encoder.encode(next.value.map(errorLine).join('')));
    },
    async cancel() {
      await pieces.return?.();
    },
  });
  return { content };
}

async function exportFile(ports: Ports, job: UserJob): Promise<Content | undefined> {
  const parts = await ports.jobs.parts(job.id, ports.clock.now());
  return parts && ports.jobFiles?.read(parts, job.fileFormat);
}

/** A name for the header that needs no quotes in it. */
const plainName = (name: string): string => name.replaceAll(/[^\w.-]+/g, '_');

function answer(c: Context, { content, bytes }: Content, type: string, name: string): Response {
  return c.body(content, 200, {
    'content-type': type,
    'content-disposition': `attachment; filename="${plainName(name)}"`,
    'cache-control': 'private, no-store',
    ...(bytes !== undefined && { 'content-length': String(bytes) }),
  });
}

/** Adds the route of files. A link that has ended, and any other that opens nothing, is `link_invalid`. */
export function serveJobFiles(app: Hono<ServerEnv>, factory: PortsFactory): void {
  app.get(PATH, async (c) => {
    const { company_id, application_id, job_id: jobId, file } = c.req.param();
    const { requestId } = c.get('caller');
    const refuse = (): Response => {
      const failure = err('link_invalid');
      c.set('failure', failure);
      return errorResponse(failure, requestId);
    };
    const { directory } = factory.service;
    const named = FILES.find((one) => one === file);
    if (named === undefined) return refuse();
    const application = await directory.application(company_id, application_id);
    const { until = '', key = '' } = c.req.query();
    const link = { jobId, file: named, until, key };
    if (!application || !(await opensFile(factory.service, application, link))) return refuse();
    const ports = factory.portsFor(application, {
      requestId,
      waitUntil: (work) => c.executionCtx.waitUntil(work),
      setBookmark: () => undefined,
    });
    const job = await ports.jobs.find(jobId);
    if (!job) return refuse();
    if (named === 'errors') {
      return answer(c, errorFile(ports, job), TYPES.csv, `errors-of-${job.fileName}.csv`);
    }
    const content = await exportFile(ports, job);
    return content ? answer(c, content, TYPES[job.fileFormat], job.fileName) : refuse();
  });
}
