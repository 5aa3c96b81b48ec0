/** Reading password hashes: one judgement for the import and for the login. Pure. */
import type { HashParameters } from '../../ports/index.ts';

export interface ParsedHash {
  parameters: HashParameters;
  /** At least 8 bytes. */
  salt: Uint8Array<ArrayBuffer>;
  /** 16 to 64 bytes. */
  digest: Uint8Array<ArrayBuffer>;
}

type Parsed = { ok: true; value: ParsedHash } | { ok: false; reason: string };

/**
 * The parameters of new password hashes: OWASP's first choice. Parameters that were ours once stay in OWN_PARAMETERS behind
 * it, or the users who still have them would count as imported.
 */
export const ARGON2 = {
  kind: 'argon2id',
  memoryKib: 19_456,
  passes: 2,
  lanes: 1,
} as const satisfies HashParameters;
const OWN_PARAMETERS: readonly HashParameters[] = [ARGON2];

const MIN_SALT_BYTES = 8;
const MIN_DIGEST_BYTES = 16;
const MAX_DIGEST_BYTES = 64;
/** An isolate has 128 MB for everything, and wasm memory never shrinks. */
const MAX_MEMORY_BYTES = 64 * 1024 * 1024;
const MAX_COST_MS = 500;
/** deriveBits of Workers takes no more in one call. */
const MAX_PBKDF2_ITERATIONS = 100_000;
const MAX_LANES = 16;
/** The smaller buffers of scrypt grow with it, beside the main one. */
const MAX_SCRYPT_R = 32;
const MIN_BCRYPT_COST = 4;
/** The highest cost that is computed at all; an application takes up to DEFAULT_BCRYPT_COST unless its record says more. */
export const MAX_BCRYPT_COST = 12;
export const DEFAULT_BCRYPT_COST = 10;

/** Units of work per millisecond of CPU, measured in workerd on a busy two-core machine and rounded down. */
const PER_MS = {
  /** KiB · passes */
  argon2id: 500,
  /** rounds */
  bcrypt: 4,
  /** iterations · blocks */
  pbkdf2: 1_000,
  /** N · r · p */
  scrypt: 2_100,
};
export const PBKDF2_BLOCK_BYTES = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 };

/** CPU milliseconds that one hash takes, about. */
export function costMs(of: HashParameters): number {
  switch (of.kind) {
    case 'argon2id':
      return (of.memoryKib * of.passes) / PER_MS.argon2id;
    case 'bcrypt':
      return 2 ** of.cost / PER_MS.bcrypt;
    case 'pbkdf2':
      return (of.iterations * of.blocks) / PER_MS.pbkdf2;
    case 'scrypt':
      return (2 ** of.logN * of.r * of.p) / PER_MS.scrypt;
  }
}

/** Bytes of working memory, all buffers counted; scrypt's largest is 128 · N · r. */
export function memoryBytes(of: HashParameters): number {
  if (of.kind === 'argon2id') return of.memoryKib * 1024;
  return of.kind === 'scrypt' ? 128 * of.r * (2 ** of.logN + of.p + 2) : 0;
}

/** Names what a hash costs: two hashes of one class take the same work. */
export function workClass(of: HashParameters): string {
  switch (of.kind) {
    case 'argon2id':
      return `argon2id m=${of.memoryKib},t=${of.passes},p=${of.lanes}`;
    case 'bcrypt':
      return `bcrypt ${of.cost}`;
    case 'pbkdf2':
      return `pbkdf2 ${of.hash} i=${of.iterations},blocks=${of.blocks}`;
    case 'scrypt':
      return `scrypt ln=${of.logN},r=${of.r},p=${of.p}`;
  }
}

const OWN_CLASSES = new Set(OWN_PARAMETERS.map(workClass));
/** Whether this product hashes, or has hashed, with these parameters. */
export const isOwn = (parameters: HashParameters): boolean =>
  OWN_CLASSES.has(workClass(parameters));

/** Standard base64, or its url-safe and passlib variants; padded rightly or not at all. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const standard = text.replaceAll(/[.-]/g, '+').replaceAll('_', '/');
    return Uint8Array.from(atob(standard), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const BCRYPT_LETTERS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const fromBcrypt64 = (text: string): string =>
  Array.from(text, (letter) => BASE64_LETTERS[BCRYPT_LETTERS.indexOf(letter)]).join('');

const NUMBER = '([1-9]\\d{0,9})';
const BYTES = '([\\w+/.-]+={0,2})';
const ARGON2ID = new RegExp(
  `^\\$argon2id\\$v=19\\$m=${NUMBER},t=${NUMBER},p=${NUMBER}\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)$`,
);
const BCRYPT = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const PBKDF2 = new RegExp(
  `^\\$pbkdf2(?:-sha(1|256|512))?\\$(?:i=)?${NUMBER}\\$${BYTES}\\$${BYTES}$`,
);
const SCRYPT = new RegExp(
  `^\\$scrypt\\$ln=${NUMBER},r=${NUMBER},p=${NUMBER}\\$${BYTES}\\$${BYTES}$`,
);

interface Read {
  parameters: HashParameters;
  salt: string;
  digest: string;
}

/** By the beginning of a hash: its name, and what reads it when it is well formed. */
const FORMATS: { begins: RegExp; name: string; read(hash: string): Read | undefined }[] = [
  {
    begins: /^\$argon2id\$/,
    name: 'an Argon2id hash such as $argon2id$v=19$m=19456,t=2,p=1$salt$hash',
    read(hash) {
      const [, m, t, p, salt, digest] = ARGON2ID.exec(hash) ?? [];
      if (salt === undefined || digest === undefined) return undefined;
      const numbers = { memoryKib: Number(m), passes: Number(t), lanes: Number(p) };
      return { parameters: { kind: 'argon2id', ...numbers }, salt, digest };
    },
  },
  {
    begins: /^\$2[a-z]?\$/,
    name: 'a bcrypt hash such as $2b$10$… ($2a$, $2b$ or $2y$)',
    read(hash) {
      const [, cost, salt, digest] = BCRYPT.exec(hash) ?? [];
      if (salt === undefined || digest === undefined) return undefined;
      const texts = { salt: fromBcrypt64(salt), digest: fromBcrypt64(digest) };
      return { parameters: { kind: 'bcrypt', cost: Number(cost) }, ...texts };
    },
  },
  {
    begins: /^\$pbkdf2(-|\$)/,
    name: 'a PBKDF2 hash such as $pbkdf2-sha256$i=60000$salt$hash (sha1, sha256 or sha512)',
    read(hash) {
      const [, bits = '1', iterations, salt, digest] = PBKDF2.exec(hash) ?? [];
      if (salt === undefined || digest === undefined) return undefined;
      const name = bits === '512' ? 'SHA-512' : bits === '256' ? 'SHA-256' : 'SHA-1';
      const bytes = fromBase64(digest)?.length ?? 0;
      const blocks = Math.ceil(bytes / PBKDF2_BLOCK_BYTES[name]);
      const parameters = { hash: name, iterations: Number(iterations), blocks } as const;
      return { parameters: { kind: 'pbkdf2', ...parameters }, salt, digest };
    },
  },
  {
    begins: /^\$scrypt\$/,
    name: 'a scrypt hash such as $scrypt$ln=14,r=8,p=1$salt$hash',
    read(hash) {
      const [, ln, r, p, salt, digest] = SCRYPT.exec(hash) ?? [];
      if (salt === undefined || digest === undefined) return undefined;
      const numbers = { logN: Number(ln), r: Number(r), p: Number(p) };
      return { parameters: { kind: 'scrypt', ...numbers }, salt, digest };
    },
  },
];

/** The bounds that belong to one kind alone. */
function refusalOf(of: HashParameters): string | undefined {
  switch (of.kind) {
    case 'argon2id':
      if (of.lanes > MAX_LANES) return `Argon2id with more than ${MAX_LANES} lanes`;
      // RFC 9106: eight blocks of 1 KiB for each lane.
      return of.memoryKib < 8 * of.lanes
        ? 'Argon2id with less than 8 KiB for each lane'
        : undefined;
    case 'bcrypt':
      return of.cost < MIN_BCRYPT_COST || of.cost > MAX_BCRYPT_COST
        ? `bcrypt with a cost outside ${MIN_BCRYPT_COST} to ${MAX_BCRYPT_COST}`
        : undefined;
    case 'pbkdf2':
      return of.iterations > MAX_PBKDF2_ITERATIONS
        ? 'PBKDF2 with more than 100,000 iterations'
        : undefined;
    case 'scrypt':
      if (of.p > MAX_LANES) return `scrypt with p over ${MAX_LANES}`;
      if (of.r > MAX_SCRYPT_R) return `scrypt with r over ${MAX_SCRYPT_R}`;
      // RFC 7914: N < 2^(128 · r / 8).
      return of.logN >= 16 * of.r ? 'scrypt with ln of 16 · r or more' : undefined;
  }
}

function boundsRefusal({ parameters, salt, digest }: ParsedHash): string | undefined {
  const { kind } = parameters;
  if (salt.length < MIN_SALT_BYTES) return `${kind} with a salt under ${MIN_SALT_BYTES} bytes`;
  if (digest.length < MIN_DIGEST_BYTES || digest.length > MAX_DIGEST_BYTES) {
    return `${kind} with a hash outside ${MIN_DIGEST_BYTES} to ${MAX_DIGEST_BYTES} bytes`;
  }
  const refusal = refusalOf(parameters);
  if (refusal !== undefined) return refusal;
  // Of scrypt the main buffer, N · r · 128, may be all of it; memoryBytes has a few KiB more.
  const main =
    kind === 'scrypt' ? 128 * parameters.r * 2 ** parameters.logN : memoryBytes(parameters);
  if (main > MAX_MEMORY_BYTES) return `${kind} that needs more than 64 MiB of memory`;
  // Dearer bcrypt has a bound of its own: MAX_BCRYPT_COST.
  return kind !== 'bcrypt' && costMs(parameters) > MAX_COST_MS
    ? `${kind} that takes more than ${MAX_COST_MS} ms of CPU`
    : undefined;
}

/**
 * Reads a hash whole: `$argon2id$`, `$2a$ $2b$ $2y$`, `$pbkdf2…$`, `$scrypt$`. What it takes can be computed on Workers;
 * a refusal names the reason, never the hash. `$2x$` is refused: it marks hashes of a broken bcrypt.
 */
export function parseHash(hash: string): Parsed {
  const refuse = (reason: string): Parsed => ({ ok: false, reason });
  const format = FORMATS.find(({ begins }) => begins.test(hash));
  if (!format) return refuse('neither bcrypt, PBKDF2, scrypt nor Argon2id');
  const read = format.read(hash);
  const [salt, digest] = [fromBase64(read?.salt ?? ''), fromBase64(read?.digest ?? '')];
  if (!read || !salt || !digest) return refuse(`not ${format.name}`);
  const value = { parameters: read.parameters, salt, digest };
  const refusal = boundsRefusal(value);
  return refusal === undefined ? { ok: true, value } : refuse(refusal);
}
