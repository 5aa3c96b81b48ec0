/** Passwords: finding the hash to compare with, and budgets of wrong ones. */
import type { AuditEvent } from './audit.ts';
import type { Limit, Limited } from './budgets.ts';
import type { NewRegistration } from './registrations.ts';
import type { SignIn } from './sessions.ts';
import type { IdentifierRef, User } from './users.ts';

/** The parsed login name. */
export type LoginName = { identifier: IdentifierRef } | { username: string } | { userId: string };

export interface PasswordAttempt {
  login: LoginName;
  /** Charged beside the account's own, before the password is looked at. */
  limits: Limit[];
  account: Omit<Limit, 'buckets'> & {
    /** Stand for an account that does not exist, newest key first. */
    unknown: readonly string[];
    /** A device that has signed this user in has a budget of its own, so that a stranger cannot lock the shopper out. */
    device?: { userId: string; id: string };
  };
  now: number;
}

export interface PasswordSuccess {
  /** The charges of the attempt and their time: they are given back. */
  charged: Limit[];
  chargedAt: number;
  userId: string;
  /** The hash that the password was compared with. Nothing is done when the user has another one by now. */
  hash: string;
  /** Replaces the hash. */
  rehash?: string;
  signIn?: SignIn;
  /** Opened when a required identifier is missing (D-49). */
  registration?: NewRegistration;
}

export interface Passwords {
  /** Charges first, then finds who is meant: one batch, the same for known and unknown. */
  attempt(attempt: PasswordAttempt): Promise<
    | { limited: Limited }
    | {
        limited?: undefined;
        user?: User;
        hash?: string;
        /** The only user who has the email of the login name, when nobody has verified it. */
        unverified?: { user: User; hash?: string };
        charged: Limit[];
        /** This charge was the last that had room. */
        spent: boolean;
      }
  >;
  /**
   * Gives the charges back and brings about what follows from the right password: one batch. The user as of then, or
   * undefined when the password was changed meanwhile.
   */
  succeed(success: PasswordSuccess): Promise<User | undefined>;
  hashOf(userId: string): Promise<string | undefined>;
  /**
   * Sets the password if it still is `from`; every session and every pending credential ends.
   * @returns the user afterwards; undefined when the password was another one by then
   */
  set(
    userId: string,
    from: string | undefined,
    to: string,
    event: AuditEvent,
  ): Promise<User | undefined>;
}
