/** Logins that someone else vouches for: Google, Facebook, Apple, or the company's own system. */
import type { AuditEvent } from './audit.ts';
import type { Limit } from './budgets.ts';
import type { NewRegistration } from './registrations.ts';
import type { SignIn } from './sessions.ts';
import type { IdentifierRef, User } from './users.ts';

export type SocialProvider = 'google' | 'facebook' | 'apple';

/** A person as a provider names them. `provider` is `token:<issuer>` for the tokens of a company's own system. */
export interface SocialIdentity {
  provider: SocialProvider | `token:${string}`;
  subject: string;
}

/** An identity of a user, and when it was linked, in milliseconds. */
export interface LinkedIdentity extends SocialIdentity {
  linkedAt: number;
}

/** What a provider says of the holder of a token, checked for us: signature or origin, audience, issuer, expiry. */
export interface SocialPerson {
  subject: string;
  email?: string;
  /** Strong enough to link accounts by (D-61). */
  emailProven: boolean;
  firstName?: string;
  lastName?: string;
  picture?: string;
}

/** `reason` is for the log: it names what was wrong and holds nothing of the token. */
export type ProviderResult<T> =
  | { state: 'verified'; value: T }
  /** The token proves nothing here. */
  | { state: 'refused'; reason: string }
  /** The provider does not answer, or not in words that can be understood. */
  | { state: 'down'; reason: string };

export interface SocialProviders {
  verify(
    provider: SocialProvider,
    token: string,
    /** `secret` belongs to the first of the client ids; only Facebook's access tokens need it. */
    rule: { clientIds: readonly string[]; secret?: string },
  ): Promise<ProviderResult<SocialPerson>>;
}

/** A token of the company's own system; signature, issuer, audience and expiry have been checked. */
export interface LoginClaims {
  subject: string;
  jti: string;
  /** Undefined when the token does not say. */
  issuedAt?: number;
  expiresAt: number;
  email?: string;
  emailVerified: boolean;
  phoneNumber?: string;
  phoneVerified: boolean;
  firstName?: string;
  lastName?: string;
}

export interface LoginTokens {
  verify(
    token: string,
    /** One of `secret` (HS256) and `jwksUrl` (RS256, ES256, EdDSA), which fixes the algorithm. */
    rule: { issuer: string; audience: string; secret?: string; jwksUrl?: string },
  ): Promise<ProviderResult<LoginClaims>>;
}

export interface Identities {
  /** What is linked to a user, the oldest first. */
  ofUser(userId: string): Promise<LinkedIdentity[]>;
  /**
   * Unlinks the identity; all sessions and pending credentials of the user end in the same batch, where the event is written.
   * False, and nothing done, when it is not linked to this user.
   */
  unlink(userId: string, identity: SocialIdentity, event: AuditEvent): Promise<boolean>;
  /** Whom the identity is linked to, and who owns the proven identifiers, verified. */
  find(
    identity: SocialIdentity,
    proven: readonly IdentifierRef[],
  ): Promise<{ linked: User | undefined; owners: User[] }>;
  /**
   * Links the identity to the user if it is free and the user owns one of `by`, and brings about what follows from the
   * login; one batch. Undefined, and nothing done, when the identity is not the user's then.
   */
  signIn(login: {
    identity: SocialIdentity;
    userId: string;
    by: readonly IdentifierRef[];
    /** Nothing is done when the user's `sessionsValidFrom` is greater by then: the proof is older than a revocation. */
    countsUntil?: number;
    signIn?: SignIn;
    /** Opened when a required identifier is missing (D-49). */
    registration?: NewRegistration;
    /** Charged before the proof was asked for, and given back now. */
    charged: readonly Limit[];
    chargedAt: number;
    now: number;
  }): Promise<{ user: User; linkedNow: boolean } | undefined>;
}
