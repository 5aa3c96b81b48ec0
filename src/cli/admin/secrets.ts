/** Values that are shown once, and what of them is kept. */
import { randomBytes } from 'node:crypto';
import { CommandError } from './command.ts';

/** 24 random bytes as base64url, 32 characters. */
export const newSecret = (): string => randomBytes(24).toString('base64url');

/** A secret never stands on a command line, which shells and process lists keep: the flag names a variable that holds it. */
export function fromEnvironment(flag: string, name: string): string {
  const value = process.env[name];
  if (!value) throw new CommandError(`--${flag} names the variable ${name}, which is not set.`);
  return value;
}
