/** Values that are shown once, and what of them is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { Refused } from './command.ts';

/** 24 random bytes as base64url, 32 characters. */
export const newSecret = (): string => randomBytes(24).toString('base64url');

/** 24 hex digits, as every id of the documents. */
export const newId = (now: number): string =>
  Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0') + randomBytes(8).toString('hex');

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A secret never stands on a command line, which shells and process lists keep: the flag names a variable that holds it. */
export function fromEnvironment(flag: string, name: string): string {
  const value = process.env[name];
  if (!value) throw new Refused(`--${flag} names the variable ${name}, which is not set.`);
  return value;
}
