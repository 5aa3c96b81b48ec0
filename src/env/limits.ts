/** The variable `LIMITS`: it may change each limit. */
import * as z from 'zod';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import type { Limits } from '../ports/index.ts';

const PERCENT: ReadonlySet<string> = new Set([
  'smsAlertPercent',
  'smsBrakePercent',
  'databaseAlertPercent',
]);

const positive = (name: string): z.ZodNumber => {
  const number = z.number().int().positive();
  return PERCENT.has(name) ? number.max(100) : number;
};

// Every key of the defaults has its schema; `fromEntries` loses the names.
const shape = Object.fromEntries(
  Object.entries<number>({ ...DEFAULT_LIMITS }).map(([name, value]) => [
    name,
    positive(name).default(value),
  ]),
) as Record<keyof Limits, z.ZodDefault<z.ZodNumber>>;

export const LimitsSchema = z.strictObject(shape) satisfies z.ZodType<Limits>;
