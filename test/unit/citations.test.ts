/** What code and documents refer to is there: decisions by number, and pages by path. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'mocks', 'scripts', 'test', 'bench', 'docs', '.ci'];
const TOP = ['README.md', 'CHANGELOG.md', 'wrangler.toml', 'vitest.config.ts'];
const TEXT = /\.(ts|js|md|toml|css|sql)$|^run$/;

const files = [
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && TEXT.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  ),
  ...TOP,
].map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
const documents = files.filter(({ file }) => file.endsWith('.md'));

/** A path below `docs/` anywhere, and what a Markdown link points to, seen from the page it stands on. */
function pagesNamed({ file, text }: { file: string; text: string }): string[] {
  const named = [...text.matchAll(/(?<![\w/-])docs\/[A-Za-z_-]+\.md\b/g)].map(([path]) => path);
  if (!file.endsWith('.md')) return named;
  const linked = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
  const local = linked.filter((path) => !/^[a-z]+:|^\//.test(path));
  return [...named, ...local.map((path) => join(dirname(file), path))];
}

/** The anchors of a page, as GitHub makes them of its headings. */
const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

test('every decision that is cited has its section in docs/DECISIONS.md, under a number of its own', () => {
  const page = documents.find(({ file }) => file === 'docs/DECISIONS.md')?.text ?? '';
  const numbers = [...page.matchAll(/^### (D-\d+) \S/gm)].map(([, number = '']) => number);
  expect(numbers).toEqual(numbers.map((_, index) => `D-${index + 1}`));
  const cited = files.flatMap(({ file, text }) =>
    [...text.matchAll(/\bD-\d+\b/g)].map(([number]) => ({ file, number })),
  );
  expect(cited.length).toBeGreaterThan(100);
  expect(cited.filter(({ number }) => !numbers.includes(number))).toEqual([]);
});

test('every page that is named exists', () => {
  const named = files.flatMap((one) => pagesNamed(one).map((path) => ({ file: one.file, path })));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
});

/** Sources that a comment names: from the comment's own file (`../x.ts`, `x.ts`), or from the top (`src/x`). */
function sourcesNamed({ file, text }: { file: string; text: string }): string[] {
  const comments = text.match(/\/\*\*[\s\S]*?\*\/|\/\/.*/g)?.join('\n') ?? '';
  const near = [...comments.matchAll(/`((?:(?:\.\.?\/)+(?:[\w-]+\/)*)?[\w-]+\.ts)`/g)].map(
    ([, path = '']) => join(dirname(file), path),
  );
  const far = [...comments.matchAll(/(?<![\w/.-])(?:src|mocks|scripts)\/[\w/-]*\w(?:\.\w+)?/g)];
  return [...near, ...far.map(([path]) => path)];
}

test('every source that a comment of the code names exists', () => {
  const code = files.filter(({ file }) => /^(src|mocks|scripts)\/.+\.ts$/.test(file));
  const named = code.flatMap((one) => sourcesNamed(one).map((path) => ({ file: one.file, path })));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every heading that a link points to exists', () => {
  const broken = documents.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)]
      .map(([, path = '', anchor = '']) => ({ path, anchor }))
      .filter(({ path, anchor }) => {
        const target = path === '' ? basename(file) : path;
        const found = documents.find((one) => one.file === join(dirname(file), target));
        return !found || !anchorsOf(found.text).has(anchor);
      })
      .map((link) => ({ file, ...link })),
  );
  expect(broken).toEqual([]);
});

const ELSEWHERE =
  /\b(?:rulings? \d|decisions? \d|platform-fact[s]|(?:flows|product|toolchain)\.md)/i;

test('nothing cites a page that is not in the repository', () => {
  const cited = files.flatMap(({ file, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ place: `${file}:${index + 1}`, line }))
      .filter(({ line }) => ELSEWHERE.test(line)),
  );
  expect(cited).toEqual([]);
});
