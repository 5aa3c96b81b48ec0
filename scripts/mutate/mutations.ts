/** The list of mutations, and how one changes a text. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const mutation = z.strictObject({
  /** Names the rule. */
  id: z.string().min(1),
  file: z.string().min(1),
  /** Stands in the file exactly once. */
  find: z.string().min(1),
  replace: z.string(),
  /** The test files of which one has to fail. */
  tests: z.array(z.string()).min(1),
  /** Where vitest runs them; `memory` are those of `workerd` that run on memory, in Node. */
  project: z.enum(['workerd', 'memory', 'unit', 'server']).default('workerd'),
  /** Only the tests whose names match this pattern. */
  name: z.string().optional(),
  /** Why no test can see the difference. */
  equivalent: z.string().optional(),
});
export type Mutation = z.infer<typeof mutation>;

/** @throws when the file is not a list of mutations with an id each of its own */
export function readMutations(): Mutation[] {
  const path = join(import.meta.dirname, '../data/mutations.json');
  const all = z.array(mutation).parse(JSON.parse(readFileSync(path, 'utf8')));
  const ids = all.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`${path}: two mutations are called ${twice}`);
  return all;
}

/** The changed text, or why there is none: a text that has moved would otherwise test nothing. */
export function applyTo(
  text: string,
  { find, replace }: Pick<Mutation, 'find' | 'replace'>,
): { ok: true; text: string } | { ok: false; problem: string } {
  const parts = text.split(find);
  if (parts.length !== 2) {
    return { ok: false, problem: `\`find\` stands in the file ${parts.length - 1} times` };
  }
  return { ok: true, text: parts.join(replace) };
}

/** What is wrong with these entries, each with its id; empty when all of them can be run. */
export function mistakesIn(root: string, mutations: readonly Mutation[]): string[] {
  return mutations.flatMap((one) => {
    const gone = [one.file, ...one.tests].filter((file) => !existsSync(join(root, file)));
    if (gone.length > 0) return gone.map((file) => `${one.id}: there is no ${file}`);
    const applied = applyTo(readFileSync(join(root, one.file), 'utf8'), one);
    if (!applied.ok) return [`${one.id}: ${one.file}: ${applied.problem}`];
    return one.find === one.replace ? [`${one.id}: \`replace\` changes nothing`] : [];
  });
}
