/** Sessions of shoppers. */
import type { AuditEvent } from './audit.ts';
import type { User } from './users.ts';

/** A session is named by its handle; the id that signs in is stored nowhere (D-34). */
export interface Session {
  userId: string;
  /** 32 hex digits. */
  handle: string;
  createdAt: number;
  /** The user's `sessionsValidFrom` when it was opened; with any other value it is dead. */
  validFrom: number;
  /** Rolling sessions only: when the stored value was last renewed. */
  renewedAt: number;
  expiresAt: number;
  /** Never renewed, though others of the shop roll: an operator has set its end. */
  fixed?: true;
  userAgent: string;
  ip: string;
  domain: string;
}

export interface SessionEvidence {
  /** The session in KV; undefined when it is not there, or not yet. */
  session: Session | undefined;
  /** The user in D1. */
  user: User | undefined;
  ended: boolean;
}

export interface SessionTokens {
  /** A fresh session id of a user: 24 random bytes behind the user's id, signed for the cookie. */
  issue(userId: string): Promise<{ cookie: string; handle: string }>;
  /** The session that a cookie value names, when one of our keys signed it. */
  open(cookie: string): Promise<{ userId: string; handle: string } | undefined>;
}

export interface Sessions {
  put(session: Session): Promise<void>;
  /** Writes a sign-in that follows from nothing else, such as an operator's. */
  enter(signIn: SignIn): Promise<void>;
  /** One KV read and one D1 statement, started together. */
  find(userId: string, handle: string): Promise<SessionEvidence>;
  /** Every live session of the user: what KV lists minus what D1 says has ended. */
  list(userId: string, now: number): Promise<Session[]>;
  /** Ends sessions by handle: D1 first, with the event if there is one, then KV. */
  end(userId: string, handles: string[], until: number, event?: AuditEvent): Promise<void>;
  /**
   * Ends every session and every pending credential of the user, and writes the event; one batch.
   * @returns the user afterwards; undefined when there is none
   */
  endAll(userId: string, event: AuditEvent): Promise<User | undefined>;
}

/** Sessions as the nearest copy of D1 knows them, for requests that only read. */
export interface NearestSessions {
  /**
   * As in `Sessions`, at most 120 s old and never older than the bookmark of the request.
   * @returns undefined when no copy could say; it never throws for a copy that fails
   */
  find(userId: string, handle: string): Promise<SessionEvidence | undefined>;
}

export type SignInMethod =
  | 'otp'
  | 'password'
  | 'social'
  | 'token'
  | 'registration'
  | 'reset'
  | 'operator';

/**
 * A sign-in as the ledger keeps it, written in the batch of what it follows from. The ledger is also what ends the oldest
 * sessions when a user has too many.
 */
export interface SignIn {
  userId: string;
  /** Handle of the session that is opened. */
  handle: string;
  event: AuditEvent;
  /** Sessions opened before this have ended by themselves. */
  aliveSince: number;
  /** Sessions that came with the request, which the sign-in ends. */
  ends: readonly SessionRef[];
}

export interface SessionRef {
  userId: string;
  handle: string;
}
