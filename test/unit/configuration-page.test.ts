/** docs/CONFIGURATION.md names every variable and limit of the code, with its default; docs/ERRORS.md every error code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpadded, withTables } from '../../scripts/lib/configuration.ts';
import { withErrorCodes } from '../../scripts/lib/error-codes.ts';

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
const page = read('CONFIGURATION.md');

test('the tables of docs/CONFIGURATION.md are those of the code; else: npm run configuration', () => {
  expect(unpadded(page)).toBe(unpadded(withTables(page)));
});

test('a default that changed on the page alone is noticed', () => {
  const changed = page.replace(/(\| `sendsPerHour` +\| )5 /, '$16 ');
  expect(changed).not.toBe(page);
  expect(unpadded(changed)).not.toBe(unpadded(withTables(changed)));
});

test('the table of docs/ERRORS.md is that of the code; else: npm run configuration', () => {
  const errors = read('ERRORS.md');
  expect(errors.match(/^\| `\w+`/gm)?.length).toBeGreaterThan(45);
  expect(unpadded(errors)).toBe(unpadded(withErrorCodes(errors)));
  const changed = errors.replace(/(\| `otp_invalid` +\| )400 /, '$1401 ');
  expect(unpadded(changed)).not.toBe(unpadded(withErrorCodes(changed)));
});
