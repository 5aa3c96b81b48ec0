/** All that is stored of one person, across every table. */
import type { StoredAttribute } from './attributes.ts';
import type { AuditEvent } from './audit.ts';

/** Rows by the name of their table. */
export type StoredRows = Record<string, Record<string, unknown>[]>;

export interface People {
  /**
   * Every row that is about the user, secrets aside, but sessions and groups, which have ports of their own;
   * values of attributes as they are stored, whatever state the user is in. Undefined when nobody has the id.
   */
  collect(userId: string): Promise<{ rows: StoredRows; attributes: StoredAttribute[] } | undefined>;
  /**
   * Removes the user and every row and value that is about them; their identifiers are free again, files of exports end, and the
   * audit no longer says whom it is about. First nobody can sign in as the user any more, so that an erasure that was cut short
   * is done by the next call. The event stays without the id.
   * @returns false when nobody has the id
   */
  erase(userId: string, event: AuditEvent): Promise<boolean>;
}
