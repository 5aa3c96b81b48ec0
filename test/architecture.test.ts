/** The house keeps its shape: import rules, no cycles, files of a size that can be read. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ICruiseResult } from 'dependency-cruiser';
import { breachesOf, judgeImports } from './support/import-graph.ts';

const ROOT = join(import.meta.dirname, '..');
const MAX_LINES = 300;

describe('the project', () => {
  let result: ICruiseResult;
  beforeAll(async () => {
    result = await judgeImports(ROOT, ['src', 'mocks', 'scripts', 'bench', 'test']);
  });
  const sources = (): string[] =>
    result.modules
      .map(({ source }) => source)
      .filter((path) => /^(src|mocks|scripts|bench)\/.+\.ts$/.test(path));

  it('was really looked at', () => {
    expect(sources().length).toBeGreaterThan(50);
  });

  it('keeps every import rule', () => {
    expect(breachesOf(result)).toEqual([]);
  });

  it(`has no source file over ${MAX_LINES} lines`, () => {
    const lines = (path: string): number =>
      readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n').length;
    expect(sources().filter((path) => lines(path) > MAX_LINES)).toEqual([]);
  });
});

describe('the import rules', () => {
  const value = (path: string): string => `import '${path}';\n`;
  const type = (path: string): string => `import type { It } from '${path}';\n`;

  /** What the files below import. */
  const TARGETS = [
    'src/ports/index.ts',
    'src/app.ts',
    'src/env/index.ts',
    'src/http/errors.ts',
    'src/domain/user.ts',
    'src/features/otp/application.handlers.ts',
    'src/adapters/d1/users.ts',
    'src/adapters/memory/users.ts',
    'mocks/app.ts',
    'mocks/examples/a.json',
    'test/support/shop.ts',
  ];

  /** A file, what it imports, and the rules that this breaks. */
  const CASES: [file: string, imports: string, broken: string[]][] = [
    ['src/http/a.ts', value('../domain/user.ts'), ['http-values']],
    ['src/http/b.ts', type('../features/otp/application.handlers.ts'), ['http-types']],
    ['src/http/c.ts', value('../ports/index.ts'), ['http-values']],
    ['src/http/d.ts', type('../ports/index.ts') + value('hono') + value('zod'), []],
    ['src/http/e.ts', value('jose'), ['http-packages', 'only-jose']],
    ['src/domain/a.ts', value('../http/errors.ts'), ['domain-values']],
    ['src/domain/b.ts', value('node:crypto'), ['domain-packages', 'no-node-in-workers']],
    ['src/domain/c.ts', value('zod'), ['domain-packages']],
    ['src/domain/d.ts', value('./user.ts') + type('../ports/index.ts'), []],
    ['src/features/otp/a.contract.ts', value('../../domain/user.ts'), ['contract-values']],
    ['src/features/otp/b.contract.ts', value('../../../mocks/examples/a.json'), []],
    ['src/features/login/a.ts', value('../otp/application.handlers.ts'), ['feature-values']],
    ['src/features/login/b.ts', type('../otp/application.handlers.ts'), ['feature-types']],
    [
      'src/features/login/c.ts',
      value('../../../mocks/app.ts'),
      ['feature-values', 'src-stays-in-src'],
    ],
    ['src/features/login/d.ts', value('../../domain/user.ts') + type('../../ports/index.ts'), []],
    ['src/features/login/e.ts', value('../../ports/index.ts'), ['feature-values']],
    ['src/adapters/d1/a.ts', value('../../env/index.ts'), ['adapter-values']],
    ['src/adapters/d1/b.ts', type('../../env/index.ts') + value('../../ports/index.ts'), []],
    ['src/adapters/d1/c.ts', value('../memory/users.ts'), ['memory-is-for-tests-and-scenarios']],
    ['src/adapters/kv/a.ts', value('drizzle-orm'), ['only-drizzle-orm']],
    ['src/wiring.ts', value('./adapters/d1/users.ts'), []],
    ['src/pages/a.ts', value('../adapters/d1/users.ts'), ['adapters-are-wired-in-one-place']],
    ['src/pages/b.ts', value('msw'), ['only-msw']],
    ['mocks/a.ts', value('../src/domain/user.ts'), ['mock-values']],
    [
      'mocks/scenarios/a.ts',
      value('../../src/app.ts') + value('../../src/adapters/memory/users.ts'),
      [],
    ],
    ['scripts/a.ts', value('../test/support/shop.ts'), ['nobody-imports-tests']],
    ['scripts/b.ts', value('../src/adapters/d1/users.ts') + value('../src/cli/a.ts'), []],
    ['src/cli/a.ts', value('../adapters/d1/users.ts') + value('../../mocks/app.ts'), []],
    ['src/cli/b.ts', value('../../scripts/a.ts'), ['cli-needs-no-scripts']],
    ['src/views/a.ts', value('../cli/a.ts'), ['cli-stays-out-of-the-worker', 'view-values']],
    ['src/domain/loop-a.ts', value('./loop-b.ts'), ['no-cycle']],
    // A cycle is told once, at its first file.
    ['src/domain/loop-b.ts', value('./loop-a.ts'), []],
    ['src/domain/type-loop-a.ts', value('./type-loop-b.ts'), []],
    ['src/domain/type-loop-b.ts', type('./type-loop-a.ts'), []],
    ['src/pages/lost.ts', value('./nowhere.ts'), ['resolvable']],
  ];

  const folder = mkdtempSync(join(tmpdir(), 'vestibule-imports-'));
  const broken = new Map<string, Set<string>>();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  beforeAll(async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const path of TARGETS)
      write(path, path.endsWith('.json') ? '{}' : 'export type It = 1;\n');
    for (const [path, imports] of CASES) write(path, imports);
    const { summary } = await judgeImports(folder, ['src', 'mocks', 'scripts', 'test']);
    for (const { from, rule } of summary.violations) {
      broken.set(from, (broken.get(from) ?? new Set()).add(rule.name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(CASES)('%s, which has %j, breaks %j', (file, _imports, rules) => {
    expect([...(broken.get(file) ?? [])].toSorted()).toEqual(rules);
  });
});
