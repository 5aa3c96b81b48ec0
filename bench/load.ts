/** Servers under load: one process each, on a core of its own where there are two, and autocannon on the other. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { freePort } from '../scripts/lib/port.ts';

const run = promisify(execFile);

export interface Load {
  name: string;
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** What every answer has to be; another one would make the comparison worthless. */
  status: number;
}
export interface Figures {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}
export interface Contender {
  name: string;
  /** Arguments for Node. */
  args(port: number): string[];
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return availableParallelism() > 1;
  } catch {
    return false;
  }
}
export const PINNED = hasTaskset();

/** A Node command line, on the given core where that can be had. */
const onCore = (core: number, args: readonly string[]): [string, string[]] =>
  PINNED
    ? ['taskset', ['-c', String(core), process.execPath, ...args]]
    : [process.execPath, [...args]];

const START_TIMEOUT_MS = 60_000;

/** Starts a contender on core 0, waits for its first answer, and says how long that took from the start of its process. */
export async function started({ name, args }: Contender, probe: Load) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [command, words] = onCore(0, args(port));
  const begun = performance.now();
  const child = spawn(command, words, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const { method, headers, body } = probe;
  for (;;) {
    const answer = await fetch(url + probe.path, { method, headers, body }).catch(() => undefined);
    if (answer) {
      await answer.arrayBuffer();
      break;
    }
    if (child.exitCode !== null || performance.now() - begun > START_TIMEOUT_MS) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not start: node ${args(port).join(' ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const firstAnswerMs = performance.now() - begun;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(timer);
  };
  return { url, firstAnswerMs, stop };
}

interface Report {
  requests: { average: number };
  latency: { p50: number; p99: number };
  errors: number;
  statusCodeStats: Record<string, { count: number }>;
}

/** Ten connections for some seconds. Throws when an answer is not what the load expects. */
export async function measure(
  autocannon: string,
  url: string,
  load: Load,
  seconds: number,
): Promise<Figures> {
  const headers = Object.entries(load.headers).flatMap(([name, value]) => [
    '-H',
    `${name}=${value}`,
  ]);
  const body = load.body === undefined ? [] : ['-b', load.body];
  const words = ['-j', '-c', '10', '-d', String(seconds), '-m', load.method, ...headers, ...body];
  const [command, args] = onCore(1, [autocannon, ...words, url + load.path]);
  const { stdout } = await run(command, args, { maxBuffer: 10_000_000 });
  const { requests, latency, errors, statusCodeStats } = JSON.parse(stdout) as Report;
  const seen = Object.keys(statusCodeStats);
  if (errors > 0 || seen.length !== 1 || seen[0] !== String(load.status)) {
    throw new Error(
      `${load.name}: expected ${load.status} only, got ${seen.join(', ')}; ${errors} errors`,
    );
  }
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99 };
}
