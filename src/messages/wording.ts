/** What a language of messages consists of. Texts hold `{{placeholders}}`; `values.ts` names them. */
import type { Template } from '../ports/index.ts';

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

/** A language with all of its texts: the compiler misses none. */
export interface MessageLanguage {
  /** In English, as pages for developers and commands list it. */
  name: string;
  /** In which days are written out. */
  locale: string;
  direction: 'ltr' | 'rtl';
  /** Drafted by a machine, and read by no native speaker so far. */
  draft?: true;
  texts: Readonly<Record<Template, Wording>>;
}
