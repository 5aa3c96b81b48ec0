/**
 * Reading a file, piece by piece (D-68). Each piece is one conditional step of its job, so a run may be killed between any two
 * statements, and its message may come twice: what is there in the end is that of one whole reading.
 */
import { MINUTE_MS } from '../../shared/time.ts';
import type {
  Clock,
  FileJob,
  FileJobs,
  FileStep,
  ImportFiles,
  JobState,
  OpenFile,
  Random,
  Slice,
} from '../../ports/index.ts';
import { newObjectId } from '../object-id.ts';

/** Where a run hands over to the next one, far below what one invocation may ask of D1, and of time. */
export const MAX_RUN_MS = MINUTE_MS;
/** A file that is written while it is read would be read for ever. */
const MAX_RESTARTS = 5;
/** An open job that nothing has moved for so long may have lost its message. */
export const STALLED_AFTER_MS = MINUTE_MS;

/** `again`: there is more to do, by another message. */
export type RunEnd = { end: 'done' } | { end: 'again'; id: string };
export const RUN_DONE: RunEnd = { end: 'done' };

/** The records of a piece and what they mean to the job. */
export type ReadStep<S extends FileStep> = Omit<S, 'from' | 'byteOffset' | 'line' | 'now'>;

/** A kind of job over the lines of a file. */
export interface FileWork<F extends string, J extends FileJob<F>, S extends FileStep<F>> {
  jobs: FileJobs<J, S>;
  files: ImportFiles<F>;
  clock: Clock;
  random: Random;
  rowsPerSlice: number;
  rowsPerRun: number;
  /** @param job as it was found; what has been read since is not in it */
  read(slice: Slice, opened: OpenFile<F>, job: J): Promise<ReadStep<S>>;
  /** Why its columns are not enough for the job, if they are not. */
  refuses?(opened: OpenFile<F>, job: J): string | undefined;
  /** What is left to do when all is read; the job succeeds at once when left out. */
  finish?(job: J, from: number): Promise<RunEnd>;
}

/** Whether a job is still to be worked on. */
export const isOpen = ({ state }: { state: JobState }): boolean =>
  state === 'pending' || state === 'processing';

/** Records that are not empty. */
export const filledRecords = ({ records }: Pick<Slice, 'records'>): Slice['records'] =>
  records.filter(({ fields }) => fields.some((field) => field.trim() !== ''));

/** Moves a job on from where it is, as far as one run may go. */
async function readOn<F extends string, J extends FileJob<F>, S extends FileStep<F>>(
  work: FileWork<F, J, S>,
  found: J,
  opened: OpenFile<F>,
): Promise<RunEnd> {
  const { jobs, clock, rowsPerSlice, rowsPerRun, read } = work;
  const refusal = work.refuses?.(opened, found);
  if (refusal !== undefined) {
    await jobs.fail(found.id, refusal, clock.now());
    return RUN_DONE;
  }
  const deadline = clock.now() + MAX_RUN_MS;
  let [from, rows] = [found.byteOffset, 0];
  for await (const slice of opened.slices(rowsPerSlice)) {
    if ('state' in slice) {
      await jobs.fail(found.id, slice.reason, clock.now());
      return RUN_DONE;
    }
    const { byteOffset, line } = slice;
    const step = await read(slice, opened, found);
    // The parts that `ReadStep` leaves out are added here.
    const moved = await jobs.advance(found.id, {
      ...step,
      from,
      byteOffset,
      line,
      now: clock.now(),
    } as S);
    // Another delivery of the same message goes on, or a newer file has come.
    if (!moved) return RUN_DONE;
    from = byteOffset;
    rows += step.rows;
    if (rows >= rowsPerRun || clock.now() >= deadline) return { end: 'again', id: found.id };
  }
  if (work.finish) return work.finish(found, from);
  await jobs.succeed(found.id, from, clock.now());
  return RUN_DONE;
}

/**
 * One run of a job: as many rows as a run may have, or a minute.
 * @throws Outage when the file, or a store, does not answer; another run goes on where this one was
 */
export async function runFileJob<F extends string, J extends FileJob<F>, S extends FileStep<F>>(
  work: FileWork<F, J, S>,
  id: string,
): Promise<RunEnd> {
  const { jobs, files, clock, random } = work;
  const found = await jobs.find(id);
  if (!found || !isOpen(found)) return RUN_DONE;
  const opened = await files.open(found);
  if (opened.state === 'open') return readOn(work, found, opened);
  const now = clock.now();
  if (opened.state === 'refused' || found.restarts >= MAX_RESTARTS) {
    const reason =
      opened.state === 'refused' ? opened.reason : 'The file changes while it is read.';
    await jobs.fail(found.id, reason, now);
    return RUN_DONE;
  }
  const next = await jobs.restart(found, newObjectId(now, random.bytes(8)), now);
  return next === undefined ? RUN_DONE : { end: 'again', id: next };
}
