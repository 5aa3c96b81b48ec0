/**
 * Reading a file of group members, piece by piece (D-68). Each piece is one conditional step of the import, so a run
 * may be killed between any two statements, and its message may come twice: the members are those of one whole reading.
 */
import { MINUTE_MS } from '../../shared/time.ts';
import type {
  Application,
  Clock,
  GroupImport,
  GroupImports,
  ImportFiles,
  LineError,
  OpenFile,
  Random,
  Slice,
} from '../../ports/index.ts';
import { readMember } from './group-members.ts';
import { newObjectId } from '../object-id.ts';

/** Two calls to D1 a slice. */
const ROWS_PER_SLICE = 2_000;
/** Where a run hands over to the next one, far below what one invocation may ask of D1, and of time. */
const ROWS_PER_RUN = 50_000;
const MAX_RUN_MS = MINUTE_MS;
/** Errors that are kept; all are counted. */
const MAX_ERRORS = 1_000;
/** A file that is written while it is read would be read for ever. */
const MAX_RESTARTS = 5;

export interface ImportPorts {
  imports: GroupImports;
  files: ImportFiles;
  clock: Clock;
  random: Random;
}

/** `again`: there is more to read, by another message. */
export type RunEnd = { end: 'done' } | { end: 'again'; importId: string };
const RUN_DONE: RunEnd = { end: 'done' };

const isOpen = ({ state }: GroupImport): boolean => state === 'pending' || state === 'processing';

/** Keys → customers, and what to say of the lines that name none. */
async function findMembers(
  imports: GroupImports,
  { records, broken }: Slice,
  opened: OpenFile,
  callingCode: string,
): Promise<{ rows: number; userIds: string[]; errors: LineError[] }> {
  const errors: LineError[] = [...broken];
  const filled = records.filter(({ fields }) => fields.some((field) => field.trim() !== ''));
  const named = filled.flatMap(({ line, fields }) => {
    const read = readMember(fields, opened.columns.places, callingCode);
    if ('key' in read) return [{ line, ...read }];
    errors.push({ line, message: read.problem });
    return [];
  });
  const found = await imports.resolve(named.map(({ key }) => key));
  const userIds = named.flatMap(({ line, field }, at) => {
    const userId = found[at];
    if (userId !== undefined) return [userId];
    errors.push({ line, message: `no customer has this ${field}` });
    return [];
  });
  return {
    rows: filled.length + broken.length,
    userIds,
    errors: errors.toSorted((a, b) => a.line - b.line),
  };
}

/** Moves an import on from where it is, as far as one run may go. */
async function readOn(
  { imports, clock }: ImportPorts,
  { defaultCountryCode }: Application,
  found: GroupImport,
  opened: OpenFile,
): Promise<RunEnd> {
  const deadline = clock.now() + MAX_RUN_MS;
  let [from, failed, read] = [found.byteOffset, found.failed, 0];
  for await (const slice of opened.slices(ROWS_PER_SLICE)) {
    if ('state' in slice) {
      await imports.fail(found.id, slice.reason, clock.now());
      return RUN_DONE;
    }
    const members = await findMembers(imports, slice, opened, defaultCountryCode);
    const { rows, userIds, errors } = members;
    const moved = await imports.advance(found.id, {
      from,
      byteOffset: slice.byteOffset,
      line: slice.line,
      version: opened.version,
      columns: opened.columns,
      rows,
      failed: errors.length,
      userIds,
      errors: errors.slice(0, Math.max(0, MAX_ERRORS - failed)),
      now: clock.now(),
    });
    // Another delivery of the same message goes on, or a newer file has come.
    if (!moved) return RUN_DONE;
    from = slice.byteOffset;
    failed += errors.length;
    read += rows;
    if (read >= ROWS_PER_RUN || clock.now() >= deadline)
      return { end: 'again', importId: found.id };
  }
  await imports.succeed(found.id, from, clock.now());
  return RUN_DONE;
}

/**
 * One run of an import: up to 50,000 rows or a minute.
 * @throws Outage when the file, or a store, does not answer; another run goes on where this one was
 */
export async function runImport(
  ports: ImportPorts,
  application: Application,
  importId: string,
): Promise<RunEnd> {
  const { imports, files, clock, random } = ports;
  const found = await imports.find(importId);
  if (!found || !isOpen(found)) return RUN_DONE;
  const opened = await files.open(found);
  if (opened.state === 'open') return readOn(ports, application, found, opened);
  const now = clock.now();
  if (opened.state === 'refused' || found.restarts >= MAX_RESTARTS) {
    const reason =
      opened.state === 'refused' ? opened.reason : 'The file changes while it is read.';
    await imports.fail(found.id, reason, now);
    return RUN_DONE;
  }
  const next = newObjectId(now, random.bytes(8));
  return (await imports.restart(found, next, now)) ? { end: 'again', importId: next } : RUN_DONE;
}
