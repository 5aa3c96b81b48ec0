/**
 * What people type or paste, brought to the characters that are meant: invisible ones dropped, digits of other scripts
 * read. Pure.
 */

/** Zero width characters, byte order marks, soft hyphens, and what turns the direction of writing. */
const HIDDEN = String.raw`\p{Default_Ignorable_Code_Point}\p{Bidi_Control}`;
const INVISIBLE = new RegExp(`[${HIDDEN}]`, 'gu');
const INVISIBLE_AROUND = new RegExp(`^[\\s${HIDDEN}]+|[\\s${HIDDEN}]+$`, 'gu');
const DIGIT = /\p{Nd}/gu;
const IS_DIGIT = /^\p{Nd}$/u;
const NOT_ASCII = /[^\u0000-\u007f]/;

/** The value of a digit of any script. Unicode has them in rows of ten, from zero to nine. */
function digitValue(digit: string): number {
  const point = digit.codePointAt(0) ?? 0;
  let first = point;
  // Mathematical digits are five rows in a row, so at most 49 steps.
  while (IS_DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (point - first) % 10;
}

/**
 * The text without invisible characters and blanks around it. Pasted contact cards and mails bring them along.
 * @returns the trimmed text; characters inside of words are otherwise kept
 */
export function trimTyped(text: string): string {
  return text.replaceAll(INVISIBLE, '').trim();
}

/** The text without invisible characters and blanks around it; those inside stay, where they may be letters of a script. */
export function trimInvisible(text: string): string {
  return text.replaceAll(INVISIBLE_AROUND, '');
}

/**
 * The text with the digits, blanks, dashes and pluses of other scripts and keyboards as ASCII has them.
 * `९८१०` → `9810`, `＋91` → `+91`, `98100–00001` → `98100-00001`
 */
export function toAsciiDigits(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text
    .replaceAll(DIGIT, (digit) => String(digitValue(digit)))
    .replaceAll(/\p{Pd}|\u2212/gu, '-')
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll(/[\uff0b\ufe62]/g, '+')
    .replaceAll(/[\uff08\uff09]/g, (one) => (one === '\uff08' ? '(' : ')'))
    .replaceAll(/[\uff0e\u00b7\u2024]/g, '.')
    .replaceAll('\uff0f', '/');
}

/**
 * A one-time code as it is compared: what is left of blanks, dashes and invisible characters, with digits of any script.
 * `"055 959\n"` → `055959`. Other text stays as it is and matches no code.
 */
export function readCode(text: string): string {
  return toAsciiDigits(trimTyped(text)).replaceAll(/[\s-]/g, '');
}
