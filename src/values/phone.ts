/** Mobile numbers as people type and paste them. Pure. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile';
import type { IdentifierRef } from '../ports/index.ts';
import { toAsciiDigits, trimTyped } from '../shared/typed-text.ts';

/** `+91`, `0091`, `"91 "`, `९१` → `91`; any other text stays what it is. */
export const readCallingCode = (text: string): string =>
  toAsciiDigits(trimTyped(text)).replace(/^(\+|00)\s*/, '');

/** As `readCallingCode` gives it. */
export const CALLING_CODE = /^[1-9]\d{0,2}$/;

/** Blanks, brackets, dots, dashes and slashes stand between the digits of a number as people write it. */
const TYPED_NUMBER = /^\+?[\d\s()./-]+$/;

/** Without what is invisible, with ASCII digits, and with a plus in the place of `00`. */
const plainNumber = (typed: string): string =>
  toAsciiDigits(trimTyped(typed))
    .replace(/^tel:/i, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^00(?=[\s(]*[1-9])/, '+');

/**
 * A mobile number in E.164, or undefined when it is none. The library's metadata for mobiles only: landlines and premium
 * numbers are refused, because they cannot get an SMS or cost a fortune; and so are numbers of no country (satellite
 * phones, freephone, premium rate: +881, +800, +979), which that metadata would take.
 * @param typed as people type and paste it: with digits of their script, `00` for `+`, `tel:` in front
 * @param callingCode digits, with or without `+`; used when the number does not start with `+`
 */
export function readPhone(typed: string, callingCode: string): IdentifierRef | undefined {
  const defaultCallingCode = readCallingCode(callingCode);
  const number = plainNumber(typed);
  if (!CALLING_CODE.test(defaultCallingCode) || !TYPED_NUMBER.test(number)) return undefined;
  const parsed =
    parseNumber(number, defaultCallingCode) ?? parseOwnCode(number, defaultCallingCode);
  if (!parsed) return undefined;
  return { kind: 'phone', value: parsed.number, callingCode: Number(parsed.countryCallingCode) };
}

/** A valid mobile number of that country, or of the one that its `+` names. */
function parseNumber(number: string, defaultCallingCode: string) {
  try {
    const parsed = parsePhoneNumberFromString(number, { defaultCallingCode, extract: false });
    return parsed?.isValid() && !parsed.isNonGeographic() ? parsed : undefined;
  } catch {
    // The library throws on a calling code that no country has.
    return undefined;
  }
}

/** A shorter rest is rather a landline that happens to begin like the calling code: 27 820 0000 in South Africa. */
const MIN_OWN_CODE_REST = 8;

/**
 * A number that begins with its own calling code but lacks the `+`, as messengers show it. The library reads it except
 * where it could be a landline: in Germany, Indonesia and Kosovo. Only asked for what is no mobile number as it stands, so
 * that none is lost.
 */
function parseOwnCode(number: string, callingCode: string) {
  const digits = number.replaceAll(/\D/g, '');
  if (number.startsWith('+') || !digits.startsWith(callingCode)) return undefined;
  if (digits.length < callingCode.length + MIN_OWN_CODE_REST) return undefined;
  return parseNumber(`+${digits}`, callingCode);
}

/** What is said of any that is none. */
export const NO_MOBILE = 'is not a mobile number';

/** Whether a text is written like a number, in whatever country; most of what is none is told from it at once. */
export const isTypedNumber = (typed: string): boolean => TYPED_NUMBER.test(plainNumber(typed));

/** A mobile number as it came, until the country that it is read in is known: that of a field beside it, or of the shop. */
export class TypedPhone {
  readonly typed: string;

  constructor(typed: string) {
    this.typed = typed;
  }

  /**
   * The number in E.164, or undefined when it is none. The blank in front may be the plus of a query string.
   * @param callingCode of a number without one
   */
  read(callingCode: string): IdentifierRef | undefined {
    const phone = readPhone(this.typed, callingCode);
    if (phone || !this.typed.startsWith(' ')) return phone;
    return readPhone(`+${this.typed.trim()}`, callingCode);
  }
}
