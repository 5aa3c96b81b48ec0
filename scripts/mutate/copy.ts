/** A copy of the repository in which files may be broken. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface Copy {
  root: string;
  /** Writes a file of the copy. @returns what puts the old text back */
  write: (file: string, text: string) => () => void;
}

/** Files of the same content, without the content twice. What tools keep in their caches is left out. */
function link(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === '.vite' || entry.name === '.cache' || entry.name === '.mf') continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) link(source, target);
    else if (entry.isSymbolicLink()) cpSync(source, target, { verbatimSymlinks: true });
    else linkSync(source, target);
  }
}

/**
 * Copies the tracked files and the new ones that git does not ignore, as they are now, with the installed packages and the
 * built assets beside them. A copy that is there already is brought up to date.
 */
export function copyRepository(from: string, to: string): Copy {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: from,
  });
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) {
    if (name !== 'node_modules') rmSync(join(to, name), { recursive: true });
  }
  for (const file of listed.toString().split('\0')) {
    if (file === '' || !existsSync(join(from, file))) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(from, file), join(to, file));
  }
  if (existsSync(join(from, 'public')))
    cpSync(join(from, 'public'), join(to, 'public'), { recursive: true });
  if (!existsSync(join(to, 'node_modules')))
    link(join(from, 'node_modules'), join(to, 'node_modules'));
  return {
    root: to,
    write(file, text) {
      const path = join(to, file);
      const before = readFileSync(path, 'utf8');
      writeFileSync(path, text);
      return () => writeFileSync(path, before);
    },
  };
}
