/** Passwords: Argon2id for all that is made here, other hashes only until their first use. */
import type { Hasher } from '../../ports.ts';
import { ARGON2, argon2Hash, argon2Verify, MAX_MEMORY_KIB, newSalt } from './argon2.ts';
import { utf8 } from './encoding.ts';
import { verifyImported } from './imported-hashes.ts';

const OURS = `$argon2id$v=19$m=${ARGON2.memoryKib},t=${ARGON2.passes},p=${ARGON2.lanes}$`;
const ARGON2_PARAMETERS = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/;

/** NFC first: the same password may be typed in two encodings (ASVS 6.2). */
const bytesOf = (password: string): Uint8Array<ArrayBuffer> => utf8(password.normalize('NFC'));

/** What the password of an unknown user is held against; it costs as much as a real one, from the first time on. */
const DUMMY = `${OURS}c29tZXNhbHQxMjM0NTY3OA$DEwLbbIZGUtgBuB4gYok6r6hNvevYZoxkwMQ5/LXSaU`;

export const argon2Hasher: Hasher = {
  async hash(password) {
    return argon2Hash(bytesOf(password), newSalt());
  },

  async verify(password, hash) {
    const bytes = bytesOf(password);
    if (hash === undefined) {
      argon2Verify(bytes, DUMMY);
      return 'wrong';
    }
    const parameters = ARGON2_PARAMETERS.exec(hash);
    if (!parameters) return (await verifyImported(bytes, hash)) ? 'outdated' : 'wrong';
    if (Number(parameters[1]) > MAX_MEMORY_KIB) throw new Error('argon2: memory over the cap');
    if (!argon2Verify(bytes, hash)) return 'wrong';
    return hash.startsWith(OURS) ? 'right' : 'outdated';
  },
};
