/** Fields that many requests share. Blank values never get here: `http/parse` takes null and `""` as absent. */
import * as z from 'zod';

/** Any text with a bound; the domain decides what it means. */
export const text = (max: number) => z.string().max(max, `must be at most ${max} characters`);

/** Decision 10: a string in the documents, a number in many themes; both are read. */
export const digits = z
  .union([text(20), z.number().int()], 'must be a string of digits')
  .transform(String);

export const email = text(254);
/** Opaque to the caller; any text is read, what matches nothing is refused by the flow. */
export const token = text(200);
export const name = text(100);
/** A password as it was typed. What a new one must be like, the domain decides. */
export const password = text(1024);
/** A token of someone else's making, such as a JWT; these are long. */
export const longToken = text(8192);
export const captcha = text(4096);
export const reason = text(500);

const MAX_META_BYTES = 4096;
/** Decision 6: an object map, where the documents say string. */
export const metaMap = z
  .record(z.string(), z.unknown())
  .refine(
    (map) => new TextEncoder().encode(JSON.stringify(map)).length <= MAX_META_BYTES,
    'must be at most 4 KiB as JSON',
  );

/** A number in a query: coerced, bounded, with a default. */
export const wholeNumber = (fallback: number, max: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`)
    .default(fallback);

/** A boolean in a query. */
export const flag = z.preprocess((value: boolean | 'true' | 'false') => {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
}, z.boolean('must be true or false'));

/** Decision 18. */
export const PlatformQuery = z.object({
  platform: text(100).optional().meta({ description: 'ID of the application' }),
});

/** Path of every operation of an operator. No format: what matches nothing is a 404 (ruling 1). */
export const ApplicationPath = z.object({
  company_id: z.string().meta({ description: 'ID of the company', examples: ['1'] }),
  application_id: z
    .string()
    .meta({ description: 'ID of the application', examples: ['000000000000000000000001'] }),
});

/** The same of one customer. */
export const CustomerPath = ApplicationPath.extend({
  user_id: z
    .string()
    .meta({ description: 'ID of a customer', examples: ['5e68af49cfa09bf7233022f1'] }),
});
