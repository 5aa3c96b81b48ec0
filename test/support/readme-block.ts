import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code block of docs/MOCK.md whose first line names the file. */
export function readmeBlock(file: string): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/MOCK.md'), 'utf8');
  const found = page
    .split('```')
    .find((text) => text.replace(/^\w+\n/, '').startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`docs/MOCK.md has no block for ${file}`);
  return found.replace(/^\w+\n/, '');
}
