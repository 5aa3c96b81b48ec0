/** Keeps the tables of docs/CONFIGURATION.md and docs/ERRORS.md equal to the code: `--write` renews them, without it a difference ends with 1. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArgs } from '../src/cli/args.ts';
import { unpadded, withTables } from './lib/configuration.ts';
import { withErrorCodes } from './lib/error-codes.ts';

const USAGE = `
node scripts/configuration.ts           exits 1 when docs/CONFIGURATION.md or docs/ERRORS.md differs from the code
npm run configuration                   renews them
`;
const PAGES: Record<string, (page: string) => string> = {
  'docs/CONFIGURATION.md': withTables,
  'docs/ERRORS.md': withErrorCodes,
};

const { write } = readArgs(USAGE, { write: { type: 'boolean', default: false } });

for (const [name, renew] of Object.entries(PAGES)) {
  const file = join(import.meta.dirname, '..', name);
  const page = readFileSync(file, 'utf8');
  const renewed = renew(page);
  if (write) {
    writeFileSync(file, renewed);
    console.log(`${name} is written.`);
  } else if (unpadded(page) === unpadded(renewed)) {
    console.log(`${name} is up to date.`);
  } else {
    console.error(`${name} differs from the code. Renew it: npm run configuration`);
    process.exitCode = 1;
  }
}
