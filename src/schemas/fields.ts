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

/** Decision 18. */
export const PlatformQuery = z.object({
  platform: text(100).optional().meta({ description: 'ID of the application' }),
});

/** Path of every operation of an operator. No format: what matches nothing is a 404 (ruling 1). */
export const ApplicationPath = z.object({
  company_id: z.string().meta({ description: 'ID of the company' }),
  application_id: z.string().meta({ description: 'ID of the application' }),
});
