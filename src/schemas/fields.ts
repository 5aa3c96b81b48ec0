/** Fields that many requests share. Blank values never get here: `http/parse` takes null and `""` as absent. */
import * as z from 'zod';
import { readCode, toAsciiDigits, trimTyped } from '../shared/typed-text.ts';

/** Other control characters are refused in every text, see `http/parse`. */
const LINE_END = /[\t\r\n\u2028\u2029]/;
const ONE_LINE = 'must be a single line without tabs';
const bounded = (max: number) => z.string().max(max, `must be at most ${max} characters`);

/**
 * A text of one line, with a bound; the domain decides what it means. What ends up in a header, a subject, a log line or a
 * cell of a spreadsheet must be one: there a line end begins the next one.
 */
export const text = (max: number) =>
  bounded(max).refine((value) => !LINE_END.test(value), ONE_LINE);

/** The same, typed or pasted by a person: line ends and tabs around it are trimmed by whatever reads it. */
export const typedText = (max: number) =>
  bounded(max).refine((value) => !LINE_END.test(value.trim()), ONE_LINE);

/** A text of several lines, for people to read. */
export const multilineText = bounded;

/** A string in the documents, a number in many themes; both are read. */
export const digitText = (max: number) =>
  z
    .union([typedText(max), z.number().int().nonnegative()], 'must be a string of digits')
    .transform(String);
export const digits = digitText(20);

/** Digits of a code; one that a client sends as a number has lost its leading zeros. */
const CODE_DIGITS = 6;

/**
 * A one-time code, as a string or a number, with the blanks, dashes and digits that people type. No format: what matches
 * no code is the flow's `otp_invalid`.
 */
export const code = z
  .union([typedText(40), z.number().int().nonnegative()], 'must be a string of digits')
  .transform((value) =>
    typeof value === 'number' ? String(value).padStart(CODE_DIGITS, '0') : readCode(value),
  );

/** Opaque to the caller; any line of text is read, what matches nothing is refused by the flow. */
export const token = text(200);
/** A password as it was typed, to be compared. */
export const password = multilineText(1024);
/** A token of someone else's making, such as a JWT; these are long. */
export const longToken = text(8192);
export const captcha = text(4096);
export const reason = multilineText(500);
/** A name in a path or a query. Without format and bound: a name that matches nothing is a 404. */
export const id = z.string().refine((value) => !LINE_END.test(value), ONE_LINE);

const MAX_META_BYTES = 4096;
/** An object map, where the documents say string (D-6). */
export const metaMap = z
  .record(z.string(), z.unknown(), 'must be an object')
  .refine(
    (map) => new TextEncoder().encode(JSON.stringify(map)).length <= MAX_META_BYTES,
    'must be at most 4 KiB as JSON',
  );

const WHOLE = 'must be a whole number';

/** A whole number in a query, where numbers are texts. Digits only: `1e2` and `0x2` are no way to write a page. */
export const integer = (withBounds: (number: z.ZodNumber) => z.ZodNumber = (number) => number) =>
  z.preprocess(
    (value: number | string) => {
      if (typeof value !== 'string') return value;
      const typed = toAsciiDigits(trimTyped(value));
      return /^[+-]?\d+$/.test(typed) ? Number(typed) : value;
    },
    withBounds(z.number(WHOLE).int(WHOLE)),
  );

/** The same with bounds, and a default. */
export const wholeNumber = (fallback: number, max: number) =>
  integer((number) =>
    number.min(1, 'must be at least 1').max(max, `must be at most ${max}`),
  ).default(fallback);

/** A switch, as JSON has it and as queries and forms write it: `true`, `True`, `1`. */
export const flag = z.preprocess((value: boolean | 'true' | 'false') => {
  if (typeof value === 'object') return value;
  const word = String(value).trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : value;
}, z.boolean('must be true or false'));

const NO_MOMENT = 'must be a date such as 2026-11-26, or a time such as 2026-11-26T09:30:00Z';
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/** A date or a time as milliseconds, and whether it is a whole day (in UTC). */
export const moment = typedText(40)
  .transform((typed, context) => {
    const written = typed.trim();
    const at = DATE.test(written) || DATE_TIME.test(written) ? Date.parse(written) : NaN;
    if (!Number.isNaN(at)) return { at, isDay: DATE.test(written) };
    context.issues.push({ code: 'custom', message: NO_MOMENT, input: typed });
    return z.NEVER;
  })
  .optional();

/** The caller's own application id; any other text is ignored (D-17). */
export const PlatformQuery = z.object({
  platform: text(100).optional().meta({ description: 'ID of the application' }),
});

/** Path of every operation of an operator. */
export const ApplicationPath = z.object({
  company_id: id.meta({ description: 'ID of the company', examples: ['1'] }),
  application_id: id.meta({
    description: 'ID of the application',
    examples: ['000000000000000000000001'],
  }),
});

/** The same of one customer. */
export const CustomerPath = ApplicationPath.extend({
  user_id: id.meta({ description: 'ID of a customer', examples: ['5e68af49cfa09bf7233022f1'] }),
});
