/** Every exported function of src says what it is for. oxfmt keeps the beginnings that this looks for. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

const FUNCTION = /^export (?:async )?function\*? ?(\w+)/;
/** An arrow function; its parameters may take some lines. */
const ARROW = /^export const (\w+)[^=;]*=\s*(?:async )?(?:<[^;(]*>)?\([^;]*?=>/;

/** The exported functions of a text that no doc comment stands above. */
function undocumented(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (lines[index - 1]?.endsWith('*/')) return [];
    const found = FUNCTION.exec(line) ?? ARROW.exec(lines.slice(index, index + 12).join('\n'));
    return found?.[1] === undefined ? [] : [found[1]];
  });
}

describe('exported functions', () => {
  it('are found in each of their forms', () => {
    const text = `
export function first() {}
/** There. */
export function second() {}
export async function third() {}
export function* fourth() {}
export const fifth = (a: string): string => a;
export const sixth = async (
  a: string,
): Promise<string> => a;
export const VALUE = 1;
const own = () => 1;
export const TABLE = { a: 1 };
`;
    expect(undocumented(text)).toEqual(['first', 'third', 'fourth', 'fifth', 'sixth']);
  });

  it('have a doc comment', () => {
    const files = globSync('**/*.ts', { cwd: SRC });
    expect(files.length).toBeGreaterThan(200);
    const missing = files.flatMap((file) =>
      undocumented(readFileSync(join(SRC, file), 'utf8')).map((name) => `${file}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
