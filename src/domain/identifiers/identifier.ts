/** Emails and phones: reading what people type, and writing it back as the documents show it. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile';
import type { Identifier, IdentifierRef } from '../../ports/index.ts';
import { toAsciiDigits, trimInvisible, trimTyped } from '../../shared/typed-text.ts';

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Letters, digits, hyphens and dots of any script; joiners are letters of some. URL judges and encodes the rest. */
const TYPED_DOMAIN = /^(?:[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]|\p{Join_Control})+$/u;
/** At least two labels of 1 to 63 letters, digits and inner hyphens; the last begins with a letter (RFC 1035, 2.3.4). */
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_EMAIL_CHARACTERS = 254;

/** A lower-cased address with its domain in punycode, or undefined when it is none. */
export function readEmail(text: string): IdentifierRef | undefined {
  const address = trimInvisible(text).toLowerCase();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local)) return undefined;
  if (!TYPED_DOMAIN.test(domain) || !URL.canParse(`https://${domain}`)) return undefined;
  const { hostname } = new URL(`https://${domain}`);
  const value = `${local}@${hostname}`;
  if (!DOMAIN.test(hostname) || value.length > MAX_EMAIL_CHARACTERS) return undefined;
  return { kind: 'email', value };
}

/** `+91`, `0091`, `"91 "`, `९१` → `91`; any other text stays what it is. */
const readCallingCode = (text: string): string =>
  toAsciiDigits(trimTyped(text)).replace(/^(\+|00)\s*/, '');

/** Blanks, brackets, dots, dashes and slashes stand between the digits of a number as people write it. */
const TYPED_NUMBER = /^\+?[\d\s()./-]+$/;

/**
 * A mobile number in E.164, or undefined when it is none. The library's metadata for mobiles only: landlines and premium
 * numbers are refused, because they cannot get an SMS or cost a fortune; and so are numbers of no country (satellite
 * phones, freephone, premium rate: +881, +800, +979), which that metadata would take.
 * @param typed as people type and paste it: with digits of their script, `00` for `+`, `tel:` in front
 * @param callingCode digits, with or without `+`; used when the number does not start with `+`
 */
export function readPhone(typed: string, callingCode: string): IdentifierRef | undefined {
  const defaultCallingCode = readCallingCode(callingCode);
  const number = toAsciiDigits(trimTyped(typed))
    .replace(/^tel:/i, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^00(?=[\s(]*[1-9])/, '+');
  if (!/^[1-9]\d{0,2}$/.test(defaultCallingCode) || !TYPED_NUMBER.test(number)) return undefined;
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

/** The national digits of a phone, as `phone` and `mobile` show them. */
export function nationalDigits(phone: IdentifierRef): string {
  return phone.value.slice(1 + String(phone.callingCode ?? '').length);
}

/** Whether both name the same address or number. */
export function sameIdentifier(a: IdentifierRef, b: IdentifierRef): boolean {
  return a.kind === b.kind && a.value === b.value;
}

/** Those that are verified, in their order. */
export function verifiedOf(identifiers: readonly Identifier[]): Identifier[] {
  return identifiers.filter((identifier) => identifier.verified);
}

/** `a***@example.com`, `+91******3958`: how messages and the log name someone without giving them away. */
export function masked({ kind, value }: IdentifierRef): string {
  if (kind === 'email') return `${value.slice(0, 1)}***${value.slice(value.lastIndexOf('@'))}`;
  // Too short to leave seven digits standing.
  return value.length < 8 ? '***' : `${value.slice(0, 3)}******${value.slice(-4)}`;
}

/** How answers name the phone a code went to: national digits and calling code, both as strings (D-10). */
export function mobileOf(phone: IdentifierRef): { mobile: string; country_code: string } {
  return { mobile: nationalDigits(phone), country_code: String(phone.callingCode ?? '') };
}
