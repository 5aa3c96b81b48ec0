/** What a file of group members means: whom its records name. The job that reads it is in `../jobs/file-job.ts`. */
import type {
  Application,
  Clock,
  FileColumns,
  GroupImport,
  GroupImports,
  ImportField,
  ImportFiles,
  ImportStep,
  LineError,
  OpenFile,
  Random,
  Slice,
} from '../../ports/index.ts';
import {
  filledRecords,
  isOpen,
  MAX_RUN_MS,
  RUN_DONE,
  runFileJob,
  type ReadStep,
  type RunEnd,
} from '../jobs/file-job.ts';
import {
  lastChanges,
  NO_ACTION,
  NO_SUCH_ACTION,
  readMember,
  readRemoves,
} from './group-members.ts';

/** Two calls to D1 a slice. */
const ROWS_PER_SLICE = 2_000;
const ROWS_PER_RUN = 50_000;
/** Errors that are kept; all are counted. */
const MAX_ERRORS = 1_000;

export interface ImportPorts {
  imports: GroupImports;
  files: ImportFiles<ImportField>;
  clock: Clock;
  random: Random;
}

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
  places: FileColumns<ImportField>['places'],
  { callingCode, changes }: { callingCode: string; changes: boolean },
): Promise<Found> {
  const errors: LineError[] = [...broken];
  const filled = filledRecords({ records });
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
  return { end: 'again', id };
}

/** The records of a piece and whom they name; of an import that changes members, what becomes of them. */
function memberReader(imports: GroupImports, callingCode: string) {
  let failed: number | undefined;
  return async (
    slice: Slice,
    { version, columns }: OpenFile<ImportField>,
    job: GroupImport,
  ): Promise<ReadStep<ImportStep>> => {
    const before = failed ?? job.failed;
    const changes = job.mode === 'change';
    const reading = { callingCode, changes };
    const { rows, members, errors } = await findMembers(imports, slice, columns.places, reading);
    failed = before + errors.length;
    return {
      version,
      columns,
      rows,
      failed: errors.length,
      userIds: changes ? [] : members.map(({ userId }) => userId),
      ...(changes && { changes: lastChanges(members) }),
      errors: errors.slice(0, Math.max(0, MAX_ERRORS - before)),
    };
  };
}

/**
 * One run of an import: up to 50,000 rows or a minute.
 * @throws Outage when the file, or a store, does not answer; another run goes on where this one was
 */
export async function runImport(
  ports: ImportPorts,
  { defaultCountryCode }: Pick<Application, 'defaultCountryCode'>,
  importId: string,
): Promise<RunEnd> {
  const { imports, files, clock, random } = ports;
  const found = await imports.find(importId);
  if (found && isOpen(found) && found.mode === 'apply') {
    return applyOn(ports, found.id, found.byteOffset);
  }
  return runFileJob<ImportField, GroupImport, ImportStep>(
    {
      jobs: imports,
      files,
      clock,
      random,
      rowsPerSlice: ROWS_PER_SLICE,
      rowsPerRun: ROWS_PER_RUN,
      read: memberReader(imports, defaultCountryCode),
      refuses: ({ columns: { places } }, { mode }) =>
        mode === 'change' && places.action === undefined ? NO_ACTION : undefined,
      async finish(job, from) {
        if (job.mode === 'change') return applyOn(ports, job.id, from);
        await imports.succeed(job.id, from, clock.now());
        return RUN_DONE;
      },
    },
    importId,
  );
}
