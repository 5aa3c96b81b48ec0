/**
 * `npm run bench`: Vestibule beside a floor and Better Auth on workerd, the mock beside Prism and Steady. Absolute figures are the
 * machine's; only the ratios of one run say something.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { misused, readArgs, wholeNumber } from '../src/cli/args.ts';
import { readSettings } from '../src/cli/wrangler.ts';
import { pin, PINNED } from './lib/cpu.ts';
import { median } from './lib/figures.ts';
import { CONNECTIONS } from './lib/load.ts';
import { installTools, TOOLS } from './lib/tools.ts';
import { workerdVersion } from './lib/worker.ts';
import { compareMocks } from './mocks.ts';
import { jsonOf, scaleTablesOf, tableOf } from './report.ts';
import { compareScale } from './scale.ts';
import { compareWorkers } from './workers.ts';

const USAGE = `
npm run bench -- [flags]     compares what is ours with a floor and with peers, side by side

  --only PART    workers (Vestibule, a floor, Better Auth), mocks (the mock, Prism, Steady) or scale (Vestibule among few and
                 among many customers); workers and mocks by default
  --rounds N     alternations (default 8 of workers, 3 of the others)
  --seconds N    seconds of load per case of the mocks (default 1)
  --customers N  how many are many, of scale (default 1,000,000, which take minutes and 3 GB to make)
  --json         figures as JSON, those of each round too
  --help         show this

Better Auth, Prism and Steady are installed into a folder of the system's temporary directory; the project does not depend on them.
Needs Linux, whose accounts of CPU time it reads.
`;

/** As many as there are shoppers for. */
const MAX_ROUNDS = 50;

const args = readArgs(USAGE, {
  only: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string', default: '1' },
  customers: { type: 'string', default: '1000000' },
  json: { type: 'boolean', default: false },
});
const { only } = args;
if (only !== undefined && only !== 'workers' && only !== 'mocks' && only !== 'scale') {
  misused(`--only takes workers, mocks or scale, not "${only}".`);
}
const rounds =
  args.rounds === undefined ? undefined : wholeNumber('rounds', args.rounds, 1, MAX_ROUNDS);
const seconds = wholeNumber('seconds', args.seconds, 1, 120);
const customers = wholeNumber('customers', args.customers, 1_000, 10_000_000);
if (!existsSync('/proc/self/stat'))
  misused('The bench reads CPU times from /proc, which is not here.');

const tools = only === 'scale' ? '' : installTools();
pin(process.pid, 1);
const tell = (text: string): void => console.error(text);
const { compatibility_date: date } = await readSettings('');
const machine =
  `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, workerd ${workerdVersion} of ${date}, ` +
  `${Object.values(TOOLS).join(', ')}; ${CONNECTIONS} connections, ` +
  (PINNED ? 'servers and load on a core each' : 'not pinned to cores');

const wanted = (part: typeof only): boolean => (only ?? part) === part;
const workers = wanted('workers') ? await compareWorkers(tools, rounds ?? 8, tell) : undefined;
const mocks = wanted('mocks') ? await compareMocks(tools, rounds ?? 3, seconds, tell) : undefined;
const scale = only === 'scale' ? await compareScale(customers, rounds ?? 3, tell) : undefined;
const starts = mocks && [...mocks.starts].map(([name, ms]) => ({ name, ms: median(ms) }));

if (args.json) {
  const parts = {
    workers: workers && jsonOf(workers, 'Vestibule'),
    mocks: mocks && jsonOf(mocks.cases, 'mock'),
    firstAnswers: starts,
    scale,
  };
  console.log(JSON.stringify({ machine, ...parts }, null, 2));
} else {
  console.log(machine);
  if (workers) {
    console.log(`\n${tableOf(workers, 'Vestibule')}`);
  }
  if (mocks && starts) {
    console.log(`\n${tableOf(mocks.cases, 'mock')}`);
    const firsts = starts.map(({ name, ms }) => `${name} ${Math.round(ms)} ms`);
    console.log(`\nFirst answer after the start of the process: ${firsts.join('; ')}`);
  }
  if (scale) console.log(`\n${scaleTablesOf(scale)}`);
}
