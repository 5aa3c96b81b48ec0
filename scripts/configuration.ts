/** Keeps the tables of docs/CONFIGURATION.md equal to the code: `--write` renews them, without it a difference ends with 1. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArgs } from '../src/cli/args.ts';
import { unpadded, withTables } from './lib/configuration.ts';

const USAGE = `
node scripts/configuration.ts           exits 1 when docs/CONFIGURATION.md differs from the code
npm run configuration                   renews it
`;
const FILE = join(import.meta.dirname, '../docs/CONFIGURATION.md');

const { write } = readArgs(USAGE, { write: { type: 'boolean', default: false } });
const page = readFileSync(FILE, 'utf8');
const renewed = withTables(page);

if (write) {
  writeFileSync(FILE, renewed);
  console.log('docs/CONFIGURATION.md is written.');
} else if (unpadded(page) === unpadded(renewed)) {
  console.log('docs/CONFIGURATION.md is up to date.');
} else {
  console.error('docs/CONFIGURATION.md differs from src/env. Renew it: npm run configuration');
  process.exit(1);
}
