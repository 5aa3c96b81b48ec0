/**
 * Hashes that came with users from another system. Each verifies once and is replaced by ours. Nothing is accepted that
 * runs here and fails in production: PBKDF2 beyond 100,000 iterations, scrypt beyond N·r·p = 2^20.
 */
import { scryptSync } from 'node:crypto';
import { timingSafeEqual, toBase64Url } from './encoding.ts';

const MAX_PBKDF2_ITERATIONS = 100_000;
const MAX_SCRYPT_COST = 2 ** 20;
const MAX_BCRYPT_COST = 12;

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    atob(text.replaceAll('.', '+').replaceAll('-', '+').replaceAll('_', '/')),
    (char) => char.charCodeAt(0),
  );

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  timingSafeEqual(toBase64Url(a), toBase64Url(b));

/** `$2b$10$…`. Loaded when one is met, so that it costs the start of an isolate nothing. */
async function bcrypt(password: Uint8Array, hash: string): Promise<boolean> {
  const { compareSync } = await import('bcryptjs');
  return compareSync(new TextDecoder().decode(password), hash);
}

/** `$pbkdf2-sha256$i=100000$<salt>$<hash>`, also sha1 and sha512; the iterations may stand without `i=`. */
async function pbkdf2(password: Uint8Array<ArrayBuffer>, hash: string): Promise<boolean> {
  const [, digest = '', rounds = '', salt = '', expected = ''] = PBKDF2.exec(hash) ?? [];
  const wanted = fromBase64(expected);
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits(
    {
      name: 'PBKDF2',
      hash: digest === '1' || digest === '' ? 'SHA-1' : `SHA-${digest}`,
      salt: fromBase64(salt),
      iterations: Number(rounds),
    },
    key,
    wanted.length * 8,
  );
  return equal(new Uint8Array(bits), wanted);
}

/** `$scrypt$ln=14,r=8,p=1$<salt>$<hash>`. */
function scrypt(password: Uint8Array, hash: string): boolean {
  const [, ln = '', r = '', p = '', salt = '', expected = ''] = SCRYPT.exec(hash) ?? [];
  const wanted = fromBase64(expected);
  const found = scryptSync(password, fromBase64(salt), wanted.length, {
    N: 2 ** Number(ln),
    r: Number(r),
    p: Number(p),
    maxmem: 128 * 1024 * 1024,
  });
  return equal(new Uint8Array(found), wanted);
}

const BCRYPT = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const PBKDF2 = /^\$pbkdf2(?:-sha(1|256|512))?\$(?:i=)?(\d+)\$([\w+/.-]+)={0,2}\$([\w+/.-]+)={0,2}$/;
const SCRYPT = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/.-]+)={0,2}\$([\w+/.-]+)={0,2}$/;

/** Why a hash cannot be taken over, or undefined when it can. */
export function importRefusal(hash: string): string | undefined {
  const bcryptCost = BCRYPT.exec(hash)?.[1];
  if (bcryptCost !== undefined) {
    return Number(bcryptCost) <= MAX_BCRYPT_COST ? undefined : 'bcrypt cost over 12';
  }
  const rounds = PBKDF2.exec(hash)?.[2];
  if (rounds !== undefined) {
    return Number(rounds) <= MAX_PBKDF2_ITERATIONS ? undefined : 'PBKDF2 over 100,000 iterations';
  }
  const [, ln, r, p] = SCRYPT.exec(hash) ?? [];
  if (ln !== undefined) {
    const cost = 2 ** Number(ln) * Number(r) * Number(p);
    return cost <= MAX_SCRYPT_COST ? undefined : 'scrypt over N·r·p = 2^20';
  }
  return 'neither bcrypt, PBKDF2 nor scrypt';
}

/** @throws when `importRefusal` would name a reason */
export async function verifyImported(
  password: Uint8Array<ArrayBuffer>,
  hash: string,
): Promise<boolean> {
  const refusal = importRefusal(hash);
  if (refusal !== undefined) throw new Error(`imported hash: ${refusal}`);
  if (hash.startsWith('$2')) return bcrypt(password, hash);
  return hash.startsWith('$pbkdf2') ? pbkdf2(password, hash) : scrypt(password, hash);
}
