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
  ImportColumns,
  ImportFiles,
  LineError,
  OpenFile,
  Random,
  Slice,
} from '../../ports/index.ts';
import {
  lastChanges,
  NO_ACTION,
  NO_SUCH_ACTION,
  readMember,
  readRemoves,
} from './group-members.ts';
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

interface Found {
  rows: number;
  /** Line by line, those that name a customer; `removes` is set where members are changed. */
  members: { userId: string; removes: boolean }[];
  errors: LineError[];
}

/**
 * Records → customers, and what to say of those that name none.
 * @param places of the columns; with `changes` that of `action` among them
 * @param callingCode of numbers without one
 */
export async function findMembers(
  { resolve }: Pick<GroupImports, 'resolve'>,
  { records, broken }: Pick<Slice, 'records' | 'broken'>,
  places: ImportColumns['places'],
  { callingCode, changes }: { callingCode: string; changes: boolean },
): Promise<Found> {
  const errors: LineError[] = [...broken];
  const filled = records.filter(({ fields }) => fields.some((field) => field.trim() !== ''));
  const named = filled.flatMap(({ line, fields }) => {
    const read = readMember(fields, places, callingCode);
    const removes = changes ? readRemoves(fields, places) : false;
    const problem =
      'key' in read ? (removes === undefined ? NO_SUCH_ACTION : undefined) : read.problem;
    if ('key' in read && removes !== undefined) return [{ line, removes, ...read }];
    errors.push({ line, message: problem ?? NO_SUCH_ACTION });
    return [];
  });
  const found = await resolve(named.map(({ key }) => key));
  const members = named.flatMap(({ line, field, removes }, at) => {
    const userId = found[at];
    if (userId !== undefined) return [{ userId, removes }];
    errors.push({ line, message: `no customer has this ${field}` });
    return [];
  });
  return {
    rows: filled.length + broken.length,
    members,
    errors: errors.toSorted((a, b) => a.line - b.line),
  };
}

/** Writes what was read into the members, piece by piece, as far as one run may go. */
async function applyOn({ imports, clock }: ImportPorts, id: string, from: number): Promise<RunEnd> {
  const deadline = clock.now() + MAX_RUN_MS;
  for (let rows = 0; rows < ROWS_PER_RUN && clock.now() < deadline; rows += ROWS_PER_SLICE) {
    const moved = await imports.applyChanges(id, from, ROWS_PER_SLICE, clock.now());
    if (moved !== 'more') return RUN_DONE;
  }
  return { end: 'again', importId: id };
}

/** Moves an import on from where it is, as far as one run may go. */
async function readOn(
  ports: ImportPorts,
  { defaultCountryCode }: Application,
  found: GroupImport,
  opened: OpenFile,
): Promise<RunEnd> {
  const { imports, clock } = ports;
  const deadline = clock.now() + MAX_RUN_MS;
  const { places } = opened.columns;
  const changes = found.mode === 'change';
  if (changes && places.action === undefined) {
    await imports.fail(found.id, NO_ACTION, clock.now());
    return RUN_DONE;
  }
  const reading = { callingCode: defaultCountryCode, changes };
  let [from, failed, read] = [found.byteOffset, found.failed, 0];
  for await (const slice of opened.slices(ROWS_PER_SLICE)) {
    if ('state' in slice) {
      await imports.fail(found.id, slice.reason, clock.now());
      return RUN_DONE;
    }
    const { rows, members, errors } = await findMembers(imports, slice, places, reading);
    const moved = await imports.advance(found.id, {
      from,
      byteOffset: slice.byteOffset,
      line: slice.line,
      version: opened.version,
      columns: opened.columns,
      rows,
      failed: errors.length,
      userIds: changes ? [] : members.map(({ userId }) => userId),
      ...(changes && { changes: lastChanges(members) }),
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
  if (changes) return applyOn(ports, found.id, from);
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
  if (found.mode === 'apply') return applyOn(ports, found.id, found.byteOffset);
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
