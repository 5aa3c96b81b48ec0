/** What stands around the elements; their own texts are theirs. */
import type { Language } from '../../ports/index.ts';

export const PAGES = [
  'login',
  'register',
  'set-password',
  'verify-email',
  'verify-mobile',
  'account',
] as const;
export type PageName = (typeof PAGES)[number];

interface PageTexts {
  titles: Readonly<Record<PageName, string>>;
  back: string;
  needsScript: string;
  /** To the inbox of a developer. */
  inbox: string;
}

/** The languages that the elements have texts in too. */
export const TEXTS = {
  en: {
    titles: {
      login: 'Sign in',
      register: 'Create an account',
      'set-password': 'Set a password',
      'verify-email': 'Confirm your email',
      'verify-mobile': 'Confirm your number',
      account: 'Your account',
    },
    back: 'Back to {shop}',
    needsScript: 'This page needs JavaScript.',
    inbox: 'Messages of this shop',
  },
  hi: {
    titles: {
      login: 'साइन इन करें',
      register: 'खाता बनाएँ',
      'set-password': 'पासवर्ड सेट करें',
      'verify-email': 'अपने ईमेल की पुष्टि करें',
      'verify-mobile': 'अपने नंबर की पुष्टि करें',
      account: 'आपका खाता',
    },
    back: '{shop} पर वापस जाएँ',
    needsScript: 'इस पेज के लिए JavaScript ज़रूरी है।',
    inbox: 'इस दुकान के संदेश',
  },
} satisfies Partial<Record<Language, PageTexts>>;
export type PageLanguage = keyof typeof TEXTS;
