/** Links that prove an identifier, or that the holder of an address may set a new password. */
import type { Limit, Limited, SmsGuard } from './budgets.ts';
import type { AuditEvent } from './audit.ts';
import type { ConsumeResult } from './otps.ts';
import type { SignIn } from './sessions.ts';
import type { IdentifierKind, IdentifierRef, User } from './users.ts';

export type VerifyLinkKind = 'verify_email' | 'verify_mobile';
export type LinkKind = VerifyLinkKind | 'reset';
/** What sets a new password: a link that was sent, or the forgot_token that a verified code was exchanged for. */
export type ResetKind = 'reset' | 'forgot';
/** Every kind of row; `primary`: a session has proven what has to be proven before a primary changes. No code leads to it. */
export type StoredLinkKind = LinkKind | ResetKind | 'primary';

/** Whose proof is asked for, and of which kind the primary is that is to change. */
export interface PrimaryProof {
  id: string;
  userId: string;
  kind: IdentifierKind;
}

export interface NewLink {
  kind: VerifyLinkKind;
  /** Hash of the code. */
  id: string;
  userId: string;
  identifier: IdentifierRef;
  createdAt: number;
  expiresAt: number;
}

/** A reset link goes to the active user who has the address verified; without one, the row is written as expired already. */
export type NewResetLink = Omit<NewLink, 'kind' | 'userId'>;

/** The action of a link and the account it concerns. */
export interface LinkDescription {
  kind: LinkKind;
  identifier: IdentifierRef;
  user: User;
}

export interface Links {
  /** Judges the limits, charges them and writes the row in one D1 round trip. */
  open(link: NewLink, limits: Limit[], sms?: SmsGuard): Promise<Limited | undefined>;
  /** The same statements whether or not someone is known (D-54). */
  openReset(
    link: NewResetLink,
    limits: Limit[],
    sms?: SmsGuard,
  ): Promise<{ limited?: Limited; known: boolean }>;
  /** Takes back what was charged and written: the message could not be handed over. */
  cancel(link: Pick<NewLink, 'id' | 'createdAt'>, limits: Limit[], sms?: SmsGuard): Promise<void>;
  /** A link of any kind that can still be used. Reads only: it stays usable. */
  describe(linkId: string, now: number): Promise<LinkDescription | undefined>;
  /** The end of a proof that can be used, in milliseconds; it is of the identifier that has to be proven now. */
  findPrimaryProof(proof: PrimaryProof, now: number): Promise<number | undefined>;
  /** The user of a reset link or a forgot_token that can still be used. */
  findReset(linkId: string, kind: ResetKind, now: number): Promise<User | undefined>;
  /** Whether a reset link has set a password since then, in milliseconds since 1970. */
  wasResetSince(linkId: string, since: number): Promise<boolean>;
  /**
   * Uses a link up: the identifier is verified on its user, unverified copies elsewhere go, and so do all other links of
   * that identifier and kind. `lost`: unknown, used or expired.
   */
  verify(
    linkId: string,
    kind: VerifyLinkKind,
    now: number,
  ): Promise<ConsumeResult & { verified?: IdentifierRef }>;
  /** Uses it up: new password; every session and every other pending credential of the user ends. */
  reset(
    linkId: string,
    kind: ResetKind,
    passwordHash: string,
    event: AuditEvent,
    signIn?: SignIn,
  ): Promise<ConsumeResult>;
}
