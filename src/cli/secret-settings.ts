/** Names of the settings that the schemas of src/env mark as secrets. */
import type * as z from 'zod';
import { Settings } from '../env/index.ts';
import { transportSettings } from '../env/delivery.ts';
import { isSecret } from '../env/secret.ts';

const shapes: Record<string, z.ZodType>[] = [
  Settings.shape,
  ...Object.values(transportSettings(true)).map(({ shape }) => shape),
];

/** What may only be set as a secret. */
export const SECRETS: readonly string[] = shapes
  .flatMap((shape) => Object.entries(shape))
  .filter(([, schema]) => isSecret(schema))
  .map(([name]) => name);
