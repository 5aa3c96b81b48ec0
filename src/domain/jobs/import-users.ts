/** What a file of users means: which of its lines are users. The job that reads it is in `./file-job.ts`. */
import type {
  Clock,
  ImportedUser,
  ImportFiles,
  LineProblem,
  OpenFile,
  Random,
  Slice,
  UserImport,
  UserImports,
  UserImportStep,
  UserReader,
} from '../../ports/index.ts';
import { filledRecords, runFileJob, type ReadStep, type RunEnd } from './file-job.ts';
import { userFields } from './user-columns.ts';

/** Users of one transaction. */
const ROWS_PER_SLICE = 1_000;
/** Judging a line takes more than looking one up. */
const ROWS_PER_RUN = 20_000;

export interface UserImportPorts {
  imports: UserImports;
  files: ImportFiles;
  clock: Clock;
  random: Random;
  /** @param now ms: nothing in a line may lie behind it */
  reader(now: number): UserReader;
}

/** The lines of a piece as users, and what is wrong with the others. */
function readUsers(slice: Slice, { columns: { places } }: OpenFile, read: UserReader) {
  const users: ImportedUser[] = [];
  const problems: LineProblem[] = slice.broken.map((one) => ({ ...one, field: '' }));
  const filled = filledRecords(slice);
  for (const { line, fields } of filled) {
    const found = read(line, userFields(places, fields));
    if ('field' in found) problems.push(found);
    else users.push(found);
  }
  return { rows: filled.length + slice.broken.length, users, problems };
}

/**
 * One run of an import: up to 20,000 rows or a minute.
 * @throws Outage when the file, or a store, does not answer; another run goes on where this one was
 */
export async function runUserImport(
  { imports, files, clock, random, reader }: UserImportPorts,
  id: string,
): Promise<RunEnd> {
  const limits = { rowsPerSlice: ROWS_PER_SLICE, rowsPerRun: ROWS_PER_RUN };
  return runFileJob<string, UserImport, UserImportStep>(
    {
      jobs: imports,
      files,
      clock,
      random,
      ...limits,
      async read(slice, opened, job): Promise<ReadStep<UserImportStep>> {
        const { version, columns } = opened;
        // The same for all runs, so that a line is judged the same whenever it is read.
        const read = readUsers(slice, opened, reader(job.createdAt));
        return { version, columns, run: job.createdAt, ...read };
      },
    },
    id,
  );
}
