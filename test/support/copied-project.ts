/** A copy of the project in a temporary folder, for tests that change its files. The packages are those of the original. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = [
  'src',
  'mocks',
  'scripts',
  'test',
  'bench',
  'docs',
  'migrations',
  'CHANGELOG.md',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
  'wrangler.toml',
];

export interface ProjectCopy {
  folder: string;
  remove(): void;
}

/** @returns its folder, and how to remove it */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-copy-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
