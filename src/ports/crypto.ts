/** Time, chance and keys. */

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
  /** The same under each living key, newest first: what an older key has written is still found. */
  macs(use: string, text: string): Promise<string[]>;
  /** Plain SHA-256, hex; for values that are random themselves. */
  digest(text: string): Promise<string>;
  seal(use: string, text: string): Promise<string>;
  /** Throws when no key of ours sealed it for this use. */
  open(use: string, sealed: string): Promise<string>;
  equal(a: string, b: string): boolean;
}

/** Names of people, for the audit alone: they permit nothing. */
export interface AccessNames {
  /** Whom an assertion of Cloudflare Access names; undefined when it proves nothing. Never throws. */
  nameOf(assertion: string): Promise<string | undefined>;
}

/** The public half of a signing key, as a JWK. */
export interface PublicKey {
  kty: string;
  crv: string;
  kid: string;
  x: string;
  alg: string;
  use: string;
}

export interface AccessClaims {
  clientKey: string;
  companyId: string;
  scopes: string[];
}
/** What a session token says of a shopper who is signed in (D-111). */
export interface SessionTokenClaims {
  userId: string;
  applicationId: string;
  /** Handle. */
  session: string;
  /** Verified ones, the primary first; numbers in E.164. */
  emails: string[];
  phoneNumbers: string[];
}
export interface Tokens {
  /** A signed JWT that is valid for `lifeSeconds`. */
  issue(claims: AccessClaims, lifeSeconds: number): Promise<string>;
  /** A token of another type, for services of the shop; `verify` refuses it. */
  issueSession(claims: SessionTokenClaims, lifeSeconds: number): Promise<string>;
  verify(token: string): Promise<AccessClaims | undefined>;
  /** Public keys, for `/.well-known/jwks.json`. */
  jwks(): Promise<{ keys: PublicKey[] }>;
}

/** The algorithm and cost of a hash. */
export type HashParameters =
  | { kind: 'argon2id'; memoryKib: number; passes: number; lanes: number }
  | { kind: 'bcrypt'; /** Base-2 logarithm of the rounds. */ cost: number }
  | {
      kind: 'pbkdf2';
      hash: 'SHA-1' | 'SHA-256' | 'SHA-512';
      iterations: number;
      /** Outputs of `hash` that the digest needs; each takes all iterations. */
      blocks: number;
    }
  | { kind: 'scrypt'; logN: number; r: number; p: number };

export interface Hasher {
  /** A PHC string under the parameters of today. */
  hash(password: string): Promise<string>;
  /**
   * Never throws.
   *
   * `right`: the hash can stay. `outdated`: right, but hashed by another algorithm or with other parameters; hash it again.
   * A bcrypt hash that is held against more than 72 bytes is `right` and never `outdated`: bcrypt compares 72 of them, so
   * the password that was typed may not be the user's own. `unusable`: cannot be computed, which is as good as wrong; the
   * reason is for the log and holds neither hash nor password.
   *
   * The work is the same whatever `hash` is: one hash of ours and one of each class of `beside`, dummies where the user's
   * hash is not of that class or there is none. Only a hash of a class that is not in `beside` adds its own; bcrypt dearer
   * than that in `beside` takes its place.
   */
  verify(
    password: string,
    hash: string | undefined,
    beside?: readonly HashParameters[],
  ): Promise<'right' | 'outdated' | 'wrong' | { unusable: string }>;
}

/** A browser that has signed a user in before. */
export interface DeviceRef {
  userId: string;
  id: string;
}

/** The long-lived, signed `f.device` cookie: this browser has signed this user in before. */
export interface DeviceTokens {
  issue(userId: string): Promise<string>;
  open(cookie: string): Promise<DeviceRef | undefined>;
}

/** Passwords that many people use, of at least eight characters, in lower case. */
export interface CommonPasswords {
  has(password: string): Promise<boolean>;
}
