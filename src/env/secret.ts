import type * as z from 'zod';

/**
 * Marks a setting that may only be set as a secret: the deploy check refuses it in wrangler.toml and says how to set it, and
 * docs/CONFIGURATION.md calls it one. Last, around what else there is: a schema made from a marked one is not marked.
 */
export const secret = <S extends z.ZodType>(schema: S): S => schema.meta({ secret: true });

/** Whether `secret` marked this schema itself. */
export const isSecret = (schema: z.ZodType): boolean => schema.meta()?.['secret'] === true;
