/** The promises that the compiler keeps for the route table, tried on the compiler itself. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = readFileSync(join(import.meta.dirname, 'rows.test-d.ts'), 'utf8');
const DIRECTIVE = /^\s*\/\/ @ts-expect-error (?<mistake>.+) — (?<code>TS\d+)$/;

interface Found {
  line: number;
  code: string;
}
const at = ({ line, code }: Found): string => `line ${line}: ${code}`;

/** Line and code of every mistake that the file announces. A directive speaks about the line below it. */
const announced = SOURCE.split('\n').flatMap((text, index) => {
  const { mistake, code } = DIRECTIVE.exec(text)?.groups ?? {};
  return mistake && code ? [{ mistake, line: index + 2, code }] : [];
});

describe('the compiler', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-types-'));
  const found = new Map<string, Found[]>();

  beforeAll(() => {
    const placed = SOURCE.replaceAll("'../../src/", `'${ROOT}/src/`);
    // The line stays, so that the numbers of all others do.
    const bare = placed.split('\n').map((text) => (DIRECTIVE.test(text) ? '//' : text));
    writeFileSync(join(folder, 'kept.ts'), placed);
    writeFileSync(join(folder, 'bare.ts'), bare.join('\n'));
    const config = { extends: join(ROOT, 'tsconfig.json'), include: ['kept.ts', 'bare.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(
      process.execPath,
      [tsc, '--noEmit', '--pretty', 'false', '-p', '.'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    for (const [, file = '', line, code = ''] of stdout.matchAll(
      /^(.+?)\((\d+),\d+\): error (TS\d+)/gm,
    )) {
      found.set(file, [...(found.get(file) ?? []), { line: Number(line), code }]);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('accepts the file with its announced mistakes, and the project behind it', () => {
    expect([...found.keys()].filter((file) => file !== 'bare.ts')).toEqual([]);
  });

  it.each(announced)('refuses $mistake', ({ line, code }) => {
    expect(found.get('bare.ts')?.map(at)).toContain(at({ line, code }));
  });

  it('finds nothing else to refuse', () => {
    expect(announced.length).toBeGreaterThan(8);
    expect(found.get('bare.ts')?.map(at)).toEqual(announced.map(at));
  });
});
