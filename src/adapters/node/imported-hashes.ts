/** Digests of the algorithms that users of other systems bring; which parameters are allowed is the domain's to say. */
import { scryptSync } from 'node:crypto';
import { memoryBytes } from '../../domain/password/password-hash.ts';
import type { HashParameters } from '../../ports/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Of<K extends HashParameters['kind']> = Extract<HashParameters, { kind: K }>;

const BCRYPT_DIGEST_BYTES = 23;
const BCRYPT_DIGEST_LETTERS = 31;

/** Loaded when one is met, so that it costs the start of an isolate nothing. */
export async function bcrypt(password: Bytes, salt: Bytes, { cost }: Of<'bcrypt'>): Promise<Bytes> {
  const { decodeBase64, encodeBase64, hashSync } = await import('bcryptjs');
  const letters = encodeBase64(salt, salt.length);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password);
  const hash = hashSync(text, `$2b$${String(cost).padStart(2, '0')}$${letters}`);
  return new Uint8Array(decodeBase64(hash.slice(-BCRYPT_DIGEST_LETTERS), BCRYPT_DIGEST_BYTES));
}

/** The PBKDF2 digest of a password, `length` bytes. */
export async function pbkdf2(
  password: Bytes,
  salt: Bytes,
  { hash, iterations }: Of<'pbkdf2'>,
  length: number,
): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const algorithm = { name: 'PBKDF2', hash, salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}

/** The scrypt digest of a password, `length` bytes. */
export function scrypt(password: Bytes, salt: Bytes, of: Of<'scrypt'>, length: number): Bytes {
  const { logN, r, p } = of;
  // 128 · N · r alone would refuse the largest that is allowed: the smaller buffers count too.
  const options = { N: 2 ** logN, r, p, maxmem: memoryBytes(of) };
  return new Uint8Array(scryptSync(password, salt, length, options));
}
