/**
 * `npm run bench:mock`: the mock beside Prism, on the same document, the same Node and the same core, in alternation.
 * Absolute figures are the machine's; only the ratios of one run say something.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockTable } from '../mocks/app.ts';
import { readArgs, wholeNumber } from '../src/cli/args.ts';
import { measure, PINNED, started, type Contender, type Figures, type Load } from './load.ts';

const USAGE = `
npm run bench:mock -- [flags]     compares npm run mock with Prism, side by side

  --rounds N     alternations (default 3)
  --seconds N    seconds of load per case (default 5)
  --help         show this

Prism and autocannon are installed into a folder of the system's temporary directory; the project does not depend on them.
`;
const PRISM = '@stoplight/prism-cli@5.16.0';
const AUTOCANNON = 'autocannon@8.0.0';
const ROOT = join(import.meta.dirname, '..');

const args = readArgs(USAGE, {
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '5' },
});
const rounds = wholeNumber('rounds', args.rounds, 1, 20);
const seconds = wholeNumber('seconds', args.seconds, 1, 120);

/** Both tools outside of the project; a second run finds them there. */
function install(): string {
  const name = `vestibule-bench-${PRISM}-${AUTOCANNON}`.replaceAll(/[^\w.-]/g, '-');
  const folder = join(tmpdir(), name);
  const modules = join(folder, 'node_modules');
  if (existsSync(join(modules, 'autocannon/package.json'))) return modules;
  console.log(`Installing ${PRISM} and ${AUTOCANNON} into ${folder} …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', [...words, PRISM, AUTOCANNON], { cwd: folder, stdio: 'inherit' });
  return modules;
}

const modules = install();
const autocannon = join(modules, 'autocannon/autocannon.js');
const prism =
  (...flags: string[]) =>
  (port: number): string[] => [
    join(modules, '@stoplight/prism-cli/dist/index.js'),
    'mock',
    join(ROOT, 'docs/openapi.json'),
    `--port=${port}`,
    ...flags,
  ];
const CONTENDERS: [Contender, ...Contender[]] = [
  {
    name: 'mock',
    // As `npm run mock` starts it.
    args: (port) => [
      '--import',
      join(ROOT, 'scripts/lib/need-node.js'),
      join(ROOT, 'src/cli/mock.ts'),
      `--port=${port}`,
    ],
  },
  { name: 'Prism', args: prism() },
  { name: 'Prism, silent', args: prism('--verboseLevel', 'silent') },
];

const authorization = `Bearer ${btoa('000000000000000000000001:dev-app-token')}`;
const json = { authorization, 'content-type': 'application/json' };
const customers = mockTable.platform.getCustomers.path
  .replace('{company_id}', '1')
  .replace('{application_id}', '000000000000000000000001');
const { path: login } = mockTable.application.loginWithOTP;
const LOADS: [Load, Load, Load] = [
  {
    name: 'GET with query',
    method: 'GET',
    path: `${customers}?page_no=1&page_size=10`,
    headers: { authorization },
    status: 200,
  },
  {
    name: 'POST, body checked',
    method: 'POST',
    path: login,
    headers: json,
    body: '{"mobile":"8652523958","country_code":"91"}',
    status: 200,
  },
  { name: 'POST, refused', method: 'POST', path: login, headers: json, body: '{}', status: 400 },
];

interface Result extends Figures {
  contender: string;
  load: string;
}
const results: Result[] = [];
const starts: { contender: string; ms: number }[] = [];

for (let round = 1; round <= rounds; round += 1) {
  for (const contender of CONTENDERS) {
    const server = await started(contender, LOADS[0]);
    starts.push({ contender: contender.name, ms: server.firstAnswerMs });
    try {
      // Until the code is compiled, the figures say little.
      await measure(autocannon, server.url, LOADS[1], 2);
      for (const load of LOADS) {
        const figures = await measure(autocannon, server.url, load, seconds);
        results.push({ contender: contender.name, load: load.name, ...figures });
      }
    } finally {
      await server.stop();
    }
    console.log(`round ${round} of ${rounds}: ${contender.name}`);
  }
}

/** The middle one; of two, the lower. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
const medianOf = (contender: string, load: string, figure: keyof Figures): number =>
  median(
    results
      .filter((one) => one.contender === contender && one.load === load)
      .map((one) => one[figure]),
  );
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

console.log(
  `\nNode ${process.version}, ${cpus()[0]?.model.trim()}, ${PINNED ? 'server and load on a core each' : 'not pinned to cores'}, ` +
    `10 connections, medians of ${rounds} rounds of ${seconds} s\n`,
);
console.log(row(['', '', 'requests/s', 'p50 ms', 'p99 ms', 'mock is faster by']));
console.log(row(['---', '---', '---:', '---:', '---:', '---:']));
for (const { name: load } of LOADS) {
  const own = medianOf('mock', load, 'perSecond');
  for (const { name } of CONTENDERS) {
    const perSecond = medianOf(name, load, 'perSecond');
    const ratio = name === 'mock' ? '' : `${(own / perSecond).toFixed(1)}×`;
    const [p50, p99] = [medianOf(name, load, 'p50'), medianOf(name, load, 'p99')];
    console.log(row([load, name, Math.round(perSecond), p50, p99, ratio]));
  }
}
const firsts = CONTENDERS.map(({ name }) => {
  const ms = median(starts.filter(({ contender }) => contender === name).map((one) => one.ms));
  return `${name} ${Math.round(ms)} ms`;
});
console.log(`\nFirst answer after the start of the process: ${firsts.join('; ')}`);
