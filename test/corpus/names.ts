/** Names of ten scripts, and texts that only look like names. */

export const NAMES: readonly string[] = [
  'Asha Khan',
  'José Ñandú',
  'Łukasz Żółć',
  'Øystein Ærø',
  'Jörg Straße',
  "O'Neil-Smith",
  'Nguyễn Thị Hạnh',
  'राम शर्मा',
  'रमा देवी',
  'অনন্যা সেন',
  'தமிழ்ச்செல்வி',
  'محمد علی',
  'שרה לוי',
  'สมชาย ใจดี',
  'Дмитрий Иванов',
  'Γιώργος Παπαδόπουλος',
  '山田 太郎',
  '김민수',
  'می‌خواهم',
];

/** Invisible, more than one line, or turning round what stands beside it. */
export const BAD_NAMES: readonly string[] = [
  '\u200b',
  '\u3164',
  '\u2800',
  '\u00ad',
  '\u2060\u200d',
  'Asha\u202eKhan',
  'Asha\u2066Khan',
  'Asha\nKhan',
  'Asha\u2028Khan',
  'Asha\u0000',
  'Asha\u0007',
  'Asha\u001b[31m',
  'Asha\u007f',
  'Asha\u0085Khan',
  '<b>Asha</b>',
];
