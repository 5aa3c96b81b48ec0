/** The search of operators: one text is tried as several exact keys and as beginnings of names. Pure. */
import type { CustomerTerms, Names } from '../../ports/index.ts';
import { readEmail } from '../../values/email.ts';
import { readPhone } from '../../values/phone.ts';

const MAX_WORDS = 4;

/** Accents of Latin, Greek and Cyrillic, and the points of Hebrew and Arabic. Other marks are vowels of their scripts. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g;
/** Letters that people leave out the stroke of, or write as two, and that Unicode does not take apart. */
const LETTERS: Record<string, string> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ð: 'd',
};

/** Lower case without accents: texts that fold to the same are found by each other. */
export const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(ACCENTS, '')
    .toLowerCase()
    // Lower case of a Turkish İ is an i with a dot above.
    .replaceAll(ACCENTS, '')
    .replaceAll(/[łøđħŧıßæœþð]/g, (letter) => LETTERS[letter] ?? letter);

/** Lower-cased words without accents, as `user_words` holds them: `José Łukasz` → `jose`, `lukasz`; `रमा` stays `रमा`. */
export function wordsOf(text: string): string[] {
  return [
    ...new Set(
      foldText(text)
        .split(/[^\p{L}\p{M}\p{N}]+/u)
        .filter(Boolean),
    ),
  ].map((word) => Array.from(word).slice(0, 40).join(''));
}

/**
 * A name as a whole: its words in the order of the alphabet, so that `Rao Asha` is `Asha Rao`. The sign in front keeps it
 * apart from words, which have none. Undefined for a text without words.
 */
function wholeName(text: string): string | undefined {
  const words = wordsOf(text);
  return words.length > 0 ? `=${words.toSorted().join(' ')}` : undefined;
}

/** All by which a customer is found by name, as `user_words` holds it: the words of names and username, and the whole name. */
export function searchWordsOf({ firstName = '', lastName = '', username }: Names): string[] {
  const name = `${firstName} ${lastName}`;
  const whole = wholeName(name);
  return [...wordsOf(`${name} ${username}`), ...(whole === undefined ? [] : [whole])];
}

/**
 * A search text → the terms it may mean: an id, a username, an email, a phone, or else words.
 *
 * @param callingCode for numbers without one
 */
export function readQuery(q: string, callingCode: string): CustomerTerms {
  const text = q.trim();
  const lower = text.toLowerCase();
  // A `+` of a query string may arrive as a blank.
  const phone = (readPhone(text, callingCode) ?? readPhone(`+${text}`, callingCode))?.value;
  const email = readEmail(text)?.value;
  const id = /^[0-9a-f]{24}$/.test(lower) ? lower : undefined;
  // The words of an address, such as `com`, would be those of everybody.
  const isName = id === undefined && email === undefined && phone === undefined;
  return {
    id,
    username: /^[a-z0-9._-]{3,64}$/.test(lower) ? lower : undefined,
    email,
    phone,
    name: isName ? wholeName(text) : undefined,
    words: isName ? wordsOf(text).slice(0, MAX_WORDS) : [],
  };
}
