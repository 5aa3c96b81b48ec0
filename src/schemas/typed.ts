/** Fields that people type, read once: the output is the value that is meant, and what is none is refused by name. */
import * as z from 'zod';
import { readEmail } from '../values/email.ts';
import { MIN_PASSWORD_CHARACTERS, passwordProblem } from '../values/new-password.ts';
import { isTenantUrl, NO_TENANT_URL } from '../values/outbound-url.ts';
import {
  CALLING_CODE,
  isTypedNumber,
  NO_MOBILE,
  readCallingCode,
  TypedPhone,
} from '../values/phone.ts';
import { isPlainLine } from '../values/plain-line.ts';
import {
  GENDERS,
  isBirthDate,
  NO_DATE,
  NO_GENDER,
  NO_NAME,
  NO_WEB_ADDRESS,
  NOT_PAST,
  readDate,
  readGender,
  readName,
  readWebAddress,
} from '../values/profile-fields.ts';
import { isWebAddress } from '../values/web-address.ts';
import { NO_USERNAME, readUsername } from '../values/username.ts';
import { digits, digitText, multilineText, text, typedText } from './fields.ts';

/**
 * A schema whose output is what `read` makes of the text; `problem` where it makes nothing.
 * @param read undefined for what it cannot read
 */
function readBy<S extends z.ZodType<string>, T>(
  schema: S,
  read: (typed: string) => T | undefined,
  problem: string,
) {
  return schema.transform((typed, context): T => {
    const value = read(typed);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: problem, input: typed });
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
  digits,
  (typed) => {
    const code = readCallingCode(typed);
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
  digitText(40),
  (typed) => (isTypedNumber(typed) ? new TypedPhone(typed) : undefined),
  NO_MOBILE,
);

/** A first or last name; a blank one is empty. */
export const name = readBy(typedText(100).meta({ pattern: '^[^<>]*$' }), readName, NO_NAME);

export const gender = readBy(typedText(20).meta({ enum: [...GENDERS] }), readGender, NO_GENDER);

/** A date of birth as `YYYY-MM-DD`, of a date or a date-time. The machine's clock says what is past. */
export const birthDate = readBy(
  typedText(40).meta({
    pattern: String.raw`^\s*\d{4}-\d{2}-\d{2}(T.*)?$`,
    description: 'ISO date, or date-time of which the date counts as written',
  }),
  readDate,
  NO_DATE,
).refine((day) => isBirthDate(day, Date.now()), NOT_PAST);

/** The https address of a picture, as the parser writes it. */
export const webAddress = readBy(
  typedText(2048).meta({ format: 'uri' }),
  (typed) => readWebAddress(typed),
  NO_WEB_ADDRESS,
);

const NO_ADDRESS = 'must be an https URL or empty';

/** The address of a picture of the shop; empty clears it. A deployment may refuse those of its own machine. */
export const imageAddress = readBy(
  // No `format`: an empty text is no URI.
  text(2048),
  (typed) => (typed === '' ? '' : readWebAddress(typed, true)),
  NO_ADDRESS,
);

/** The same for where a provider sends shoppers back: kept as it was written, because providers compare it as a text. */
export const redirectAddress = text(2048).refine(
  (typed) => typed === '' || (isWebAddress(typed, true) && !/[\s"'<>]/.test(typed)),
  NO_ADDRESS,
);

/** The address of a tenant's file. A deployment may refuse more of them: its own machine. */
export const fileAddress = text(2048)
  .meta({ format: 'uri' })
  .refine((typed) => isTenantUrl(typed, { loopback: true }), NO_TENANT_URL);

/** A name of something that others are shown. */
export const shownName = text(100).refine(isPlainLine, 'must be one visible line');

/** Lower-cased. */
export const username = readBy(
  typedText(64).meta({ minLength: 3, pattern: String.raw`^\s*[A-Za-z0-9._-]+\s*$` }),
  readUsername,
  NO_USERNAME,
);

/** A password that is chosen, as it was typed. Whether many people use it, and whether it is a name of the user, the flow asks. */
export const newPassword = multilineText(1024)
  .meta({
    format: 'password',
    minLength: MIN_PASSWORD_CHARACTERS,
    description: '8 to 128 characters, not one that many people use, nor a name of the user',
  })
  .superRefine((typed, context) => {
    const message = passwordProblem(typed);
    if (message === undefined) return;
    context.addIssue({ code: 'custom', message, params: { code: 'password_weak' } });
  });
