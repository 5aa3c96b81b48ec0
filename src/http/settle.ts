/**
 * The last step of reading a request: a mobile number is read in a country that its field does not know (D-98). A schema
 * leaves it as a `TypedPhone`; here it becomes the number that is meant.
 */
import type { IdentifierRef } from '../ports/index.ts';
import type { FieldError } from '../shared/result.ts';
import { NO_MOBILE, TypedPhone } from '../values/phone.ts';

/** What a handler is given: a parsed value with every number read. */
export type Settled<T> = T extends TypedPhone
  ? IdentifierRef
  : T extends readonly (infer U)[]
    ? Settled<U>[]
    : T extends object
      ? { [K in keyof T]: Settled<T[K]> }
      : T;

/**
 * Reads the numbers in a value that its schema has parsed: in the country of a `country_code` beside them, else of one
 * around them, else in that of the application.
 * @param callingCode of the application, digits
 * @param errors gets a mistake for each text that is no mobile number there
 * @param path of the value, such as `body`
 */
export function settle(
  value: unknown,
  callingCode: string,
  errors: FieldError[],
  path: string,
): unknown {
  if (value instanceof TypedPhone) {
    const phone = value.read(callingCode);
    if (!phone) errors.push({ path, message: NO_MOBILE });
    return phone;
  }
  if (Array.isArray(value)) {
    return value.map((one, at) => settle(one, callingCode, errors, `${path}.${at}`));
  }
  if (value === null || typeof value !== 'object') return value;
  const { country_code: own } = value as { country_code?: unknown };
  const country = typeof own === 'string' ? own : callingCode;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      settle(inner, country, errors, `${path}.${key}`),
    ]),
  );
}
