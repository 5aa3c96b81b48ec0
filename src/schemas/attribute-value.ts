/** What definitions and values of user attributes have in common. */
import * as z from 'zod';
import { typedText } from './fields.ts';

/** Of one attribute. A single value that is too long is refused by its type. */
const MAX_VALUES = 50;
export const MAX_TEXT = 1_000;
/** An application has no more of them. */
export const MAX_DEFINITIONS = 200;

/** A list with a bound. */
export const list = <S extends z.ZodType>(item: S, max: number) =>
  z.array(item).max(max, `must be at most ${max}`);

/** A value of an attribute: a text, a number, true or false, or a list of them. */
export const value = z
  .union(
    [
      typedText(MAX_TEXT),
      z.number(),
      z.boolean(),
      list(z.union([typedText(MAX_TEXT), z.number(), z.boolean()]), MAX_VALUES),
    ],
    `must be one line of text, a number, true or false, or a list of at most ${MAX_VALUES} of them`,
  )
  .meta({
    description: 'A text, a number, true or false; a list of them for a multi-value attribute',
  });

/** The same in an answer: a mask, or a web address that its encoding has made longer. */
export const shownValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
]);

/** `success` is a text here, as the documents have it. */
export const SuccessMessage = z
  .object({ success: z.string().optional() })
  .meta({ id: 'SuccessMessage' });
