/** Users as operators see and change them. Each change and its audit row are one batch. */
import type { AuditEvent } from './audit.ts';
import type { Identifier, IdentifierKind, NewUser, Profile, User } from './users.ts';

/** The meanings of a search text; each that is set is tried. */
export interface CustomerTerms {
  /** 24 hex digits. */
  id?: string;
  username?: string;
  email?: string;
  /** E.164 */
  phone?: string;
  /** A whole name, as the search words of a customer have it. */
  name?: string;
  /** At most four beginnings of names, all of which must match. */
  words: string[];
}

export interface CustomerQuery {
  terms?: CustomerTerms;
  /** From 1. */
  pageNo: number;
  pageSize: number;
}
export interface CustomerPage {
  users: User[];
  /** Exact without `q`; with it counted to 1,000. */
  total: number;
  hasNext: boolean;
}

export interface CustomerChange {
  /** Fields left out stay as they are. */
  profile: Profile;
  meta?: Record<string, unknown>;
  externalId?: string;
  rrId?: string;
  /** The whole list of each kind named in `replaced`; other kinds stay. */
  identifiers: Identifier[];
  replaced: IdentifierKind[];
}

/** `taken`: the field already belongs to another user; nothing was written. */
export type CustomerWritten =
  | { state: 'done'; user: User | undefined }
  | { state: 'taken'; field: IdentifierKind | 'username' };

export type StateChange = 'block' | 'unblock' | 'archive';

export interface Customers {
  list(query: CustomerQuery): Promise<CustomerPage>;
  /** Everyone whom an exact look-up finds, and the first few hundred by name; in no order. */
  candidates(terms: CustomerTerms): Promise<User[]>;
  /** Those of these ids that there are, in the order of the ids. */
  byIds(userIds: readonly string[]): Promise<User[]>;
  create(user: NewUser, event: AuditEvent): Promise<CustomerWritten>;
  update(user: User, change: CustomerChange, event: AuditEvent): Promise<CustomerWritten>;
  /**
   * Changes all of these users or none; block and archive end their sessions and pending credentials in the same batch.
   * @param event written once for each of them
   * @returns the unknown ids; empty when the change was made
   */
  setState(userIds: string[], change: StateChange, event: AuditEvent): Promise<string[]>;
  /**
   * Brings back a user who was archived, or deleted after `deletedAfter` (ms); a user who was deleted before that is
   * the purge's.
   */
  restore(
    userId: string,
    deletedAfter: number,
    event: AuditEvent,
  ): Promise<'done' | 'missing' | 'not_deleted' | 'too_late'>;
}
