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
  /** When it became verified, where that is known. */
  verifiedAt?: number;
}

/** What a user has agreed to, and since when; `updatedAt` in milliseconds. */
export interface Consent {
  privacyPolicy: { value: boolean; updatedAt: number };
}

export interface ProfileTexts {
  firstName?: string;
  lastName?: string;
  gender?: string;
  /** `YYYY-MM-DD` */
  dob?: string;
  profilePicUrl?: string;
}

export interface Profile extends ProfileTexts {
  consent?: Consent;
}

/** What the search words of a user are made of. */
export interface Names extends Pick<Profile, 'firstName' | 'lastName'> {
  username: string;
}

export interface User extends Profile {
  /** 24 hex digits. */
  id: string;
  username: string;
  meta?: Record<string, unknown>;
  externalId?: string;
  rrId?: string;
  hasOldPasswordHash: boolean;
  identifiers: Identifier[];
  /** Proofs made before this are dead, and every session that was opened under another value. */
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
  /** PHC string. It is written, never read back as part of a user. */
  passwordHash?: string;
  meta?: Record<string, unknown>;
  externalId?: string;
  rrId?: string;
  identifiers: Identifier[];
  createdAt: number;
}

export interface Users {
  find(userId: string): Promise<User | undefined>;
  /** Whether any user has the identifier verified. */
  isOwned(one: IdentifierRef): Promise<boolean>;
  /** Plain fields at once, then unverified identifiers; one batch. Fields left out stay as they are. */
  update(
    user: User,
    change: { profile: Profile; add: IdentifierRef[]; max: number; now: number },
  ): Promise<User | undefined>;
  /** Only a verified identifier of the user can become primary; the old primary steps back in the same batch. */
  setPrimary(userId: string, one: IdentifierRef, now: number): Promise<IdentifierChange>;
  /**
   * Removes an identifier with what its removal revokes, and hands primary on to the oldest verified one of its kind. Refused as `last`
   * when no other verified identifier is left to sign in with, or none of its kind although that is `demanded`.
   */
  remove(
    userId: string,
    one: IdentifierRef,
    rule: { demanded: boolean },
    now: number,
  ): Promise<IdentifierChange>;
}

export type IdentifierChange =
  | { state: 'done'; user: User | undefined }
  | { state: 'missing' }
  | { state: 'unverified' }
  | { state: 'last' };
