/** `npm start` as a process of its own: the real npm path, ended with everything that it started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { portProblem } from '../../scripts/lib/port.ts';
import { allGone, groupsUnder, killGroups } from './processes.ts';

const ROOT = join(import.meta.dirname, '../..');
const ENDS_WITHIN_MS = 15_000;
/** Below the ports that systems give to connections: seconds pass before a server listens, and other tests run meanwhile. */
const PORTS = { first: 20_000, count: 12_000 };
let nextPort = Math.floor(Math.random() * PORTS.count);

/** A port that nobody listens on, and that this process has not given out before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + (nextPort % PORTS.count);
    nextPort += 1;
    if ((await portProblem(port)) === undefined) return port;
  }
}

export interface Started {
  child: ChildProcess;
  pid: number;
  /** Everything that was printed so far, stdout and stderr. */
  printed(): string;
  /** npm's exit code, once it has ended and all that it printed is here. */
  ended: Promise<number | null>;
  /** Groups of processes seen under it; more are looked for when it is ended. */
  groups: Set<number>;
}

const running = new Set<Started>();
process.once('exit', () => {
  for (const { pid, groups } of running) killGroups(new Set([...groups, ...groupsUnder(pid)]));
});

/** A developer's shell: nothing in it of the npm and the vitest that run this test. */
function shellEnv(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|WRANGLER_|CLOUDFLARE_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), npm_config_update_notifier: 'false' };
}

/**
 * Runs `npm start -- <flags>` in a process group of its own, as a terminal does.
 * @param npmFlags of npm itself
 */
export function npmStart(flags: readonly string[], npmFlags: readonly string[] = []): Started {
  // Silent, so that what is printed is ours; npm's banner would only repeat the command.
  const child = spawn('npm', ['start', '--silent', ...npmFlags, '--', ...flags], {
    cwd: ROOT,
    detached: true,
    env: shellEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('npm cannot be run');
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(started);
      resolve(code);
    });
  });
  const started = { child, pid, printed: () => text, ended, groups: new Set([pid]) };
  running.add(started);
  return started;
}

/**
 * Ends it and returns npm's exit code. SIGTERM goes to the npm process alone, as a supervisor sends it; SIGINT to its
 * whole group, as a terminal does. Throws when it does not end in time, or when any of its processes outlives it.
 */
export async function end(
  { child, pid, ended, groups: seen }: Started,
  signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM',
): Promise<number | null> {
  const groups = new Set([...seen, ...groupsUnder(pid)]);
  try {
    const alive = child.exitCode === null && child.signalCode === null;
    if (alive) process.kill(signal === 'SIGINT' ? -pid : pid, signal);
    const late = sleep(ENDS_WITHIN_MS, undefined, { ref: false }).then(() => 'late' as const);
    const code = await Promise.race([ended, late]);
    await allGone(groups);
    if (code === 'late') throw new Error(`npm start did not end within ${ENDS_WITHIN_MS} ms`);
    return code;
  } finally {
    killGroups(groups);
  }
}
