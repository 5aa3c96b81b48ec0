/** Numbers in files, which spreadsheets have often been through: they take the `+` away, add `.0`, and round long ones. Pure. */
import { readPhone } from '../../values/phone.ts';
import type { IdentifierRef } from '../../ports/index.ts';

/** `9.2E+11`: how a spreadsheet shows, and saves, a number that is too long for its column. */
const ROUNDED = /^[+-]?\d(?:[.,]\d*)?E\+\d+$/i;

/** What is said of a number whose last digits are lost. */
export const ROUNDED_NUMBER =
  'was rounded by a spreadsheet: give the column the format text, and fill it again';

/** Whether a spreadsheet has rounded a number, so that nobody knows any more what it was. */
export const isRounded = (cell: string): boolean => ROUNDED.test(cell.trim());

/** `9810000001.0` → `9810000001`, before the dot counts as one of those that people write between digits. */
const withoutDecimals = (cell: string): string => cell.trim().replace(/^(\+?\d+)\.0+$/, '$1');

/**
 * A phone of a file, as `readPhone` reads it; when it is none, then as an international number whose `+` is lost.
 * @param callingCode of numbers without one
 */
export function readFilePhone(cell: string, callingCode: string): IdentifierRef | undefined {
  const [number, country] = [withoutDecimals(cell), withoutDecimals(callingCode)];
  return readPhone(number, country) ?? readPhone(`+${number}`, country);
}
