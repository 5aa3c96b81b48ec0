/** `npm run mutate`: breaks one rule at a time in a copy of this repository, and sees that a test notices. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArgs, misused } from '../src/cli/args.ts';
import { copyRepository } from './mutate/copy.ts';
import { applyTo, mistakesIn, readMutations, type Mutation } from './mutate/mutations.ts';
import { redFiles, runTests, type Verdict } from './mutate/run.ts';
import { WarmRuns } from './mutate/warm.ts';

const ROOT = join(import.meta.dirname, '..');

const USAGE = `
npm run mutate [-- flags]

Each entry of scripts/data/mutations.json breaks one rule: {id, file, find, replace, tests, project?, name?, equivalent?}.
\`find\` stands in \`file\` exactly once. The change is made in a copy of the repository under out/mutate, where the listed tests
are run; one of them has to fail. Before that they all run without any change, and have to pass. An entry with
\`equivalent\` changes nothing that a test could see, says why, and is skipped.

Exits with 1 when a mutation survives, does not apply any more, breaks the build instead of a rule, or has a test that fails
without it; with 2 when the command is wrong.

  --list        the entries, and whether they still apply; runs nothing
  --trust       leaves out the run without any change, where the tests have just passed
  --check       only the entries that do not apply any more, or name a test file that is gone; runs nothing
  --only IDS    these entries only, separated by commas; a trailing * stands for any ending
  --from ID     this entry and those after it
`;

const args = readArgs(USAGE, {
  list: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  trust: { type: 'boolean', default: false },
  only: { type: 'string' },
  from: { type: 'string' },
});

function chosen(all: readonly Mutation[]): Mutation[] {
  const start = args.from === undefined ? 0 : all.findIndex(({ id }) => id === args.from);
  if (start < 0) misused(`No mutation is called "${args.from}".`);
  if (args.only === undefined) return all.slice(start);
  const patterns = args.only.split(',');
  const unknown = patterns.find((pattern) => !all.some(({ id }) => matches(id, pattern)));
  if (unknown !== undefined) misused(`No mutation is called "${unknown}".`);
  return all.filter(({ id }) => patterns.some((pattern) => matches(id, pattern)));
}

const matches = (id: string, pattern: string): boolean =>
  pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;

const source = (root: string, { file }: Mutation): string => readFileSync(join(root, file), 'utf8');

const mutations = chosen(readMutations());
if (args.list) {
  for (const one of mutations) {
    const mistake = mistakesIn(ROOT, [one])[0];
    console.log(
      `${one.id.padEnd(28)} ${one.file.padEnd(48)} ${mistake ?? one.equivalent ?? 'applies'}`,
    );
  }
  process.exit(0);
}
const mistakes = mistakesIn(ROOT, mutations);
if (args.check) {
  for (const mistake of mistakes) console.error(mistake);
  console.log(`${mutations.length} entries, ${mistakes.length} mistakes`);
  process.exit(mistakes.length > 0 ? 1 : 0);
}

const counts: Record<Verdict['state'], number> = {
  killed: 0,
  survived: 0,
  'did not apply': 0,
  broken: 0,
  'red baseline': 0,
  equivalent: 0,
};
const copy = copyRepository(ROOT, join(ROOT, 'out/mutate'));
const red = args.trust ? new Map<string, string>() : redFiles(copy.root, mutations);
const runs = new WarmRuns(copy.root);
for (const mutation of mutations) {
  const verdict = await judge(mutation);
  counts[verdict.state] += 1;
  console.log(`${mutation.id.padEnd(28)} ${verdict.state.padEnd(13)} ${verdict.note}`);
}
const line = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
console.log(line.join(', '));
await runs.close();
process.exit(mutations.length > counts.killed + counts.equivalent ? 1 : 0);

async function judge(mutation: Mutation): Promise<Verdict> {
  if (mutation.equivalent !== undefined) return { state: 'equivalent', note: mutation.equivalent };
  const failing = mutation.tests.find((file) => red.has(file));
  if (failing !== undefined) {
    return { state: 'red baseline', note: `${failing} › ${red.get(failing)}` };
  }
  const applied = applyTo(source(copy.root, mutation), mutation);
  if (!applied.ok) return { state: 'did not apply', note: applied.problem };
  const restore = copy.write(mutation.file, applied.text);
  runs.changed(mutation.file);
  try {
    return await runTests(runs, mutation);
  } finally {
    restore();
    runs.changed(mutation.file);
  }
}
