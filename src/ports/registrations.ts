/** Registrations that are not finished yet. */
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
  createdAt: number;
  expiresAt: number;
}

export interface Registration extends NewRegistration {
  finishedAt?: number;
  proofs: IdentifierRef[];
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
  /** A fresh registration with a copy of the proofs of `from`, and the form in KV. */
  store(next: NewRegistration, form: PendingForm, from: string | undefined): Promise<void>;
  /** The registration ends in a new user; of many concurrent calls one wins. */
  finish(id: string, user: NewUser, now: number): Promise<Settled>;
  /** The registration ends without a new user: its proof belonged to an existing one. */
  close(id: string, userId: string, now: number): Promise<Settled>;
}
