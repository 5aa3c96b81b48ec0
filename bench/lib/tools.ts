/** What is not ours: installed on demand into a folder of the system's temporary directory. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOOLS = {
  betterAuth: 'better-auth@1.7.25',
  prism: '@stoplight/prism-cli@5.16.0',
  steady: '@stdy/cli@0.22.2',
} as const;

/** The folder with all of them under `node_modules`; a second run finds them there. */
export function installTools(): string {
  const packages = Object.values(TOOLS);
  const name = `vestibule-bench-${packages.join('-')}`.replaceAll(/[^\w.-]/g, '-');
  const folder = join(tmpdir(), name);
  const done = join(folder, 'installed');
  if (existsSync(done)) return folder;
  console.error(`Installing ${packages.join(', ')} into ${folder} …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', [...words, ...packages], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(done, '');
  return folder;
}
