/**
 * The users of an application → the parts of a file, one behind the other along their ids: whoever is there all the time stands
 * in it once, whatever else changes. A part is written before its job moves on, under a name of its own, and counts when the job
 * has moved on; one that does not count is dropped with the file.
 */
import { DAY_MS } from '../../shared/time.ts';
import type {
  Clock,
  ExportedUser,
  JobFiles,
  Random,
  UserExport,
  UserExports,
} from '../../ports/index.ts';
import { hex } from '../hex.ts';
import { isOpen, MAX_RUN_MS, RUN_DONE, type RunEnd } from './file-job.ts';

const PAGE_USERS = 1_000;
const PART_USERS = 2_000;
const PARTS_PER_RUN = 25;
/** How long the file of an export is kept: whoever is erased meanwhile is gone from it by then. */
const FILE_LIFE_MS = DAY_MS;
/** A spreadsheet has 1,048,576 rows, and its header is one of them. */
const MAX_SHEET_USERS = 1_048_575;

export interface UserExportPorts {
  /** The folder of the application's files. */
  applicationId: string;
  exports: UserExports;
  /** Undefined when nothing to keep them in is bound. */
  files?: JobFiles;
  clock: Clock;
  random: Random;
}

/** Where the parts of a job lie: everything under this is the job's. */
export const partsFolder = (applicationId: string, id: string): string =>
  `jobs/${applicationId}/${id}/`;

async function nextUsers(exports: UserExports, after: string): Promise<ExportedUser[]> {
  const users: ExportedUser[] = [];
  for (let last = after; users.length < PART_USERS;) {
    const page = await exports.page(last, PAGE_USERS);
    users.push(...page);
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE_USERS) break;
  }
  return users;
}

async function writeOn(
  { exports, clock, random, applicationId }: UserExportPorts,
  files: JobFiles,
  found: UserExport,
): Promise<RunEnd> {
  const { id, fileFormat } = found;
  const deadline = clock.now() + MAX_RUN_MS;
  let [from, rows] = [found.after, found.rows];
  for (let parts = 0; parts < PARTS_PER_RUN && clock.now() < deadline; parts += 1) {
    const users = await nextUsers(exports, from);
    const after = users.at(-1)?.id;
    if (after === undefined) {
      const now = clock.now();
      await exports.succeed(id, from, now + FILE_LIFE_MS, now);
      return RUN_DONE;
    }
    rows += users.length;
    if (fileFormat === 'xlsx' && rows > MAX_SHEET_USERS) {
      const reason = 'There are more customers than a spreadsheet has rows. Export them as CSV.';
      await exports.fail(id, reason, clock.now());
      return RUN_DONE;
    }
    const name = `${partsFolder(applicationId, id)}${after}-${hex(random.bytes(8))}`;
    const part = { name, bytes: await files.write(name, fileFormat, users) };
    const step = { from, after, part, rows: users.length, now: clock.now() };
    // Another delivery of the same message goes on.
    if (!(await exports.advance(id, step))) {
      await files.drop(name);
      return RUN_DONE;
    }
    from = after;
  }
  return { end: 'again', id };
}

/**
 * One run of an export: up to 50,000 users or a minute.
 * @throws Outage when a store does not answer; another run goes on where this one was
 */
export async function runUserExport(ports: UserExportPorts, id: string): Promise<RunEnd> {
  const { exports, files, clock } = ports;
  const found = await exports.find(id);
  if (!found || !isOpen(found)) return RUN_DONE;
  if (files) return writeOn(ports, files, found);
  await exports.fail(id, 'There is no bucket to keep the file in.', clock.now());
  return RUN_DONE;
}
