/** Values of user attributes: read from JSON by the type of their definition, made comparable, masked. Pure. */
import type { AttributeDefinition, AttributeRule, AttributeType } from '../../ports/index.ts';
import { invalidField, ok, type Result } from '../../shared/result.ts';
import { foldText } from '../operators/customer-query.ts';
import { readEmail } from '../../values/email.ts';
import { readPhone } from '../../values/phone.ts';
import { isPlainLine } from '../../values/plain-line.ts';
import { readDate, readWebAddress } from '../../values/profile-fields.ts';

export type AttributeScalar = string | number | boolean;
export type AttributeContent = AttributeScalar | AttributeScalar[];

/** Characters of one text. */
const MAX_TEXT = 1_000;
/** Values of one attribute of one user. */
const MAX_VALUES = 50;
/** Characters of a key in the index; that of a longer text ends in a mark. */
export const MAX_KEY = 200;
const CUT = '…';

type Read<T> = Result<T, 'validation_failed'>;

/** ISO 8601 with a time zone, as UTC. Years of another length than four digits would be out of order. */
function readInstant(text: string): string | undefined {
  const isInstant = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) && readDate(text) !== undefined;
  const time = isInstant ? Date.parse(text) : NaN;
  const instant = Number.isNaN(time) ? '' : new Date(time).toISOString();
  return /^\d{4}-/.test(instant) ? instant : undefined;
}

type Reader = (given: unknown, callingCode: string) => AttributeScalar | undefined;
const ofText =
  (read: (text: string, callingCode: string) => string | undefined): Reader =>
  (given, callingCode) => {
    if (typeof given !== 'string') return undefined;
    const text = given.trim();
    return text.length > 0 && text.length <= MAX_TEXT ? read(text, callingCode) : undefined;
  };

/** How each type reads a value of JSON, and what it wants. */
const TYPES: Record<AttributeType, { read: Reader; wants: string }> = {
  text: {
    read: ofText((text) => (isPlainLine(text) ? text : undefined)),
    wants: `one visible line of at most ${MAX_TEXT} characters`,
  },
  number: {
    read: (given) => (typeof given === 'number' && Number.isFinite(given) ? given + 0 : undefined),
    wants: 'a number',
  },
  boolean: {
    read: (given) => (typeof given === 'boolean' ? given : undefined),
    wants: 'true or false',
  },
  date: { read: ofText(readDate), wants: 'a date, YYYY-MM-DD' },
  datetime: {
    read: ofText(readInstant),
    wants: 'a time with its zone, such as 2026-11-27T10:00:00Z',
  },
  email: { read: ofText((text) => readEmail(text)?.value), wants: 'an email address' },
  url: {
    read: ofText((text) => readWebAddress(text)),
    wants: 'an https address',
  },
  phone: {
    read: ofText((text, callingCode) => readPhone(text, callingCode)?.value),
    wants: 'a mobile number',
  },
};

const charactersOf = (value: AttributeScalar): string[] => Array.from(String(value));
const lengthOf = (value: AttributeScalar): number => charactersOf(value).length;

/** Whether a value is as a rule wants it, and what that is. */
const RULES: Record<
  AttributeRule['type'],
  { holds(value: AttributeScalar, bound: never): boolean; wants(bound: unknown): string }
> = {
  min: {
    holds: (value, bound: AttributeScalar) => value >= bound,
    wants: (bound) => `must be at least ${String(bound)}`,
  },
  max: {
    holds: (value, bound: AttributeScalar) => value <= bound,
    wants: (bound) => `must be at most ${String(bound)}`,
  },
  min_length: {
    holds: (value, bound: number) => lengthOf(value) >= bound,
    wants: (bound) => `must have at least ${String(bound)} characters`,
  },
  max_length: {
    holds: (value, bound: number) => lengthOf(value) <= bound,
    wants: (bound) => `must have at most ${String(bound)} characters`,
  },
  one_of: {
    holds: (value, bound: readonly AttributeScalar[]) => bound.includes(value),
    wants: (bound) => `must be one of ${(bound as readonly AttributeScalar[]).join(', ')}`,
  },
};

/** What of a definition decides how its values are read. */
export interface ValueKind extends Pick<
  AttributeDefinition,
  'type' | 'isMultiValue' | 'validations'
> {
  /** Of the application; for phones without one. */
  callingCode: string;
}

/** One value of the type, not yet held against the rules of its definition; undefined when it is none. */
export const readScalar = (
  type: AttributeType,
  given: unknown,
  callingCode: string,
): AttributeScalar | undefined => TYPES[type].read(given, callingCode);

function readOne(
  { type, validations, callingCode }: ValueKind,
  given: unknown,
  field: string,
): Read<AttributeScalar> {
  const value = readScalar(type, given, callingCode);
  if (value === undefined) return invalidField(field, `must be ${TYPES[type].wants}`);
  // The bounds were read by the type of the same definition.
  const broken = validations.find((rule) => !RULES[rule.type].holds(value, rule.value as never));
  return broken ? invalidField(field, RULES[broken.type].wants(broken.value)) : ok(value);
}

/**
 * A value by its definition: one, or a list of different ones where the definition takes several.
 * @param field its place in the request, for the error
 */
export function readValue(kind: ValueKind, given: unknown, field: string): Read<AttributeContent> {
  if (!kind.isMultiValue) return readOne(kind, given, field);
  if (!Array.isArray(given)) return invalidField(field, 'must be a list');
  if (given.length > MAX_VALUES)
    return invalidField(field, `must have at most ${MAX_VALUES} values`);
  const values: AttributeScalar[] = [];
  for (const [index, one] of given.entries()) {
    const read = readOne(kind, one, `${field}.${index}`);
    if (!read.ok) return read;
    if (!values.includes(read.value)) values.push(read.value);
  }
  return ok(values);
}

/** A rule as a request gives it. */
export interface GivenRule {
  type: AttributeRule['type'];
  value?: unknown;
}

/**
 * The rules of a definition, with bounds of its type.
 * @param field their place in the request, for the error
 */
export function readRules(
  { type, callingCode }: Pick<ValueKind, 'type' | 'callingCode'>,
  rules: readonly GivenRule[],
  field: string,
): Read<AttributeRule[]> {
  const read: AttributeRule[] = [];
  for (const [index, rule] of rules.entries()) {
    const bound = readBound({ type, callingCode }, rule);
    if (bound === undefined) {
      return invalidField(
        `${field}.${index}`,
        `is no rule for a ${type}, or its value does not fit`,
      );
    }
    read.push(bound);
  }
  return ok(read);
}

function readBound(
  { type, callingCode }: Pick<ValueKind, 'type' | 'callingCode'>,
  { type: rule, value: given }: GivenRule,
): AttributeRule | undefined {
  const isText = type === 'text' || type === 'email' || type === 'url' || type === 'phone';
  if (rule === 'one_of') {
    if (!Array.isArray(given) || given.length === 0 || given.length > MAX_VALUES) return undefined;
    const values = given.map((one) => readScalar(type, one, callingCode));
    return values.includes(undefined) ? undefined : { type: rule, value: values };
  }
  if (rule === 'min_length' || rule === 'max_length') {
    const fits =
      isText && Number.isInteger(given) && Number(given) >= 0 && Number(given) <= MAX_TEXT;
    return fits ? { type: rule, value: given } : undefined;
  }
  const bound = isText || type === 'boolean' ? undefined : readScalar(type, given, callingCode);
  return bound === undefined ? undefined : { type: rule, value: bound };
}

/** A number as 16 hex digits whose order is that of the numbers. */
function numberKey(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = 1n << 63n;
  // The bits of IEEE 754 are in order but for the sign.
  const ordered = bits & sign ? ~bits & ((1n << 64n) - 1n) : bits | sign;
  return ordered.toString(16).padStart(16, '0');
}

/**
 * A text by which the index finds a value. Its order is that of the values; texts are folded as search folds them. A long
 * one is cut, and the mark behind it keeps it from being taken for the shorter one.
 */
export function keyOfValue(value: AttributeScalar): string {
  if (typeof value === 'number') return numberKey(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  const characters = Array.from(foldText(value));
  return characters.length > MAX_KEY
    ? characters.slice(0, MAX_KEY).join('') + CUT
    : characters.join('');
}

/** Whether a key stands for its value alone: that of a long text stands for all that begin like it. */
export const isWholeKey = (key: string): boolean => Array.from(key).length <= MAX_KEY;

/** The keys of one value or of each of several. */
export const keysOf = (content: AttributeContent): string[] => [
  ...new Set([content].flat().map(keyOfValue)),
];

/** Whether an operator sees the values masked: those of masked and encrypted attributes, without the scope `attributes:reveal`. */
export const isHiddenFrom = (
  { masking, encrypted }: Pick<AttributeDefinition, 'masking' | 'encrypted'>,
  scopes: readonly string[],
): boolean => (masking.enabled || encrypted) && !scopes.includes('attributes:reveal');

const MASK = '••••';

/** A value as those see it who may not read it: the last two characters of a longer text, else nothing of it. */
export function maskValue(content: AttributeContent): string | string[] {
  const mask = (value: AttributeScalar): string => {
    const characters = charactersOf(value);
    return characters.length < 8 ? MASK : MASK + characters.slice(-2).join('');
  };
  return Array.isArray(content) ? content.map(mask) : mask(content);
}
