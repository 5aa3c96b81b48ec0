/** Registrations that are not finished yet. */
import type { SocialIdentity } from './identities.ts';
import type { ConsumeResult } from './otps.ts';
import type { SignIn } from './sessions.ts';
import type { IdentifierRef, NewUser, Profile, User } from './users.ts';

/** The form of a registration whose proofs are not complete. */
export interface PendingForm extends Profile {
  /** PHC string. */
  passwordHash?: string;
  /** Identifiers given in the form, proven or not. */
  identifiers: IdentifierRef[];
}

/** The beginning of a registration: a form behind a solved captcha or without one, or a proof. */
export type RegistrationOrigin =
  | 'captcha'
  | 'form'
  | 'code'
  | 'password'
  | 'reset_link'
  /** Of a person without an account. */
  | 'social'
  | 'known_social'
  | 'login_token';

/** One registration has one register_token and one end, `expiresAt`; nothing extends it. */
export interface NewRegistration {
  /** Hash of the register_token. */
  id: string;
  origin: RegistrationOrigin;
  /** Set when a known user lacks a required identifier (D-49). */
  userId?: string;
  /** When that user was proven to be the holder. */
  userProvenAt?: number;
  /** The social login that began it; it is linked to the user in whom the registration ends (D-48). */
  identity?: SocialIdentity;
  createdAt: number;
  expiresAt: number;
}

/** An identifier that the holder of the register_token has proven. */
export interface Proof extends IdentifierRef {
  provenAt: number;
}

export interface Registration extends NewRegistration {
  finishedAt?: number;
  proofs: Proof[];
  /** Identifiers that its codes went to. */
  sentTo: IdentifierRef[];
  /** Names the form in KV. */
  formId?: string;
  /** Whom its identity belongs to by now. */
  linkedTo?: string;
}

export interface Registrations {
  find(id: string): Promise<{
    registration: Registration | undefined;
    form: PendingForm | undefined;
    /** Who owns the proven identifiers by now, verified. */
    owners: User[];
    /** The user it is bound to (D-49). */
    bound: User | undefined;
  }>;
  /** The stored form: one KV read. */
  form(registration: Registration): Promise<PendingForm | undefined>;
  /** A new registration: its row, its proofs, and what was filled in so far in KV. */
  begin(next: NewRegistration, form: PendingForm, proofs?: readonly Proof[]): Promise<void>;
  /** Replaces what was filled in, and binds the registration to `bound` if it is given; false when it is not open. */
  keep(
    registration: Registration,
    form: PendingForm,
    now: number,
    bound?: { userId: string; provenAt: number; adopts: readonly IdentifierRef[] },
  ): Promise<boolean>;
  /** The registration ends in a new user; of many concurrent calls one wins. */
  finish(id: string, user: NewUser, signIn: SignIn, now: number): Promise<ConsumeResult>;
  /**
   * The registration ends in a sign-in of a user who owns one of its proven identifiers, or to whom it is bound; `lost` when
   * a revocation came in between. What else it has proven is verified on the user, as far as it is free: `adopts`.
   */
  close(
    id: string,
    userId: string,
    signIn: SignIn,
    now: number,
    adopts: readonly IdentifierRef[],
  ): Promise<ConsumeResult>;
}
