/**
 * `npm run outside-tools`: what tools that are not ours say of docs/openapi.json. Spectral and Redocly lint it without a
 * warning; Prism serves it and passes the contract check, and as a proxy before scenarios of the mock finds no breach in their
 * answers. They are installed for this alone: hundreds of packages are no dependencies of this project.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArgs } from '../src/cli/args.ts';
import { checkContract, Unreachable } from '../src/cli/contract/check.ts';
import { inboxCodes } from '../src/cli/contract/codes.ts';
import { render } from '../src/cli/contract/report.ts';
import { Target } from '../src/cli/contract/target.ts';
import type { Report } from '../src/cli/contract/verdict.ts';
import { listenWith } from '../src/cli/mock/server.ts';
import { createPanel } from '../mocks/panel/app.ts';
import { createScenarios } from '../mocks/scenarios/host.ts';
import { DEMO } from '../mocks/demo.ts';
import { freePort } from './lib/port.ts';

const USAGE = `
npm run outside-tools    installs Spectral, Redocly and Prism into out/outside-tools, once, and has them look at docs/openapi.json
`;
const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'out/outside-tools');
const DOCUMENT = join(ROOT, 'docs/openapi.json');
const VERSIONS: Readonly<Record<string, string>> = {
  '@redocly/cli': '2.77.0',
  '@stoplight/prism-cli': '5.14.2',
  '@stoplight/spectral-cli': '6.16.3',
};
const START_MS = 90_000;
/** No tool is to tell anybody that it was run. */
const ENV = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

const bin = (name: string): string => join(FOLDER, 'node_modules/.bin', name);

function install(): void {
  mkdirSync(FOLDER, { recursive: true });
  const json = JSON.stringify({ private: true, dependencies: VERSIONS });
  const file = join(FOLDER, 'package.json');
  writeFileSync(file, json);
  if (['spectral', 'redocly', 'prism'].every((name) => existsSync(bin(name)))) return;
  const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', flags, { cwd: FOLDER, stdio: 'inherit' });
  if (status !== 0) throw new Error('the tools cannot be installed');
}

/** Runs a linter; its report is printed when it finds something. */
function lint(name: string, args: string[], isClean: (output: string) => boolean): boolean {
  const { status, stdout, stderr } = spawnSync(bin(name), args, {
    encoding: 'utf8',
    env: ENV,
    cwd: FOLDER,
  });
  const clean = status === 0 && isClean(stdout + stderr);
  console.log(
    `${clean ? 'ok      ' : 'FAILED  '} ${name}: ${clean ? 'no warning' : `\n${stdout}${stderr}`}`,
  );
  return clean;
}

/** Checks a server that is still starting. */
async function whenUp(check: () => Promise<Report>): Promise<Report> {
  for (const deadline = Date.now() + START_MS; ;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof Unreachable) || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function prism(): Promise<boolean> {
  const port = await freePort();
  const args = ['mock', DOCUMENT, '--port', String(port), '--host', '127.0.0.1'];
  const server = spawn(bin('prism'), args, { env: ENV, stdio: 'ignore' });
  try {
    const url = `http://127.0.0.1:${port}`;
    const report = await whenUp(async () => checkContract({ url, mode: 'static' }));
    const { passed } = report.summary;
    console.log(
      `${report.ok ? 'ok      ' : 'FAILED  '} prism: ${passed} of ${report.operations.length} operations passed`,
    );
    if (!report.ok) console.log(render('table', report));
    return report.ok;
  } finally {
    server.kill();
  }
}

/** What Prism's proxy says of one exchange, in the header `sl-violations`. */
interface Violation {
  location: string[];
  code: string;
  message: string;
}

/** Runs `work` and collects what Prism's proxy finds in the answers to its requests; wrong requests are sent on purpose. */
async function violationsIn(
  work: () => Promise<unknown>,
): Promise<{ seen: number; found: string[] }> {
  const real = globalThis.fetch;
  const found = new Set<string>();
  let seen = 0;
  let asked = 0;
  globalThis.fetch = async (input, init) => {
    const response = await real(input, init);
    seen += 1;
    const said = response.headers.get('sl-violations') ?? '[]';
    for (const { location, code, message } of JSON.parse(said) as Violation[]) {
      if (location[0] === 'request') asked += 1;
      if (location[0] !== 'response') continue;
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      found.add(`${pathname} ${response.status} ${location.join('.')} ${code}: ${message}`);
    }
    return response;
  };
  try {
    await work();
  } finally {
    globalThis.fetch = real;
  }
  // Wrong requests are sent on purpose: a proxy that names none of them judges nothing.
  if (asked === 0) found.add('Prism names no wrong request');
  return { seen, found: [...found] };
}

/** The journeys of the contract check on a scenario, with Prism's proxy between. */
async function prismBefore(scenario: string): Promise<boolean> {
  const mock = await listenWith(createPanel({ scenarios: createScenarios({ scenario }) }).fetch, 0);
  const port = await freePort();
  const behind = `http://127.0.0.1:${mock.port}`;
  const args = ['proxy', DOCUMENT, behind, '--port', String(port), '--host', '127.0.0.1'];
  const server = spawn(bin('prism'), args, { env: ENV, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  // Prism forwards documented paths alone, and the inbox is none.
  const direct = { url: behind, credentials: DEMO, maxTimeMs: 15_000, headers: {} };
  const codes = inboxCodes(new Target(direct));
  const tokens = { social: 'new-person', appleUser: 'scenario-new-person', login: 'company-token' };
  try {
    const { seen, found } = await violationsIn(async () =>
      whenUp(async () => checkContract({ url, mode: 'full', codes, tokens })),
    );
    const name = `prism's proxy before ${scenario}`;
    console.log(
      `${found.length === 0 ? 'ok      ' : 'FAILED  '} ${name}: ${seen} answers, ${found.length} breaches`,
    );
    for (const one of found) console.log(`  ${one}`);
    return found.length === 0;
  } finally {
    server.kill();
    await mock.stop();
  }
}

readArgs(USAGE, {});
install();
writeFileSync(join(FOLDER, 'spectral.json'), JSON.stringify({ extends: ['spectral:oas'] }));
const results = [
  lint(
    'spectral',
    ['lint', '--fail-severity', 'hint', '--ruleset', 'spectral.json', DOCUMENT],
    () => true,
  ),
  lint(
    'redocly',
    ['lint', '--extends', 'recommended', DOCUMENT],
    (output) => !/\d+ warnings?\b/.test(output),
  ),
  await prism(),
  await prismBefore('new-shopper'),
  await prismBefore('social-new'),
  await prismBefore('admin-console'),
];
process.exitCode = results.every(Boolean) ? 0 : 1;
