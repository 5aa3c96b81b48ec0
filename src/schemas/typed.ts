/** Fields that people type, read once: the output is the value that is meant, and what is none is refused by name. */
import * as z from 'zod';
import { readEmail } from '../values/email.ts';
import {
  CALLING_CODE,
  isTypedNumber,
  NO_MOBILE,
  readCallingCode,
  TypedPhone,
} from '../values/phone.ts';
import { digits, typedText } from './fields.ts';

/**
 * A schema whose output is what `read` makes of the text; `problem` where it makes nothing.
 * @param read undefined for what it cannot read
 */
function readBy<S extends z.ZodType<string>, T>(
  schema: S,
  read: (text: string) => T | undefined,
  problem: string,
) {
  return schema.transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: problem, input: text });
    return z.NEVER;
  });
}

/** An address as it is compared: lower-cased, its domain in punycode. */
export const email = readBy(
  typedText(254).meta({ format: 'email', minLength: 6 }),
  readEmail,
  'is not an email address',
);

/** A country's calling code, as digits: `+91` → `91`. */
export const callingCode = readBy(
  digits(20),
  (text) => {
    const code = readCallingCode(text);
    return CALLING_CODE.test(code) ? code : undefined;
  },
  'is not a calling code',
);

/**
 * A mobile number. Which one depends on a country that no field alone knows: `http/settle` reads it in that of a
 * `country_code` beside or around it, else in that of the application (D-98).
 */
export const phone = readBy(
  // Dashes, blanks and invisible characters stand between the digits of a pasted number.
  digits(40),
  (text) => (isTypedNumber(text) ? new TypedPhone(text) : undefined),
  NO_MOBILE,
);
