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

export interface Hasher {
  /** A PHC string under the parameters of today. */
  hash(password: string): Promise<string>;
  /**
   * `outdated`: right, but hashed by another algorithm or with other parameters; hash it anew. Without a hash the same
   * work is done for the answer `wrong`, so that nobody learns from the time who exists.
   */
  verify(password: string, hash: string | undefined): Promise<'right' | 'outdated' | 'wrong'>;
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
