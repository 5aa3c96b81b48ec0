/** What a shopper has typed to be found by. The server reads numbers and addresses; here only the kind is told apart. */
import type { Kind } from '../api/types.ts';

const NUMBER = /^[+(]?[\p{Nd}\s().\-\u200b-\u200f\u202a-\u202e]{5,40}$/u;

/**
 * @returns `email` with an `@` in it, `phone` for digits with what people write between them, `name` for anything else, such
 *   as a username; undefined when nothing was typed
 */
export function kindOf(typed: string): Kind | 'name' | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  if (text.includes('@')) return 'email';
  return NUMBER.test(text) ? 'phone' : 'name';
}

/** The digits of a code in what was typed, pasted or read from a message; digits of other scripts count. */
export function codeDigits(typed: string): string {
  const digits = [...typed.matchAll(/\p{Nd}/gu)].map(([digit]) => toAscii(digit));
  return digits.join('').slice(0, CODE_LENGTH);
}

export const CODE_LENGTH = 6;

/** Decimal digits stand in blocks of ten; the first of each block is a zero. */
function toAscii(digit: string): string {
  if (digit >= '0' && digit <= '9') return digit;
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}
