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
import { jsonOf, tableOf } from './report.ts';
import { compareWorkers } from './workers.ts';

const USAGE = `
npm run bench -- [flags]     compares what is ours with a floor and with peers, side by side

  --only PART    workers (Vestibule, a floor, Better Auth) or mocks (the mock, Prism, Steady); both by default
  --rounds N     alternations (default 4 of workers, 3 of mocks)
  --seconds N    seconds of load per case of the mocks (default 1)
  --json         figures as JSON, those of each round too
  --help         show this

Better Auth, Prism and Steady are installed into a folder of the system's temporary directory; the project does not depend on them.
Needs Linux, whose accounts of CPU time it reads.
`;

const args = readArgs(USAGE, {
  only: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
});
const { only } = args;
if (only !== undefined && only !== 'workers' && only !== 'mocks') {
  misused(`--only takes workers or mocks, not "${only}".`);
}
const rounds = args.rounds === undefined ? undefined : wholeNumber('rounds', args.rounds, 1, 20);
const seconds = wholeNumber('seconds', args.seconds, 1, 120);
if (!existsSync('/proc/self/stat'))
  misused('The bench reads CPU times from /proc, which is not here.');

const tools = installTools();
pin(process.pid, 1);
const tell = (text: string): void => console.error(text);
const { compatibility_date: date } = await readSettings('');
const machine =
  `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, workerd ${workerdVersion} of ${date}, ` +
  `${Object.values(TOOLS).join(', ')}; ${CONNECTIONS} connections, ` +
  (PINNED ? 'servers and load on a core each' : 'not pinned to cores');

const workers = only === 'mocks' ? undefined : await compareWorkers(tools, rounds ?? 4, tell);
const mocks =
  only === 'workers' ? undefined : await compareMocks(tools, rounds ?? 3, seconds, tell);
const starts = mocks && [...mocks.starts].map(([name, ms]) => ({ name, ms: median(ms) }));

if (args.json) {
  const parts = {
    workers: workers && jsonOf(workers, 'Vestibule'),
    mocks: mocks && jsonOf(mocks.cases, 'mock'),
    firstAnswers: starts,
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
}
