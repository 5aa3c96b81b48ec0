/**
 * `npm run bundle`: what the two Workers and the elements weigh and what they are made of. Judged by the bundler's list of inputs, not by text:
 * the mock must not come into the real Worker, nor the real rules into the mock.
 */
import { readArgs } from '../src/cli/args.ts';
import { build, startupMs } from './lib/build.ts';
import { buildElements } from './lib/elements.ts';

const USAGE = `
npm run bundle

Builds both Workers and the elements and prints their sizes. Exits with 1 when one is too large or holds what it must not.
`;

const KIB = 1024;
/** Printed only: the machine decides it as much as the code does. */
const STARTUP_GOAL_MS = 400;

interface Worker {
  name: string;
  /** Of wrangler.toml. */
  environment: string;
  entry: string;
  maxKib?: number;
  /** What none of its inputs may match. */
  without: RegExp[];
}

const WORKERS: Worker[] = [
  {
    name: 'vestibule',
    environment: '',
    entry: 'src/worker.ts',
    maxKib: 400,
    // The documented examples are data, which the contracts quote.
    without: [/(^|\/)node_modules\/msw\//, /^mocks\/(?!examples\/.+\.json$)/],
  },
  {
    name: 'vestibule-mock',
    environment: 'mock',
    entry: 'mocks/worker.ts',
    without: [/^src\/(domain|adapters)\//, /^src\/(app|wiring|worker)\.ts$/],
  },
];

/** Prints one line for the Worker and returns its breaches. */
async function weigh({ name, environment, entry, maxKib, without }: Worker): Promise<string[]> {
  const { gzipBytes, inputs } = await build(environment);
  const kib = gzipBytes / KIB;
  const limit = maxKib === undefined ? '' : ` of ${maxKib}`;
  console.log(
    `${name.padEnd(16)}${`${kib.toFixed(1)}${limit} KiB gzip`.padEnd(24)}${inputs.length} inputs`,
  );
  const unwanted = inputs.filter((input) => without.some((pattern) => pattern.test(input)));
  const breaches = unwanted.map((input) => `${name} must not hold ${input}`);
  if (maxKib !== undefined && kib > maxKib) breaches.push(`${name} is over ${maxKib} KiB`);
  // Without its entry the list is of something else, and its silence proves nothing.
  if (!inputs.includes(entry)) breaches.push(`${name} was not built from ${entry}`);
  return breaches;
}

/** Both elements together, in the page of every shopper. */
const MAX_ELEMENTS_KIB = 45;

/** The same for the file of the elements. */
async function weighElements(): Promise<string[]> {
  const { gzipBytes, inputs } = await buildElements();
  const kib = gzipBytes / KIB;
  const size = `${kib.toFixed(1)} of ${MAX_ELEMENTS_KIB} KiB gzip`;
  console.log(`${'elements'.padEnd(16)}${size.padEnd(24)}${inputs.length} inputs`);
  const unwanted = inputs.filter((input) =>
    /node_modules\/(?!(@lit|lit|lit-html|lit-element)\/)/.test(input),
  );
  const breaches = unwanted.map((input) => `the elements must not hold ${input}`);
  return kib > MAX_ELEMENTS_KIB
    ? [...breaches, `the elements are over ${MAX_ELEMENTS_KIB} KiB`]
    : breaches;
}

readArgs(USAGE, {});
try {
  const breaches: string[] = [];
  for (const worker of WORKERS) breaches.push(...(await weigh(worker)));
  breaches.push(...(await weighElements()));
  const startup = await startupMs();
  console.log(`start-up        ${startup ?? 'unknown'} ms of CPU here, goal ${STARTUP_GOAL_MS}`);
  for (const breach of breaches) console.error(breach);
  process.exitCode = breaches.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
