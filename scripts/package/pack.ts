/** `dist/` as the tarball that a registry would serve. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** @throws Error when nothing was built yet */
export function pack(): { tarball: string; dist: string } {
  const dist = join(ROOT, 'dist');
  if (!existsSync(join(dist, 'package.json'))) throw new Error('dist/ is empty: npm run package');
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', join(ROOT, 'out')];
  const name = execFileSync('npm', words, { cwd: dist, encoding: 'utf8' }).trim();
  return { tarball: join(ROOT, 'out', name), dist };
}
