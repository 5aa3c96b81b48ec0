/** docs/CONFIGURATION.md names every variable and limit of the code, with its default. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpadded, withTables } from '../../scripts/lib/configuration.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/CONFIGURATION.md'), 'utf8');

test('the tables of docs/CONFIGURATION.md are those of the code; else: npm run configuration', () => {
  expect(unpadded(page)).toBe(unpadded(withTables(page)));
});

test('a default that changed on the page alone is noticed', () => {
  const changed = page.replace(/(\| `sendsPerHour` +\| )5 /, '$16 ');
  expect(changed).not.toBe(page);
  expect(unpadded(changed)).not.toBe(unpadded(withTables(changed)));
});
