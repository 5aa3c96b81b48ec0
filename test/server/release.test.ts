/** `npm run release` in a copy of the project: one commit, after which the gate's check of the documents still passes. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyProject, type ProjectCopy } from '../support/copied-project.ts';

const VERSION = '99.0.0';

let copy: ProjectCopy;
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: copy.folder, encoding: 'utf8' });
const node = (...args: string[]): string => run(process.execPath, ...args);
const git = (...args: string[]): string =>
  run('git', '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args).trim();
const read = (file: string): string => readFileSync(join(copy.folder, file), 'utf8');

beforeAll(() => {
  copy = copyProject();
  writeFileSync(join(copy.folder, '.gitignore'), 'node_modules\n');
  const news = '## Unreleased\n\n- Something new.\n';
  writeFileSync(
    join(copy.folder, 'CHANGELOG.md'),
    read('CHANGELOG.md').replace('## Unreleased\n', news),
  );
  git('init', '--quiet');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@example.com');
  git('add', '.');
  git('commit', '--quiet', '--message', 'before');
});
afterAll(() => copy.remove());

test('a dry run changes nothing', () => {
  expect(node('scripts/release.ts', VERSION, '--dry-run')).toContain(`${VERSION} can be released`);
  expect(git('log', '--format=%s')).toBe('before');
  expect(git('status', '--porcelain')).toBe('');
});

test('the release is one commit, and the documents are still those of the table', () => {
  node('scripts/release.ts', VERSION, '--tag');
  expect(git('log', '--format=%s')).toBe(`chore(release): ${VERSION}\nbefore`);
  expect(git('status', '--porcelain')).toBe('');
  expect(git('tag', '--list')).toBe(`v${VERSION}`);
  expect(read('package.json')).toContain(`"version": "${VERSION}"`);
  expect(read('CHANGELOG.md')).toContain(`## ${VERSION}, `);
  expect(read('docs/openapi.released.json')).toBe(read('docs/openapi.json'));
  expect(node('scripts/openapi.ts')).toContain('up to date');
});
