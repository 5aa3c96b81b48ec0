/** User groups, and the imports that fill them from CSV files. */
import type { AuditEvent } from './audit.ts';

/** `replaced`: by a newer file, or by the same one after it had changed. */
export type ImportState = 'pending' | 'processing' | 'success' | 'failed' | 'replaced';

/**
 * - `replace`: the members become those of the file.
 * - `change`: each line adds or removes one; what it says is kept aside until the whole file is read.
 * - `apply`: all is read, and is written into the members piece by piece.
 */
export type ImportMode = 'replace' | 'change' | 'apply';

/** The fields that a column can hold. */
export type ImportField =
  | 'user_id'
  | 'email'
  | 'phone_number'
  | 'country_code'
  | 'mobile'
  | 'action';

/** The columns of a file, read from its header. */
export interface ImportColumns {
  delimiter: string;
  /** Field → place in a record, from 0. */
  places: Partial<Record<ImportField, number>>;
}

/** One reading of one file: where it is and what it has counted. */
export interface GroupImport {
  id: string;
  groupId: string;
  fileUrl: string;
  state: ImportState;
  mode: ImportMode;
  /** ETag, or else Last-Modified, of the file as it was first read. */
  version?: string;
  /** Where the next record begins. */
  byteOffset: number;
  /** Lines before it. */
  line: number;
  columns?: ImportColumns;
  /** Records read, the header and empty lines aside. */
  rows: number;
  /** Different customers found. */
  users: number;
  /** Records that name no customer. */
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

export interface Group {
  /** 24 hex digits. */
  id: string;
  /** A whole number, counting up within the application. */
  uid: number;
  name: string;
  description: string;
  createdAt: number;
  modifiedAt: number;
  /** The newest import; the members are those of the newest that succeeded. */
  import: GroupImport;
}

export interface GroupQuery {
  /** A part of the name, in any case. */
  name?: string;
  status?: string;
  uid?: number;
  /** From 1. */
  pageNo: number;
  pageSize: number;
}
export type NewGroup = Pick<Group, 'id' | 'name' | 'description'> & NewImport;
export interface NewImport {
  importId: string;
  fileUrl: string;
}

/** What becomes of one customer. */
export interface MemberChange {
  userId: string;
  removes: boolean;
}

/** Changes that came in the request itself, judged and found. */
export interface GivenChanges {
  importId: string;
  /** Entries of the request, and those of them that name no customer. */
  rows: number;
  errors: LineError[];
  /** One for each customer. */
  changes: MemberChange[];
}

/**
 * Parts left out stay as they are. `file` starts an import that replaces the members; `changes` and `given` start one that
 * adds and removes some, when no other is still going on.
 */
export interface GroupChange {
  name?: string;
  description?: string;
  file?: NewImport;
  changes?: NewImport;
  given?: GivenChanges;
}
export type GroupRef = { id: string } | { uid: number };

/** Groups as operators see and change them. Each change and its audit row are one batch. */
export interface Groups {
  list(query: GroupQuery): Promise<{ groups: Group[]; total: number }>;
  /** With the first bad lines of its import. */
  find(ref: GroupRef): Promise<{ group: Group; errors: LineError[] } | undefined>;
  /** Undefined when the application has `max` groups already. */
  create(group: NewGroup, max: number, event: AuditEvent): Promise<Group | undefined>;
  /** `busy`: an import is still going on, and `change` wants to add or remove members. */
  update(
    ref: GroupRef,
    change: GroupChange,
    event: AuditEvent,
  ): Promise<Group | 'busy' | undefined>;
  /**
   * The group is gone at once, and its imports stop where they are; members go piece by piece later. No other group gets its uid.
   * @returns its id
   */
  remove(ref: GroupRef, event: AuditEvent): Promise<string | undefined>;
  /** The customers of these keys, in their order; identifiers count only when they are verified. */
  resolve(keys: MemberKey[]): Promise<(string | undefined)[]>;
  /** True for one caller, when nothing has moved the open import since `before` (ms): its message may be lost. */
  claimStalled(importId: string, before: number, now: number): Promise<boolean>;
}

/** The key by which a record names a customer; identifiers as they are stored. */
export interface MemberKey {
  by: 'id' | 'email' | 'phone';
  value: string;
}

/** From one record to another, and what came in between. */
export interface ImportStep {
  from: number;
  byteOffset: number;
  line: number;
  version?: string;
  columns?: ImportColumns;
  rows: number;
  failed: number;
  userIds: string[];
  /** Instead of `userIds`, of an import that changes members; one for each customer. */
  changes?: MemberChange[];
  /** Those that are to be kept. */
  errors: LineError[];
  now: number;
}

/** Imports as their consumer moves them. Whatever is done twice is done once. */
export interface GroupImports {
  find(importId: string): Promise<GroupImport | undefined>;
  /** The customers of these keys, in their order; identifiers count only when they are verified. */
  resolve(keys: MemberKey[]): Promise<(string | undefined)[]>;
  /** Members, errors and counts at once. False when the import is no longer open at `from`: another run has moved it. */
  advance(importId: string, step: ImportStep): Promise<boolean>;
  /** The members become those of the group, all at once, when the import still is at `from` and no newer file has come. */
  succeed(importId: string, from: number, now: number): Promise<void>;
  /**
   * Writes the next `most` changes into the members of the group; after the last one the import has succeeded.
   * @returns `lost` when it is no longer open at `from`, or no longer the newest of its group
   */
  applyChanges(
    importId: string,
    from: number,
    most: number,
    now: number,
  ): Promise<'more' | 'done' | 'lost'>;
  fail(importId: string, reason: string, now: number): Promise<void>;
  /** Notes why a try failed; another one follows. */
  note(importId: string, reason: string): Promise<void>;
  /** The same file from its start, as a new import in the place of this one; false when a newer file has come. */
  restart(found: GroupImport, importId: string, now: number): Promise<boolean>;
}

/** A message for each import that is to go on. */
export interface ImportQueue {
  send(importId: string): Promise<void>;
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
export interface OpenFile {
  state: 'open';
  version?: string;
  columns: ImportColumns;
  /**
   * A refusal is the last of them.
   * @param most records in one slice
   * @throws Outage when another try may go on behind the last slice
   */
  slices(most: number): AsyncIterable<Slice | FileRefusal>;
}

export interface ImportFiles {
  /**
   * The file from where it was left; `changed` when it is another one now.
   * @throws Outage when another try may find it
   */
  open(
    found: Pick<GroupImport, 'fileUrl' | 'version' | 'byteOffset' | 'line' | 'columns'>,
  ): Promise<OpenFile | FileRefusal | { state: 'changed' }>;
}
