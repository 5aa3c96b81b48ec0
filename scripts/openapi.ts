/** Keeps docs/openapi.json equal to the route table: `--write` renews it, without it a difference ends with 1. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArgs } from '../src/cli/args.ts';
import { documentText } from './lib/document.ts';

const USAGE = `
node scripts/openapi.ts           exits 1 when docs/openapi.json differs from the route table
node scripts/openapi.ts --write   renews docs/openapi.json
`;
const FILE = join(import.meta.dirname, '../docs/openapi.json');

function stored(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

const { write } = readArgs(USAGE, { write: { type: 'boolean', default: false } });
const text = documentText();

if (write) {
  writeFileSync(FILE, text);
  console.log('docs/openapi.json is written.');
} else if (stored() === text) {
  console.log('docs/openapi.json is up to date.');
} else {
  const [before, after] = [stored().split('\n'), text.split('\n')];
  const line = after.findIndex((content, index) => content !== before[index]);
  console.error(
    `docs/openapi.json differs from the route table, first in line ${line + 1}:\n` +
      `- ${before[line] ?? '(end of file)'}\n+ ${after[line] ?? '(end of file)'}\n` +
      'Renew it: node scripts/openapi.ts --write',
  );
  process.exit(1);
}
