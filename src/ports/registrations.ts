/** Registrations that are not finished yet. */
import type { SocialIdentity } from './identities.ts';
import type { Settled } from './otps.ts';
import type { IdentifierRef, NewUser, Profile, User } from './users.ts';

/** What a shopper filled in before all proofs were there. */
export interface PendingForm extends Profile {
  /** PHC string. */
  passwordHash?: string;
  /** Identifiers given in the form, proven or not. */
  identifiers: IdentifierRef[];
}

export interface NewRegistration {
  /** Hash of the register_token. */
  id: string;
  /** Set when a known user lacks a required identifier (ruling 17). */
  userId?: string;
  /** The social login that began it; it is linked to whoever the registration ends in (ruling 16). */
  identity?: SocialIdentity;
  createdAt: number;
  expiresAt: number;
}

export interface Registration extends NewRegistration {
  finishedAt?: number;
  proofs: IdentifierRef[];
  /** Whom its identity belongs to by now. */
  linkedTo?: string;
}

export interface Registrations {
  find(id: string): Promise<{
    registration: Registration | undefined;
    form: PendingForm | undefined;
    /** Who owns the proven identifiers by now, verified. */
    owners: User[];
    /** The user it is bound to (ruling 17). */
    bound: User | undefined;
  }>;
  /** What was filled in so far: one KV read. */
  form(id: string): Promise<PendingForm | undefined>;
  /** A fresh registration with the proofs and the identity of `from`, and those that are given; the form in KV. */
  store(
    next: NewRegistration,
    form: PendingForm,
    from: string | undefined,
    proofs?: readonly IdentifierRef[],
  ): Promise<void>;
  /** The registration ends in a new user; of many concurrent calls one wins. */
  finish(id: string, user: NewUser, now: number): Promise<Settled>;
  /** The registration ends without a new user: its proof belonged to an existing one. */
  close(id: string, userId: string, now: number): Promise<Settled>;
}
