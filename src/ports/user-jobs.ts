/** Jobs on users: files of them that come in, and files of them that go out. */
import type { AuditEvent } from './audit.ts';
import type {
  FileFormat,
  FileJob,
  FileJobs,
  FileStep,
  JobEnds,
  JobState,
  LineError,
} from './jobs.ts';
import type { Identifier, Profile } from './users.ts';

/** What a new job is made of. */
export interface NewUserJob {
  id: string;
  kind: 'users_import' | 'users_export';
  fileName: string;
  fileFormat: FileFormat;
  /** Of an import. */
  fileUrl?: string;
  relativeUrl?: string;
  createdBy: string;
}

export interface UserJob extends NewUserJob {
  state: JobState;
  rows: number;
  /** Users that it has written, or that stand in its file. */
  users: number;
  /** Users of an import that were there before. */
  alreadyThere: number;
  failed: number;
  failure?: string;
  /** When the file that an export has made is deleted. */
  fileExpiresAt?: number;
  createdAt: number;
  progressedAt: number;
}

export interface UserJobQuery {
  kind: NewUserJob['kind'];
  /** A part of the file's name, in any case. */
  search?: string;
  state?: string;
  fileFormat?: string;
  /** Created at or after, and before, in ms. */
  from?: number;
  until?: number;
  /** From 1. */
  pageNo: number;
  pageSize: number;
}

/** Jobs on users as operators start and see them. */
export interface UserJobs {
  list(query: UserJobQuery): Promise<{ jobs: UserJob[]; total: number }>;
  find(id: string): Promise<UserJob | undefined>;
  /** With its audit row at once. Undefined when `maxOpen` jobs of the application are still at work. */
  create(job: NewUserJob, maxOpen: number, event: AuditEvent): Promise<UserJob | undefined>;
  /** True for one caller, when nothing has moved the open job since `before` (ms): its message may be lost. */
  claimStalled(id: string, before: number, now: number): Promise<boolean>;
  /** What was wrong in its lines, a piece at a time, in their order. */
  errors(id: string): AsyncIterable<LineError[]>;
  /** The parts of the file that an export has made, in order; none when it is not finished, or no longer there. */
  parts(id: string, now: number): Promise<FilePart[] | undefined>;
}

// ── in ──

/** A user of a file as it is written; times in ms. */
export interface ImportedUser extends Profile {
  line: number;
  id: string;
  externalId?: string;
  rrId?: string;
  username: string;
  /** Made here, so another one may be made when it is taken. */
  generated: boolean;
  meta?: string;
  passwordHash?: string;
  oldHash: boolean;
  blockedAt?: number;
  archivedAt?: number;
  createdAt: number;
  identifiers: Identifier[];
  social: { provider: string; subject: string }[];
}

/** Why a line is no user. */
export interface LineProblem {
  line: number;
  field: string;
  message: string;
}

/** Reads the lines of one run of an import: what may stand there, by the rules that sign-up and operators live by. */
export type UserReader = (line: number, given: unknown) => ImportedUser | LineProblem;

export interface UserImport extends FileJob {
  /** Also marks what it has written, over all of its runs, in ms. */
  createdAt: number;
}

export interface UserImportStep extends FileStep {
  /** `createdAt` of the job. */
  run: number;
  users: ImportedUser[];
  /** Of lines that could not be read. Who is taken is found out when the step is made. */
  problems: LineProblem[];
}

export type UserImports = FileJobs<UserImport, UserImportStep>;

// ── out ──

/** A user as a record that an import reads again, under the names of its columns. */
export type ExportedUser = Record<string, unknown> & { id: string };

/** A piece of an export's file, under a name that no other piece has. */
export interface FilePart {
  name: string;
  bytes: number;
}

export interface UserExport {
  id: string;
  state: JobState;
  fileFormat: FileFormat;
  /** The last user that stands in it; empty at the start. */
  after: string;
  rows: number;
  failure?: string;
}

export interface UserExports extends JobEnds {
  find(id: string): Promise<UserExport | undefined>;
  /** Users behind `after`, by their id; deleted ones are left out. */
  page(after: string, most: number): Promise<ExportedUser[]>;
  /** False when the job is no longer open behind `from`. */
  advance(
    id: string,
    step: { from: string; after: string; part: FilePart; rows: number; now: number },
  ): Promise<boolean>;
  succeed(id: string, from: string, fileExpiresAt: number, now: number): Promise<void>;
}

/** Where files of jobs are kept, in parts. */
export interface JobFiles {
  /** Writes rows as a part under a name; a part of that name is replaced. @returns how many bytes it has */
  write(name: string, format: FileFormat, rows: readonly ExportedUser[]): Promise<number>;
  /** The parts one behind the other as one file, with its header. `bytes` when its length is known before. */
  read(
    parts: readonly FilePart[],
    format: FileFormat,
  ): { content: ReadableStream<Uint8Array>; bytes?: number };
  /** Everything under names that begin so. */
  drop(prefix: string): Promise<void>;
}
