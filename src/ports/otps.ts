/** One-time codes. */
import type { Limit, Limited, SmsGuard } from './budgets.ts';
import type { NewRegistration, Registration } from './registrations.ts';
import type { IdentifierRef, NewUser, Profile, User } from './users.ts';

export type OtpPurpose = 'login' | 'profile' | 'register';

export interface NewChallenge {
  /** The documented `request_id`: 32 hex digits. */
  id: string;
  purpose: OtpPurpose;
  identifier: IdentifierRef;
  /** Sealed; `Vault` opens it. */
  sealedCode: string;
  resendToken: string;
  /** Whose profile it is for; `profile` only. */
  userId?: string;
  /** Hash of the register_token it belongs to; `register` only. */
  registration?: string;
  createdAt: number;
  expiresAt: number;
}

export interface Challenge extends Omit<NewChallenge, 'sealedCode'> {
  attempts: number;
  consumedAt?: number;
}

export interface OpenChallenge {
  challenge: NewChallenge;
  limits: Limit[];
  /** Bucket among `limits` that gets its charge back when the code is verified. */
  refundOnSuccess?: string;
  /** Bucket of this identifier's wrong tries. */
  triesBucket: string;
  /** Of an SMS that costs. */
  sms?: SmsGuard;
}

/** What one try found. `judge` means: compare now, the try is already charged. */
export type Attempt =
  | {
      state: 'judge';
      challenge: Challenge;
      sealedCode: string;
      /** Who owns the identifier, verified. */
      owner: User | undefined;
      /** The registration asked for, with its proofs. */
      registration: Registration | undefined;
      /** The user it is bound to (ruling 17). */
      bound: User | undefined;
    }
  /** D1 knows it live, KV does not have it yet: the try was given back. */
  | { state: 'not_here_yet' }
  | { state: 'exhausted' }
  | { state: 'limited'; limited: Limited }
  | { state: 'unknown' };

/**
 * Which challenge is tried. By email there is no request id: the newest unconsumed one of that address is meant, among the
 * purposes that fit the caller (ruling 11).
 */
export type ChallengeRef =
  | { id: string }
  | { email: string; userId?: string; registration?: string };

export interface TryRules {
  /** Tries per code. */
  maxTries: number;
  /** Wrong tries per identifier, over all its codes. */
  perIdentifier: Omit<Limit, 'bucket'>;
}

export type Resend =
  | { state: 'ready'; challenge: Challenge; sealedCode: string }
  | { state: 'not_here_yet' }
  | { state: 'limited'; limited: Limited }
  | { state: 'unknown' };

/** What using up a code brings about, in the same batch. */
export type Effect =
  | { kind: 'none' }
  /** The proof counts for a registration, which is made when it is new. */
  | { kind: 'prove'; registration: NewRegistration }
  /** The identifier is verified on this user; unverified copies elsewhere go. `finish` ends a registration with it. */
  | { kind: 'verify'; userId: string; max: number; profile?: Profile; finish?: string }
  /** The user deletes the account; all sessions end. */
  | { kind: 'delete'; userId: string; reason?: string }
  /** The registration ends: its identifier belongs to this user already (ruling 16). */
  | { kind: 'close'; registration: string; userId: string }
  /** The registration ends in a new user. */
  | { kind: 'create'; registration: string; user: NewUser };

export interface Settlement {
  challenge: Challenge;
  /** Unique to this try, as `attempt` charged it. */
  nonce: string;
  effect: Effect;
  /** The user read back after the effect. */
  readBack?: string;
  /** A session presented with the request, which a new login ends. */
  endSession?: { userId: string; handle: string; until: number };
  now: number;
}

export type Settled =
  | { state: 'done'; user: User | undefined }
  /** Another try used the code, or finished the registration, first. */
  | { state: 'lost' }
  /** A verified identifier (or the generated username) belongs to another user. */
  | { state: 'taken'; field: 'email' | 'phone' | 'username' }
  /** The user has as many identifiers of this kind as there may be. */
  | { state: 'full' };

export interface Otps {
  /** Judges the limits, charges them and writes the ledger row: one D1 round trip. */
  open(request: OpenChallenge): Promise<Limited | undefined>;
  /** Puts the sealed code where `attempt` and `resend` find it: one KV put. */
  keep(challenge: NewChallenge): Promise<void>;
  /** Takes everything back that `open` charged and wrote: the message could not be handed over. */
  cancel(challengeId: string, sms?: SmsGuard): Promise<void>;
  /** Charges a resend of a live challenge to the limits of its purpose and hands out its code again. */
  resend(request: {
    token: string;
    identifier: IdentifierRef;
    limits: Record<OtpPurpose, Limit[]>;
    /** Names the charges, so that `cancelResend` finds them. */
    ref: string;
    now: number;
    sms?: SmsGuard;
  }): Promise<Resend>;
  cancelResend(ref: string, sms?: SmsGuard): Promise<void>;
  /** Charges code and identifier first, then reads what the judgement needs. */
  attempt(request: {
    challenge: ChallengeRef;
    registration?: string;
    nonce: string;
    now: number;
    rules: TryRules;
  }): Promise<Attempt>;
  /** Uses the code up and brings its effect about: one batch, one winner. */
  settle(settlement: Settlement): Promise<Settled>;
  /** Makes a code usable again that was used up in vain: the session could not be stored. */
  unsettle(challengeId: string, nonce: string): Promise<void>;
}
