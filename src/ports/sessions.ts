/** Sessions of shoppers. */
import type { AuditEvent } from './audit.ts';
import type { User } from './users.ts';

/** A session names itself by its handle and never holds the id that signs in (ruling 6). */
export interface Session {
  userId: string;
  /** 32 hex digits. */
  handle: string;
  createdAt: number;
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
  /** What KV holds; undefined when it has nothing, or not yet. */
  session: Session | undefined;
  /** What D1 says, read from the primary. */
  user: User | undefined;
  ended: boolean;
}

export interface SessionTokens {
  /** A fresh session id of a user: 24 random bytes behind the user's id, signed for the cookie. */
  issue(userId: string): Promise<{ cookie: string; handle: string }>;
  /** What a cookie value names, when one of our keys signed it. */
  open(cookie: string): Promise<{ userId: string; handle: string } | undefined>;
}

export interface Sessions {
  put(session: Session): Promise<void>;
  /** One KV read and one D1 statement, started together. */
  find(userId: string, handle: string): Promise<SessionEvidence>;
  /** Every live session of the user: what KV lists minus what D1 says has ended. */
  list(userId: string, now: number): Promise<Session[]>;
  /** Ends sessions by handle: D1 first, with the event if there is one, then KV. */
  end(userId: string, handles: string[], until: number, event?: AuditEvent): Promise<void>;
  /** Ends every session made before `now`, and writes the event if there is one; one batch. */
  endAll(userId: string, now: number, event?: AuditEvent): Promise<void>;
}
