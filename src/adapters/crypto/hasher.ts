/** Passwords: Argon2id for all that is made here, other hashes only until their first use. */
import {
  ARGON2,
  parseHash,
  PBKDF2_BLOCK_BYTES,
  workClass,
} from '../../domain/password/password-hash.ts';
import { sharedWork } from '../../domain/password/imported-hash.ts';
import type { Hasher, HashParameters } from '../../ports/index.ts';
import { argon2id, newSalt } from './argon2.ts';
import { utf8 } from './encoding.ts';
import { bcrypt, pbkdf2, scrypt } from '../node/imported-hashes.ts';

type Bytes = Uint8Array<ArrayBuffer>;
/** Computes one digest of `length` bytes; all work with passwords goes through it, so that a test can count it. */
export type ComputeDigest = (
  password: Bytes,
  salt: Bytes,
  parameters: HashParameters,
  length: number,
) => Promise<Uint8Array>;

/** The digest of a password, `length` bytes, by the algorithm and cost of its parameters. */
export const computeDigest: ComputeDigest = async (password, salt, parameters, length) => {
  switch (parameters.kind) {
    case 'argon2id':
      return argon2id(password, salt, parameters, length);
    case 'bcrypt':
      return bcrypt(password, salt, parameters);
    case 'pbkdf2':
      return pbkdf2(password, salt, parameters, length);
    case 'scrypt':
      return scrypt(password, salt, parameters, length);
  }
};

const DIGEST_BYTES = 32;
/** Past them bcrypt reads nothing of a password. */
const BCRYPT_BYTES = 72;
/** For unknown users: the digest is compared with nothing, and costs as much as a user's own. */
const DUMMY_SALT = utf8('somesalt12345678');

/** NFC first: the same password may be typed in two encodings (ASVS 6.2). */
const bytesOf = (password: string): Bytes => utf8(password.normalize('NFC'));

/** As PHC strings have it: standard base64 without padding. */
const base64 = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/=+$/, '');

/** In a time that depends on the lengths only. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < b.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

const TODAY = workClass(ARGON2);
const dummyLength = (of: HashParameters): number =>
  of.kind === 'pbkdf2' ? of.blocks * PBKDF2_BLOCK_BYTES[of.hash] : DIGEST_BYTES;

/**
 * Hashes and verifies passwords.
 *
 * @param compute does the expensive work; tests count it
 */
export function createHasher(compute: ComputeDigest): Hasher {
  return {
    async hash(password) {
      const salt = newSalt();
      const digest = await compute(bytesOf(password), salt, ARGON2, DIGEST_BYTES);
      const { memoryKib, passes, lanes } = ARGON2;
      return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(digest)}`;
    },

    async verify(password, stored, beside = []) {
      const bytes = bytesOf(password);
      const parsed = stored === undefined ? undefined : parseHash(stored);
      let unusable = parsed?.ok === false ? parsed.reason : undefined;
      const hash = parsed?.ok ? parsed.value : undefined;
      const work = new Map([ARGON2, ...beside].map((one) => [workClass(sharedWork(one)), one]));
      const own = hash && workClass(sharedWork(hash.parameters));
      if (hash && own !== undefined) work.set(own, hash.parameters);
      let right = false;
      for (const [name, parameters] of work) {
        const real = name === own ? hash : undefined;
        const { salt, digest } = real ?? { salt: DUMMY_SALT };
        try {
          const length = digest?.length ?? dummyLength(parameters);
          // One after the other: together they could take more memory than an isolate has.
          const found = await compute(bytes, salt, parameters, length);
          if (digest && equal(found, digest)) right = true;
        } catch (error) {
          unusable = `${name}: ${error instanceof Error ? error.message : 'failed'}`;
        }
      }
      if (!right || !hash) return unusable === undefined ? 'wrong' : { unusable };
      const cut = hash.parameters.kind === 'bcrypt' && bytes.length > BCRYPT_BYTES;
      return workClass(hash.parameters) === TODAY || cut ? 'right' : 'outdated';
    },
  };
}

export const argon2Hasher: Hasher = createHasher(computeDigest);
