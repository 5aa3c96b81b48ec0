/** Reads files of group members: the columns, and the customer that a record names. Pure. */
import type { FileColumns, ImportField, MemberChange, MemberKey } from '../../ports/index.ts';
import { isRounded, readFilePhone, ROUNDED_NUMBER } from '../identifiers/file-number.ts';
import { readEmail } from '../../values/email.ts';

const FIELDS: readonly ImportField[] = [
  'user_id',
  'email',
  'phone_number',
  'country_code',
  'mobile',
  'action',
];
/** A country alone names no user. */
const NAMING: readonly ImportField[] = FIELDS.filter(
  (field) => field !== 'country_code' && field !== 'action',
);

export const NO_COLUMNS =
  'The first line must name one of the columns user_id, email, phone_number or mobile.';

export const NO_ACTION = 'The first line must name the column action: add or remove.';

/** Of a record that says something else. */
export const NO_SUCH_ACTION = 'action is neither add nor remove';

/** The places of the columns that count, in any order and case; undefined when none of them names a customer. */
export function readHeader(
  names: readonly string[],
): FileColumns<ImportField>['places'] | undefined {
  const given = names.map((name) => name.trim().toLowerCase());
  const found = FIELDS.filter((field) => given.includes(field));
  if (!found.some((field) => NAMING.includes(field))) return undefined;
  return Object.fromEntries(found.map((field) => [field, given.indexOf(field)]));
}

/** The same for readers of headers, who choose between several readings. */
export function readMemberColumns(
  names: readonly string[],
): { columns: FileColumns<ImportField>['places']; known: number } | undefined {
  const columns = readHeader(names);
  return columns && { columns, known: Object.keys(columns).length };
}

/** A key, or why there is none, for the operator who wrote the file. */
export type ReadMember = { key: MemberKey; field: ImportField } | { problem: string };

/**
 * Whom a record names: by the first of user_id, email, phone_number and mobile that is filled.
 * @param callingCode of numbers without one
 */
export function readMember(
  fields: readonly string[],
  places: FileColumns<ImportField>['places'],
  callingCode: string,
): ReadMember {
  const cell = (field: ImportField): string => {
    const place = places[field];
    return place === undefined ? '' : (fields[place] ?? '').trim();
  };
  const field = NAMING.find((one) => cell(one) !== '');
  if (field === undefined) return { problem: 'names nobody' };
  const value = cell(field);
  if (field === 'user_id') return { key: { by: 'id', value: value.toLowerCase() }, field };
  if (field === 'email') {
    const email = readEmail(value);
    if (!email) return { problem: 'email is not an email address' };
    return { key: { by: 'email', value: email.value }, field };
  }
  const country = cell('country_code') || callingCode;
  if (isRounded(value)) return { problem: `${field} ${ROUNDED_NUMBER}` };
  const phone = readFilePhone(value, country);
  if (!phone) return { problem: `${field} is not a mobile number` };
  return { key: { by: 'phone', value: phone.value }, field };
}

/** Whether a record takes a customer out of the group; undefined when it says neither `add` nor `remove`. */
export function readRemoves(
  fields: readonly string[],
  { action }: FileColumns<ImportField>['places'],
): boolean | undefined {
  const typed = action === undefined ? '' : (fields[action] ?? '').trim().toLowerCase();
  if (typed === 'add') return false;
  return typed === 'remove' ? true : undefined;
}

/** What is to become of each customer: the last word counts. */
export function lastChanges(changes: readonly MemberChange[]): MemberChange[] {
  return [...new Map(changes.map((one) => [one.userId, one])).values()];
}
