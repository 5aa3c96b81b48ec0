/**
 * Zod for the Worker: a copy without the part that writes JSON Schema, which is a fifth of it. Every schema holds on to
 * that part, so no bundler can leave it out; but the OpenAPI documents are written before a Worker is built, never in it.
 * wrangler.toml puts this copy in zod's place (`alias`).
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const ZOD = dirname(createRequire(import.meta.url).resolve('zod/package.json'));
/** Called in no place of a Worker; a bundle test looks that they stay out. */
const ABSENT = ['to-json-schema', 'json-schema-processors', 'json-schema-generator'];

/** A module with the same names, none of which does anything but say so. */
function hollow(source: string): string {
  const declared = [...source.matchAll(/^export (?:const|function|class) (\w+)/gm)];
  const renamed = [...source.matchAll(/^export \{ \w+ as (\w+) \};/gm)];
  const names = [...declared, ...renamed].map(([, name = '']) => name);
  const lines = names.map((name) => `export { absent as ${name} };`);
  return `function absent() { throw new Error('zod writes no JSON Schema in a Worker'); }\n${lines.join('\n')}\n`;
}

/** The package's version: the copy is as old as this says. */
const versionOf = (folder: string): string | undefined => {
  try {
    return readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return undefined;
  }
};

/** Writes the copy to `folder`, unless the one there is of the same version. */
export function writeSlimZod(folder: string): void {
  if (versionOf(folder) === versionOf(ZOD)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(ZOD, 'index.js'), join(folder, 'index.js'));
  cpSync(join(ZOD, 'v4'), join(folder, 'v4'), {
    recursive: true,
    filter: (path) => !/\.(cjs|ts|cts)$/.test(path),
  });
  for (const name of ABSENT) {
    const file = `v4/core/${name}.js`;
    writeFileSync(join(folder, file), hollow(readFileSync(join(ZOD, file), 'utf8')));
  }
  // Last, so that a copy that was cut short is made anew.
  cpSync(join(ZOD, 'package.json'), join(folder, 'package.json'));
}
