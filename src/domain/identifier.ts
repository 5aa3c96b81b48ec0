/** Emails and phones: reading what people type, and writing it back as the documents show it. */
import { parsePhoneNumberFromString, type MetadataJson } from 'libphonenumber-js/core';
import type { Identifier, IdentifierRef } from '../ports.ts';
import metadata from './phone-metadata.json' with { type: 'json' };

/** Mobile metadata without formatting patterns; made by scripts/phone-metadata.ts, which knows its shape. */
const METADATA = metadata as unknown as MetadataJson;

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const MAX_EMAIL_CHARACTERS = 254;

/** A lower-cased address with its domain in punycode, or undefined when it is none. */
export function readEmail(text: string): IdentifierRef | undefined {
  const address = text.trim().toLowerCase();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local)) return undefined;
  // URL does the punycode; whatever else a URL could hold in this place is no domain.
  if (/[\s/:?#@[\]\\%]/.test(domain) || !URL.canParse(`https://${domain}`)) return undefined;
  const { hostname } = new URL(`https://${domain}`);
  const value = `${local}@${hostname}`;
  if (!/^[^.].*\.[a-z][a-z0-9-]*$/.test(hostname) || value.length > MAX_EMAIL_CHARACTERS)
    return undefined;
  return { kind: 'email', value };
}

/**
 * A mobile number in E.164, or undefined when it is none. Metadata for mobiles only: landlines and premium numbers
 * are refused, because they cannot get an SMS or cost a fortune.
 * @param callingCode digits, with or without `+`; used when the number does not start with `+`
 */
export function readPhone(number: string, callingCode: string): IdentifierRef | undefined {
  const defaultCallingCode = callingCode.replace(/^\+/, '');
  if (!/^[1-9]\d{0,2}$/.test(defaultCallingCode) || !/^\+?[\d\s().-]+$/.test(number))
    return undefined;
  const parsed = parseNumber(number, defaultCallingCode);
  if (!parsed?.isValid()) return undefined;
  return { kind: 'phone', value: parsed.number, callingCode: Number(parsed.countryCallingCode) };
}

function parseNumber(number: string, defaultCallingCode: string) {
  try {
    return parsePhoneNumberFromString(number, { defaultCallingCode, extract: false }, METADATA);
  } catch {
    // The library throws on a calling code that no country has.
    return undefined;
  }
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
