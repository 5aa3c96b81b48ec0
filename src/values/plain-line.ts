/**
 * Names that others are shown: in lists, mails, logs and spreadsheets. A line end begins a new line there, a bidi control
 * turns around what stands beside it, and what is invisible can be told from nothing. Pure.
 */

const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const INVISIBLE = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** Whether a text is one visible line without control characters. The empty text is none. */
export const isPlainLine = (text: string): boolean => !HIDDEN.test(text) && !INVISIBLE.test(text);

/** The same with blanks in the place of what may not be in it; undefined when nothing visible is left. */
export function toPlainLine(text: string): string | undefined {
  const line = text.replaceAll(new RegExp(`${HIDDEN.source}+`, 'gu'), ' ').trim();
  return isPlainLine(line) ? line : undefined;
}
