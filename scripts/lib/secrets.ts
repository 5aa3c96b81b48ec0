/** Names of the settings that the schemas of src/config mark as secrets. */
import type * as z from 'zod';
import { Settings } from '../../src/config.ts';
import { transportSettings } from '../../src/config/delivery.ts';
import { isSecret } from '../../src/config/secret.ts';

const shapes: Record<string, z.ZodType>[] = [
  Settings.shape,
  ...Object.values(transportSettings(true)).map(({ shape }) => shape),
];

/** What may only be set as a secret. */
export const SECRETS: readonly string[] = shapes
  .flatMap((shape) => Object.entries(shape))
  .filter(([, schema]) => isSecret(schema))
  .map(([name]) => name);
