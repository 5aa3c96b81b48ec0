/** Passwords: finding the hash to compare with, and budgets of wrong ones. */
import type { Limit, Limited } from './budgets.ts';
import type { NewRegistration } from './registrations.ts';
import type { IdentifierRef, User } from './users.ts';

/** What was typed as username, read. */
export type LoginName = { identifier: IdentifierRef } | { username: string } | { userId: string };

export interface PasswordAttempt {
  login: LoginName;
  /** Charged beside the account's own, before the password is looked at. */
  limits: Limit[];
  account: Omit<Limit, 'bucket'> & {
    /** Stands for an account that does not exist. */
    unknown: string;
    /** A device that has signed this user in has a budget of its own, so that a stranger cannot lock the shopper out. */
    device?: { userId: string; id: string };
  };
  /** Names the charges, so that `succeed` gives them back. */
  ref: string;
  now: number;
}

export interface PasswordSuccess {
  ref: string;
  userId: string;
  /** Replaces the hash, if it still is `from`. */
  rehash?: { from: string; to: string };
  /** A session presented with the request, which the login ends. */
  endSession?: { userId: string; handle: string; until: number };
  /** Opened when a required identifier is missing (ruling 17). */
  registration?: NewRegistration;
}

export interface Passwords {
  /** Charges first, then finds who is meant: one batch, the same for known and unknown. */
  attempt(
    attempt: PasswordAttempt,
  ): Promise<{ limited: Limited } | { limited?: undefined; user?: User; hash?: string }>;
  /** Gives the charges back and brings about what follows from the right password: one batch. */
  succeed(success: PasswordSuccess): Promise<void>;
  hashOf(userId: string): Promise<string | undefined>;
  /** Sets the password if it still is `from`; every session made before `now` is dead. False when it is not. */
  set(userId: string, from: string | undefined, to: string, now: number): Promise<boolean>;
}
