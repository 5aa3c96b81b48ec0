/** The texts of one language. Texts hold `{{placeholders}}`; `values.ts` names them. */
import type { Language, Template } from '../ports/index.ts';
import { ENGLISH } from './english.ts';
import { HINDI } from './hindi.ts';

/** A paragraph of a mail. Text and HTML are both made of these, so that they say the same. */
export type Part =
  | string
  /** The code, easy to read off. */
  | { show: 'otp' }
  /** The button and its address. */
  | { show: 'link'; label: string };

export interface Wording {
  sms: string;
  subject: string;
  mail: readonly Part[];
}

export type Wordings = Readonly<Record<Template, Wording>>;

export const WORDINGS: Readonly<Record<Language, Wordings>> = { en: ENGLISH, hi: HINDI };
