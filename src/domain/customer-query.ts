/** The search of operators: one text is tried as several exact keys and as beginnings of names. Pure. */
import type { CustomerTerms } from '../ports.ts';
import { readEmail, readPhone } from './identifier.ts';

const MAX_WORDS = 4;

/** Lower-cased words without marks, as `user_words` holds them: `José Ñandú` → `jose`, `nandu`. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return [...new Set(plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean))].map((word) =>
    word.slice(0, 40),
  );
}

/**
 * A search text → the terms it may mean: an id, a username, an email, a phone, words.
 *
 * @param callingCode for numbers without one
 */
export function readQuery(q: string, callingCode: string): CustomerTerms {
  const text = q.trim();
  const lower = text.toLowerCase();
  // A `+` of a query string may arrive as a blank.
  const phone = readPhone(text, callingCode) ?? readPhone(`+${text}`, callingCode);
  return {
    id: /^[0-9a-f]{24}$/.test(lower) ? lower : undefined,
    username: /^[a-z0-9._-]{3,64}$/.test(lower) ? lower : undefined,
    email: readEmail(text)?.value,
    phone: phone?.value,
    words: wordsOf(text).slice(0, MAX_WORDS),
  };
}
