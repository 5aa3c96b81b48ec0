/** Emails and phones of users: compared, masked, and written as the documents show them. Pure. */
import type { Identifier, IdentifierKind, IdentifierRef } from '../../ports/index.ts';

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

/**
 * The identifier that has to be proven before the primary of a kind changes: that primary; without one, another verified of the
 * kind; without any, the primary of the other kind. Undefined when none is verified.
 * @param identifiers the primary ones first, then the oldest
 */
export function provenBy(
  identifiers: readonly Identifier[],
  wanted: IdentifierKind,
): Identifier | undefined {
  const verified = verifiedOf(identifiers);
  return verified.find(({ kind }) => kind === wanted) ?? verified[0];
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
