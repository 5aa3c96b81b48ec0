/** One-time codes. */
import type { AuditEvent } from './audit.ts';
import type { IdentifierLimits, Limit, Limited, SmsGuard } from './budgets.ts';
import type { NewRegistration, Registration } from './registrations.ts';
import type { NewLink } from './links.ts';
import type { SignIn } from './sessions.ts';
import type { IdentifierRef, Names, NewUser, Profile, User } from './users.ts';

export type OtpPurpose = 'login' | 'profile' | 'register' | 'forgot' | 'primary' | 'update';

export interface NewChallenge {
  /** The documented `request_id`: 32 hex digits, derived from the resend token. */
  id: string;
  purpose: OtpPurpose;
  identifier: IdentifierRef;
  /** Sealed, for a resend; `Vault` opens it. */
  sealedCode: string;
  /** Keyed hash of the code, under the newest key. */
  codeMac: string;
  /** Whose profile it is for (`profile`, `primary`, `update`), or who may set a new password (`forgot`): the store finds that user itself. */
  userId?: string;
  /** Hash of the register_token it belongs to; `register` only. */
  registration?: string;
  createdAt: number;
  expiresAt: number;
}

export interface Challenge extends Omit<NewChallenge, 'sealedCode' | 'codeMac'> {
  /** Messages that carried the code. */
  sends: number;
  consumedAt?: number;
}

/** How many messages one registration may cause, whatever the budgets of the identifiers say. */
export interface RegistrationSends {
  registration: string;
  /** Messages to one identifier. */
  perIdentifier: number;
  /** Messages in all. */
  total: number;
  /** Different identifiers of a kind. */
  identifiersPerKind: number;
}

export interface OpenChallenge {
  challenge: NewChallenge;
  limits: IdentifierLimits;
  /** Given back when the code is verified. */
  refund: Limit[];
  /** Buckets of this identifier's wrong tries, newest key first. */
  triesBuckets: readonly string[];
  /** Of a code for a registration. */
  registrationSends?: RegistrationSends;
  /** Of an SMS that costs. */
  sms?: SmsGuard;
}

/** The result of one attempt. */
export type Attempt =
  | {
      /** Right, not used up yet, and charged to nothing. */
      state: 'right';
      challenge: Challenge;
      /** Who owns the identifier, verified. */
      owner: User | undefined;
      /** The registration asked for, with its proofs. */
      registration: Registration | undefined;
      /** The user it is bound to (D-49). */
      bound: User | undefined;
    }
  /** Charged to the code and to the identifier. */
  | { state: 'wrong' }
  | { state: 'exhausted' }
  | { state: 'limited'; limited: Limited }
  | { state: 'unknown' };

/**
 * Which challenge is tried. By email there is no request id: the newest unconsumed one of that address is meant, among the
 * purposes that fit the caller (D-40, D-41).
 */
export type ChallengeRef =
  | { id: string }
  | { email: string; userId?: string; registration?: string };

export interface TryRules {
  /** Wrong tries per code. */
  maxTries: number;
  /** Wrong tries per identifier, over all its codes. */
  perIdentifier: Omit<Limit, 'buckets'>;
  /** The owner's own device has its own wrong tries, per code and over all codes. */
  device?: { userId: string; buckets: readonly string[] };
}

export type Resend =
  | { state: 'ready'; challenge: Challenge; sealedCode: string }
  | { state: 'not_here_yet' }
  | { state: 'limited'; limited: Limited }
  /** Its tries are used up, so that a message would be of no use. */
  | { state: 'exhausted' }
  | { state: 'unknown' };

/** The effect of a consumed code, in the same batch. */
export type Effect =
  | { kind: 'none' }
  /** The proof counts for a registration, which is made when it is new. */
  | { kind: 'prove'; registration: NewRegistration; isNew: boolean }
  /** The registration from now on stands for a known user who lacks a required identifier (D-49). */
  | { kind: 'bind'; registration: string; userId: string; adopts: readonly IdentifierRef[] }
  /**
   * The identifier is verified on this user; unverified copies elsewhere go. `registration` must be bound to the user and
   * open; with `finish` it ends.
   */
  | {
      kind: 'verify';
      userId: string;
      max: number;
      /** What changes of the profile, and the names as they were read. */
      profile?: { change: Profile; names: Names };
      registration?: string;
      finish?: boolean;
    }
  /** The user deletes the account; all sessions and pending credentials end. */
  | { kind: 'delete'; userId: string; reason?: string; event: AuditEvent }
  /** The holder may set a new password by this token. */
  | { kind: 'forgot'; token: Pick<NewLink, 'id' | 'expiresAt'> }
  /** The identifier counts as proven for a change of primary. A proof of the same id is replaced. */
  | { kind: 'primary'; proof: Pick<NewLink, 'id' | 'expiresAt'> }
  /**
   * The identifier is verified on this user and becomes the primary of its kind. `proof` is used up; without it, or when it is
   * of an identifier that is not the one to prove any more, nothing happens.
   */
  | { kind: 'update'; userId: string; max: number; proof: string }
  /**
   * The registration ends: its identifier belongs to this user already (D-48). What else it has proven is verified on the
   * user, as far as it is free: `adopts`.
   */
  | { kind: 'close'; registration: string; userId: string; adopts: readonly IdentifierRef[] }
  /** The registration ends in a new user. */
  | { kind: 'create'; registration: string; user: NewUser; event: AuditEvent };

export interface Settlement {
  challenge: Challenge;
  /** Unique to this try. */
  nonce: string;
  effect: Effect;
  /** The user read back after the effect. */
  readBack?: string;
  signIn?: SignIn;
  now: number;
}

export type ConsumeResult =
  | { state: 'done'; user: User | undefined }
  /**
   * Another try used the code or finished the registration first, or a revocation ended it; `unproven`: what an `update` needs
   * is not proven.
   */
  | { state: 'lost'; unproven?: boolean }
  /** A verified identifier (or the generated username) belongs to another user. */
  | { state: 'taken'; field: 'email' | 'phone' | 'username' }
  /** The user has as many identifiers of this kind as there may be. */
  | { state: 'full' };

export interface Otps {
  /**
   * Judges the limits, charges them and writes the ledger row: one D1 round trip. The same statements whether or not someone
   * is known; `known` is false when a `forgot` code has nobody to go to.
   */
  open(request: OpenChallenge): Promise<{ limited?: Limited; known: boolean }>;
  /** Puts the sealed code where `resend` finds it: one KV put. */
  keep(challenge: NewChallenge): Promise<void>;
  /** Takes everything back that `open` charged and wrote: the message could not be handed over. */
  cancel(request: OpenChallenge): Promise<void>;
  /** Charges a resend of a live challenge to the limits of its purpose and hands out its code again. */
  resend(request: {
    /** Of the challenge. */
    id: string;
    /** Unique to this resend. */
    nonce: string;
    identifier: IdentifierRef;
    /** By the purposes that the caller may have sent again; a code of any other is unknown here. */
    limits: Partial<Record<OtpPurpose, IdentifierLimits>>;
    /** Wrong tries after which the code is of no use. */
    maxTries: number;
    registrationSends: Omit<RegistrationSends, 'registration'>;
    now: number;
    sms?: SmsGuard;
  }): Promise<Resend>;
  cancelResend(request: {
    id: string;
    nonce: string;
    identifier: IdentifierRef;
    limits: IdentifierLimits;
    chargedAt: number;
    sms?: SmsGuard;
  }): Promise<void>;
  /** Charges a wrong try in the statement that judges it, and reads what follows from a right one. */
  attempt(request: {
    challenge: ChallengeRef;
    /** A code of any other purpose is wrong here, and charged as such. */
    purposes: readonly OtpPurpose[];
    /** Of the caller: a code that was made for another user or registration is wrong here, and charged as such. */
    userId?: string;
    registration?: string;
    /** The keyed hash of the code that was typed, under each living key. */
    codeMacs: readonly string[];
    nonce: string;
    now: number;
    rules: TryRules;
    requestId: string | undefined;
  }): Promise<Attempt>;
  /** Uses the code up and brings its effect about: one batch, one winner. */
  consume(settlement: Settlement): Promise<ConsumeResult>;
  /** Makes a code usable again that was used up in vain: the session could not be stored. */
  unconsume(challengeId: string, nonce: string): Promise<void>;
}
