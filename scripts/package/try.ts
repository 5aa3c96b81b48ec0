/**
 * `npm run test:package`: installs the tarball with npm in a folder of its own, as a front-end project does, and runs the starts
 * of docs/MOCK.md there with the tools that people use. It needs a registry and some minutes; what is quick is in the gate too.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { misused, readArgs } from '../../src/cli/args.ts';
import { bad, good } from '../../src/cli/terminal.ts';
import { freePort } from '../lib/port.ts';
import { pack } from './pack.ts';
import { trialsOn, type Trial } from './trials.ts';

const ports = { mock: await freePort(), dev: await freePort() };
const trials = trialsOn(ports);
const USAGE = `
npm run test:package -- [--only NAME,…]     tries the package in projects of its own

  --only NAMES   some of ${Object.keys(trials).join(', ')}
`;
const run = promisify(execFile);
const { only } = readArgs(USAGE, { only: { type: 'string' } });
const names = only?.split(',') ?? Object.keys(trials);
const unknown = names.find((name) => !(name in trials));
if (unknown !== undefined) misused(`There is no trial "${unknown}".`);

const COMMAND_TIMEOUT_MS = 180_000;
const START_TIMEOUT_MS = 90_000;
/** No tool is to tell anybody that it was run. */
const ENV = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' };

/** Starts a server and asks for its page until that is whole. Throws with what it printed when that never happens. */
async function serve(
  folder: string,
  { command, says }: NonNullable<Trial['serves']>,
): Promise<void> {
  // A group of its own, so that what it starts ends with it.
  const child = spawn('npx', ['--no-install', ...command], {
    cwd: folder,
    env: ENV,
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  try {
    for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(500)) {
      const answer = await fetch(`http://localhost:${ports.dev}/`).catch(() => undefined);
      const page = (await answer?.text()) ?? '';
      if (answer?.status === 200 && page.includes(says)) return;
      if (Date.now() > deadline) throw new Error(`no page says "${says}":\n${printed}\n${page}`);
    }
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
}

async function attempt(name: string, trial: Trial, tarball: string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), `vestibule-try-${name}-`));
  const works = (what: string): void => console.log(`${good('works')}  ${name}: ${what}`);
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
    for (const [file, text] of Object.entries(trial.files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const words = ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, 'msw@3'];
    await run('npm', [...words, ...trial.packages], { cwd: folder });
    for (const command of trial.commands) {
      const options = { cwd: folder, timeout: COMMAND_TIMEOUT_MS, env: ENV };
      await run('npx', ['--no-install', ...command], options);
      works(command.join(' '));
    }
    if (trial.serves) {
      await serve(folder, trial.serves);
      works(`${trial.serves.command.join(' ')}: ${trial.serves.says}`);
    }
    return true;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    console.log(`${bad('fails')}  ${name}: ${String(error)}\n${stdout}${stderr}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { tarball } = pack();
let failed = 0;
for (const name of names) {
  const trial = trials[name];
  if (trial && !(await attempt(name, trial, tarball))) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
