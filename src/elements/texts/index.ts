/** Texts by language, and a page's own ones over them. */
import { ENGLISH } from './english.ts';
import { HINDI } from './hindi.ts';

export type TextKey = keyof typeof ENGLISH;
export type Texts = Readonly<Record<TextKey, string>>;

export const LANGUAGES = { en: ENGLISH, hi: HINDI } as const satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;

const isKnown = (language: string): language is Language => Object.hasOwn(LANGUAGES, language);

/** The first of the tags (`hi-IN`, `en`) whose language there are texts in; else English. */
export function languageOf(tags: readonly string[]): Language {
  const primary = tags.map((tag) => tag.toLowerCase().split(/[-_]/)[0] ?? '');
  return primary.find(isKnown) ?? 'en';
}

/** @param own of the page, which win */
export function textsOf(language: Language, own: Partial<Texts> = {}): Texts {
  return { ...LANGUAGES[language], ...own };
}
