/** Users and their identifiers. */

export type IdentifierKind = 'email' | 'phone';
/** `value` is canonical: a lower-cased address, or E.164. `callingCode` is set for phones only. */
export interface IdentifierRef {
  kind: IdentifierKind;
  value: string;
  callingCode?: number;
}
export interface Identifier extends IdentifierRef {
  verified: boolean;
  primary: boolean;
}

export interface Profile {
  firstName?: string;
  lastName?: string;
  gender?: string;
  /** `YYYY-MM-DD` */
  dob?: string;
  profilePicUrl?: string;
}

export interface User extends Profile {
  /** 24 hex digits. */
  id: string;
  username: string;
  meta?: Record<string, unknown>;
  externalId?: string;
  hasOldPasswordHash: boolean;
  identifiers: Identifier[];
  /** Sessions made before this are dead. */
  sessionsValidFrom: number;
  blockedAt?: number;
  archivedAt?: number;
  deletedAt?: number;
  createdAt: number;
  updatedAt: number;
}

export interface NewUser extends Profile {
  id: string;
  username: string;
  identifiers: Identifier[];
  createdAt: number;
}

export interface Users {
  find(userId: string): Promise<User | undefined>;
  /** Plain fields at once, then unverified identifiers; one batch. Fields left out stay as they are. */
  update(
    user: User,
    change: { profile: Profile; add: IdentifierRef[]; max: number; now: number },
  ): Promise<User | undefined>;
}
