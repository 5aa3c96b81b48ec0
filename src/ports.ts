/**
 * What the domain needs from outside. Adapters implement these; `src/adapters/memory` is the double of all of them.
 * Times are milliseconds since 1970 unless a name says otherwise. Every call may throw an `Outage`.
 *
 * Everything under `Ports` is bound to one application when it is made, so no statement can forget its tenant.
 */

/** A dependency did not answer, or refused. The caller gets 503 and may try again. */
export class Outage extends Error {
  readonly dependency: string;
  constructor(dependency: string, cause?: unknown) {
    super(`${dependency} did not answer`, { cause });
    this.name = 'Outage';
    this.dependency = dependency;
  }
}

// ── what lives in the directory ────────────────────────────────────────────────────────────────────────────────────

export interface RequiredField {
  is_required: boolean;
  level: 'hard' | 'soft';
}
export interface RequiredFields {
  email: RequiredField;
  mobile: RequiredField;
}
/** The documented platform config of an application, whole. No secret is ever in it (ruling 30). */
export interface PlatformConfig {
  _id: string;
  name: string;
  active: boolean;
  display: string;
  subtext: string;
  mobile_image: string;
  desktop_image: string;
  meta: Record<string, unknown>;
  look_and_feel: { card_position: string; background_color: string };
  flash_card: { text: string; text_color: string; background_color: string };
  login: { password: boolean; otp: boolean };
  social: { facebook: boolean; google: boolean; account_kit: boolean; apple: boolean };
  social_tokens: Record<string, { app_id: string; redirect_uri?: string }>;
  register: boolean;
  forgot_password: boolean;
  skip_captcha: boolean;
  skip_login: boolean;
  required_fields: RequiredFields;
  register_required_fields: RequiredFields;
  session_config: { duration: number; type: 'Minutes' | 'Hours' | 'Days'; is_rolling: boolean };
  delete_account_reasons: { reason_text: string; reason_id: string; show_text_area: boolean }[];
  delete_account_day: number;
  delete_account_consent: { consent_text: string };
  created_at: string;
  updated_at: string;
}

export interface Application {
  id: string;
  companyId: string;
  name: string;
  /** Hosts a storefront may be served from, lower-case, without port. */
  domains: string[];
  /** Origin that links in messages point to, without a trailing slash. */
  storefrontUrl: string;
  /** Calling code of phones given without one, such as `91`. */
  defaultCountryCode: string;
  /** Name of the D1 binding that holds this application's users. */
  shard: string;
  config: PlatformConfig;
}

export interface OAuthClient {
  key: string;
  companyId: string;
  scopes: string[];
}

export interface Directory {
  /** The application when id and token belong together; at most 30 s old. */
  authenticate(applicationId: string, token: string): Promise<Application | undefined>;
  /** The application when the company owns it; at most 30 s old. */
  application(companyId: string, applicationId: string): Promise<Application | undefined>;
  /** The client when key and secret belong together and the company owns it. */
  client(companyId: string, key: string, secret: string): Promise<OAuthClient | undefined>;
}

// ── users ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type IdentifierKind = 'email' | 'phone';
/** `value` is canonical: a lower-cased address, or E.164. `callingCode` is set for phones only. */
export interface IdentifierRef {
  kind: IdentifierKind;
  value: string;
  callingCode?: number;
}
export interface Identifier extends IdentifierRef {
  verified: boolean;
  primary: boolean;
}

export interface Profile {
  firstName?: string;
  lastName?: string;
  gender?: string;
  /** `YYYY-MM-DD` */
  dob?: string;
  profilePicUrl?: string;
}

export interface User extends Profile {
  /** 24 hex digits. */
  id: string;
  username: string;
  meta?: Record<string, unknown>;
  externalId?: string;
  hasOldPasswordHash: boolean;
  identifiers: Identifier[];
  /** Sessions made before this are dead. */
  sessionsValidFrom: number;
  blockedAt?: number;
  archivedAt?: number;
  deletedAt?: number;
  createdAt: number;
  updatedAt: number;
}

export interface NewUser extends Profile {
  id: string;
  username: string;
  identifiers: Identifier[];
  createdAt: number;
}

export type Added = 'added' | 'present' | 'full';

export interface Users {
  find(userId: string): Promise<User | undefined>;
  /** Plain fields at once, then unverified identifiers; one batch. Fields left out stay as they are. */
  update(
    userId: string,
    change: { profile: Profile; add: IdentifierRef[]; max: number; now: number },
  ): Promise<User | undefined>;
}

// ── sessions ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A session names itself by its handle and never holds the id that signs in (ruling 6). */
export interface Session {
  userId: string;
  /** 32 hex digits. */
  handle: string;
  createdAt: number;
  /** Rolling sessions only: when the stored value was last renewed. */
  renewedAt: number;
  expiresAt: number;
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
  /** Ends sessions by handle: D1 first, then KV. */
  end(userId: string, handles: string[], until: number): Promise<void>;
  /** Ends every session made before `now`, in one statement. */
  endAll(userId: string, now: number): Promise<void>;
}

// ── budgets ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** At most `max` charges on `bucket` within the last `windowMs`. */
export interface Limit {
  /** Public name, as `meta.limit` gives it. */
  name: string;
  bucket: string;
  max: number;
  windowMs: number;
}
/** A spent budget: which, and the whole seconds until it has room again. */
export interface Limited {
  limit: string;
  retryAfter: number;
}

export interface Budgets {
  /** Charges every bucket once, or none when one of the limits has no room. */
  charge(limits: Limit[], ref: string, now: number): Promise<Limited | undefined>;
  /** What stands in the way of one more charge, without charging. */
  check(limits: Limit[], now: number): Promise<Limited | undefined>;
}

// ── one-time codes ─────────────────────────────────────────────────────────────────────────────────────────────────

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
}

/** What one try found. `judge` means: compare now, the try is already charged. */
export type Attempt =
  | {
      state: 'judge';
      challenge: Challenge;
      sealedCode: string;
      /** Who owns the identifier, verified. */
      owner: User | undefined;
      registration: Registration | undefined;
    }
  /** D1 knows it live, KV does not have it yet: the try was given back. */
  | { state: 'not_here_yet' }
  | { state: 'exhausted' }
  | { state: 'limited'; limited: Limited }
  | { state: 'unknown' };

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
  /** The identifier is verified on this user; unverified copies elsewhere go. */
  | { kind: 'verify'; userId: string; max: number; profile?: Profile; finish?: string }
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
  /** Judges the limits, charges them and writes the ledger row in one D1 round trip; then KV. */
  open(request: OpenChallenge): Promise<Limited | undefined>;
  /** Takes everything back that `open` wrote: the message could not be handed over. */
  cancel(challengeId: string): Promise<void>;
  /** Charges a resend of a live challenge and hands out its code again. */
  resend(
    request: { token: string; identifier: IdentifierRef; ref: string; now: number },
    limits: (challenge: Pick<Challenge, 'purpose'>) => Limit[],
  ): Promise<Resend>;
  cancelResend(ref: string): Promise<void>;
  /** Charges code and identifier first, then reads what the judgement needs. */
  attempt(request: {
    id: string;
    registration?: string;
    nonce: string;
    now: number;
    rules: TryRules;
  }): Promise<Attempt>;
  /** Uses the code up and brings its effect about: one batch, one winner. */
  settle(settlement: Settlement): Promise<Settled>;
}

// ── registrations ──────────────────────────────────────────────────────────────────────────────────────────────────

/** What a shopper filled in before all proofs were there. */
export interface PendingForm extends Profile {
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
    /** Who owns each proven identifier by now, verified. */
    owners: User[];
    /** The user it is bound to (ruling 17). */
    bound: User | undefined;
  }>;
  /** A fresh registration that takes over the proofs of `from`, with the form in KV. */
  store(next: NewRegistration, form: PendingForm, from: string): Promise<void>;
  /** The registration ends in a new user; of many concurrent calls one wins. */
  finish(id: string, user: NewUser, now: number): Promise<Settled>;
  /** The registration ends without a new user: its proof belonged to an existing one. */
  close(id: string, userId: string, now: number): Promise<Settled>;
}

// ── links ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type LinkKind = 'verify_email' | 'verify_mobile';
export interface NewLink {
  kind: LinkKind;
  /** Hash of the code. */
  id: string;
  userId: string;
  identifier: IdentifierRef;
  createdAt: number;
  expiresAt: number;
}
export interface Links {
  /** Judges the limits, charges them and writes the row in one D1 round trip. */
  open(link: NewLink, limits: Limit[]): Promise<Limited | undefined>;
  cancel(linkId: string): Promise<void>;
}

// ── customers, as operators see them ───────────────────────────────────────────────────────────────────────────────

export interface CustomerQuery {
  q?: string;
  /** From 1. */
  pageNo: number;
  pageSize: number;
}
export interface CustomerPage {
  users: User[];
  /** Exact without `q`; with it counted to 1,000. */
  total: number;
  hasNext: boolean;
}
export interface Customers {
  list(query: CustomerQuery): Promise<CustomerPage>;
}

// ── messages ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is said, in words of the domain; templates turn it into text. */
export type MessageContent =
  | { template: 'otp'; otp: string; /** `@host #code` or the app's hash */ lastLine?: string }
  | { template: 'verify_link'; link: string; code: string; account: string };

export interface Message {
  id: string;
  channel: 'sms' | 'email';
  /** E.164 or an email address. */
  to: string;
  content: MessageContent;
  createdAt: number;
}

export interface Notifier {
  /** Hands the message to the queue, sealed. Throws an `Outage` when the queue refuses. */
  send(message: Message): Promise<void>;
}

// ── crypto, time ───────────────────────────────────────────────────────────────────────────────────────────────────

export interface Clock {
  now(): number;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** Six digits, each value equally likely. */
  otp(): string;
  /** A version 4 UUID. */
  uuid(): string;
}

export interface Vault {
  /** Keyed hash of a text for look-ups and budgets, hex. `use` keeps the uses apart. */
  mac(use: string, text: string): Promise<string>;
  /** Plain SHA-256, hex; for values that are random themselves. */
  digest(text: string): Promise<string>;
  seal(use: string, text: string): Promise<string>;
  /** Throws when no key of ours sealed it for this use. */
  open(use: string, sealed: string): Promise<string>;
  equal(a: string, b: string): boolean;
}

export interface AccessClaims {
  clientKey: string;
  companyId: string;
  scopes: string[];
}
export interface Tokens {
  /** A signed JWT that is valid for `lifeSeconds`. */
  issue(claims: AccessClaims, lifeSeconds: number): Promise<string>;
  verify(token: string): Promise<AccessClaims | undefined>;
  /** Public keys, for `/.well-known/jwks.json`. */
  jwks(): Promise<{ keys: Record<string, unknown>[] }>;
}

export interface Health {
  /** One round trip to each store; the names of those that failed. */
  probe(): Promise<string[]>;
}

/** What an operation can use whoever calls it. */
export interface ServicePorts {
  clock: Clock;
  random: Random;
  vault: Vault;
  directory: Directory;
  tokens: Tokens;
  sessionTokens: SessionTokens;
  health: Health;
  /** Budgets that belong to no application. */
  serviceBudgets: Budgets;
  limits: Limits;
}

/** Everything above, and the stores of one application. */
export interface Ports extends ServicePorts {
  users: Users;
  sessions: Sessions;
  otps: Otps;
  registrations: Registrations;
  links: Links;
  budgets: Budgets;
  customers: Customers;
  notifier: Notifier;
  /** Goes on after the answer is sent; what it throws is logged. */
  background(work: Promise<unknown>): void;
}

/** The numbers of security.md; configuration may change each. */
export interface Limits {
  otpTriesPerCode: number;
  otpWrongPerIdentifierHour: number;
  sendGapSeconds: number;
  sendsPerHour: number;
  sendsPerDay: number;
  sendsPerIdentifierDay: number;
  sendsPerIpHour: number;
  linksPerUserHour: number;
  tokenFailuresPerQuarter: number;
}

/** Where the stores of a request come from. `requestPorts` is called once per request. */
export interface PortsFactory {
  service: ServicePorts;
  of(application: Application, request: RequestScope): Ports;
}
/** What a request lends to its ports. */
export interface RequestScope {
  waitUntil(work: Promise<unknown>): void;
  /** D1 bookmark sent by the caller; serves operator reads only. */
  bookmark?: string;
  /** Filled by reads that ran in a D1 session. */
  setBookmark(bookmark: string): void;
}
