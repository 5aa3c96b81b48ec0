/**
 * Every language that messages can be written in, by its ISO 639-1 code. A further one is a file in this folder and a line
 * here (docs/CONTRIBUTING.md, "Add a language").
 */
import type { MessageLanguage } from '../wording.ts';
import { ARABIC } from './arabic.ts';
import { ENGLISH } from './english.ts';
import { FRENCH } from './french.ts';
import { HINDI } from './hindi.ts';
import { SPANISH } from './spanish.ts';

export const LANGUAGES = {
  en: ENGLISH,
  hi: HINDI,
  es: SPANISH,
  fr: FRENCH,
  ar: ARABIC,
} as const satisfies Readonly<Record<string, MessageLanguage>>;

/** Code of one of them. */
export type Language = keyof typeof LANGUAGES;

/** All codes, English first. */
export const LANGUAGE_CODES = Object.keys(LANGUAGES) as Language[];

/** Whether a text is the code of a language that there are texts in. */
export const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

/** A language by its code; English for a code that a later version no longer has. */
export const languageAt = (code: string): MessageLanguage =>
  LANGUAGES[isLanguage(code) ? code : 'en'];
