/** Jobs over the lines of a file, which run behind the answer by messages of a queue, and how they read it. */

/** `replaced`: by a newer file, or by the same one after it had changed. */
export type JobState = 'pending' | 'processing' | 'success' | 'failed' | 'replaced';

/** Jobs by what they do; a message of the queue names the kind and the job. */
export type JobKind = 'group' | 'users_import' | 'users_export';

export type FileFormat = 'csv' | 'xlsx';

/** The columns of a file, read from its header. */
export interface FileColumns<F extends string = string> {
  /** Of CSV only; empty in a spreadsheet. */
  delimiter: string;
  /** Field → place in a record, from 0. */
  places: Partial<Record<F, number>>;
}

/** Where a reading of a file is. */
export interface FilePlace<F extends string = string> {
  fileUrl: string;
  /** CSV when left out. */
  fileFormat?: FileFormat;
  /** ETag, or else Last-Modified, of the file as it was first read. */
  version?: string;
  /** Where the next record begins: bytes of a CSV, rows of a spreadsheet. */
  byteOffset: number;
  /** Lines before it. */
  line: number;
  columns?: FileColumns<F>;
}

/** One reading of one file: where it is and what it has counted. */
export interface FileJob<F extends string = string> extends FilePlace<F> {
  id: string;
  state: JobState;
  /** Records read, the header and empty lines aside. */
  rows: number;
  /** Records that were of no use. */
  failed: number;
  /** How often the file has changed while it was read. */
  restarts: number;
  /** Why it failed as a whole, or why its last try did. */
  failure?: string;
  progressedAt: number;
}

export interface LineError {
  /** From 1. */
  line: number;
  message: string;
}

/** From one record to another, and what came in between. */
export interface FileStep<F extends string = string> {
  from: number;
  byteOffset: number;
  line: number;
  version?: string;
  columns?: FileColumns<F>;
  rows: number;
  now: number;
}

/** What moves any job, whatever it does. Whatever is done twice is done once. */
export interface JobEnds {
  fail(id: string, reason: string, now: number): Promise<void>;
  /** Notes why a try failed; another one follows. */
  note(id: string, reason: string): Promise<void>;
}

/** Jobs over files as their consumer moves them. */
export interface FileJobs<J extends FileJob, S extends FileStep> extends JobEnds {
  find(id: string): Promise<J | undefined>;
  /** What a step has found and its progress at once. False when the job is no longer open at `from`: another run has moved it. */
  advance(id: string, step: S): Promise<boolean>;
  /** Ends it when it still is at `from`. */
  succeed(id: string, from: number, now: number): Promise<void>;
  /** The file from its start, under the id `next` where that is another job; the id to go on with, or undefined when a newer one has come. */
  restart(found: J, next: string, now: number): Promise<string | undefined>;
}

/** A message for each job that is to go on. */
export interface JobQueue {
  send(kind: JobKind, id: string): Promise<void>;
}

/** Some records of a file, in order. */
export interface Slice {
  records: { line: number; fields: string[] }[];
  /** Lines that are no records: a quote is never closed, or there is no end to it. */
  broken: LineError[];
  /** Where the next record begins, and the lines before it. */
  byteOffset: number;
  line: number;
}

/** Why no other try would end otherwise: there is no such file, it is too large, it is no CSV file. For operators to read. */
export interface FileRefusal {
  state: 'refused';
  reason: string;
}
export interface OpenFile<F extends string = string> {
  state: 'open';
  version?: string;
  columns: FileColumns<F>;
  /**
   * A refusal is the last of them.
   * @param most records in one slice
   * @throws Outage when another try may go on behind the last slice
   */
  slices(most: number): AsyncIterable<Slice | FileRefusal>;
}

export interface ImportFiles<F extends string = string> {
  /**
   * The file from where it was left; `changed` when it is another one now.
   * @throws Outage when another try may find it
   */
  open(found: FilePlace<F>): Promise<OpenFile<F> | FileRefusal | { state: 'changed' }>;
}
