/**
 * `npm run outside-tools`: what tools that are not ours say of docs/openapi.json. Spectral and Redocly lint it without a
 * warning; Prism serves it and passes the contract check. They are installed for this alone: hundreds of packages are no
 * dependencies of this project.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readArgs } from '../src/cli/args.ts';
import { checkContract, Unreachable } from '../src/cli/contract/check.ts';
import { render } from '../src/cli/contract/report.ts';
import type { Report } from '../src/cli/contract/verdict.ts';

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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The contract check of a server that is still starting. */
async function checkWhenUp(url: string): Promise<Report> {
  for (const deadline = Date.now() + START_MS; ;) {
    try {
      return await checkContract({ url, mode: 'static' });
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
    const report = await checkWhenUp(`http://127.0.0.1:${port}`);
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
];
process.exitCode = results.every(Boolean) ? 0 : 1;
