/** User groups, and the imports that fill them from CSV files. */
import type { AuditEvent } from './audit.ts';
import type { FileJob, FileJobs, FileStep, LineError } from './jobs.ts';

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

/** One reading of one file of members. */
export interface GroupImport extends FileJob<ImportField> {
  groupId: string;
  mode: ImportMode;
  /** Different customers found. */
  users: number;
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
  /** The groups that a user is in, by their uids. */
  ofUser(userId: string): Promise<Pick<Group, 'id' | 'uid' | 'name'>[]>;
  /** The ids of members behind `after`, in order, at most `limit`; undefined when there is no such group. */
  members(ref: GroupRef, after: string, limit: number): Promise<string[] | undefined>;
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

/** Some of its records, and whom they name. */
export interface ImportStep extends FileStep<ImportField> {
  failed: number;
  userIds: string[];
  /** Instead of `userIds`, of an import that changes members; one for each customer. */
  changes?: MemberChange[];
  /** Those that are to be kept. */
  errors: LineError[];
}

/**
 * Imports as their consumer moves them. When one succeeds, the members become those of the group, all at once, unless a newer
 * file has come; one that restarts is a new import in the place of the old one.
 */
export interface GroupImports extends FileJobs<GroupImport, ImportStep> {
  /** The customers of these keys, in their order; identifiers count only when they are verified. */
  resolve(keys: MemberKey[]): Promise<(string | undefined)[]>;
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
}
