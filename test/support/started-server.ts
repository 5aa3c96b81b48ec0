/**
 * The real `npm start` for tests: on a free port, with data of its own, and gone without a trace when it is stopped.
 * Nothing here knows what is inside: a test sees what a developer sees, the printed lines and the port.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InboxItem } from '../../src/adapters/notify/inbox.ts';
import type { Limits } from '../../src/ports.ts';

export const ROOT = join(import.meta.dirname, '../..');
/** The last line of the welcome; what comes after it is the Worker's. */
const READY = 'Ctrl-C ends it.';
const READY_WITHIN = 60_000;
const GONE_WITHIN = 15_000;
const MESSAGE_WITHIN = 15_000;
const INTERVAL = 50;

export interface StartOptions {
  /** Folder of the local data; a temporary one, removed by `stop`, if left out. */
  state?: string;
  /** Flags of `npm start`, after the `--`. */
  flags?: readonly string[];
  /** Numbers that replace the defaults of security.md. */
  limits?: Partial<Limits>;
}

/** One line of the Worker's log. */
export type LogLine = Record<string, unknown>;

export interface StartedServer {
  /** Without a trailing slash. */
  url: string;
  port: number;
  state: string;
  /** Everything that was printed so far, stdout and stderr. */
  output(): string;
  /** The part of it that the Worker wrote, once it was ready. */
  workerOutput(): string;
  /** The JSON lines of the request with this id; waits until there is one. */
  logOf(requestId: string): Promise<LogLine[]>;
  /** What was sent to a phone (E.164) or an email, newest first. */
  inbox(to: string): Promise<InboxItem[]>;
  /** The newest message, once there are more than `after` of them (0 if left out). */
  messageFor(to: string, options?: { after?: number }): Promise<InboxItem>;
  /** Its code. */
  otpFor(to: string, options?: { after?: number }): Promise<string>;
  /**
   * Ends it and returns npm's exit code. SIGTERM goes to the npm process alone, as a supervisor sends it; SIGINT to its
   * whole group, as a terminal does. Throws when it does not end in time, or when any of its processes outlives it.
   */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
}

/** Polls until `probe` gives something; bounded, so that a test fails with words instead of a time-out. */
export async function eventually<T>(
  what: string,
  within: number,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${within} ms`);
    await sleep(INTERVAL);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Process {
  pid: number;
  parent: number;
  group: number;
  command: string;
}

function processes(): Process[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, group, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    // A dead process whose parent has not looked yet is no process any more.
    if (command === undefined || command.includes('<defunct>')) return [];
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), command }];
  });
}

/** The groups of a process and of all its descendants. */
export function groupsUnder(pid: number): Set<number> {
  const all = processes();
  const family = new Set([pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  return new Set(all.filter((one) => family.has(one.pid)).map(({ group }) => group));
}

/** The commands that are left of these groups. */
export function leftOf(groups: ReadonlySet<number>): string[] {
  return processes()
    .filter(({ group }) => groups.has(group))
    .map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`);
}

function killGroups(groups: ReadonlySet<number>): void {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

/** Waits until nothing is left of the groups; throws the commands of what stays, and ends it. */
export async function allGone(groups: ReadonlySet<number>): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN;
  for (let left = leftOf(groups); left.length > 0; left = leftOf(groups)) {
    if (Date.now() > deadline) {
      killGroups(groups);
      throw new Error(`outlived npm start:\n${left.join('\n')}`);
    }
    await sleep(INTERVAL);
  }
}

/** A developer's shell: nothing in it of the npm and the vitest that run this test. */
function shellEnv(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|WRANGLER_|CLOUDFLARE_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), npm_config_update_notifier: 'false' };
}

export interface Started {
  child: ChildProcess;
  /** Everything it printed so far. */
  printed(): string;
  /** npm's exit code. */
  ended: Promise<number | null>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of running) if (pid !== undefined) killGroups(groupsUnder(pid));
});

/** Runs `npm start -- <flags>` in a process group of its own. */
export function npmStart(flags: readonly string[]): Started {
  // Silent, so that what is printed is ours; npm's own banner only repeats the command.
  const child = spawn('npm', ['start', '--silent', '--', ...flags], {
    cwd: ROOT,
    detached: true,
    env: shellEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  // Whoever waits sees the error; nobody may be waiting yet.
  ended.catch(() => undefined);
  return { child, printed: () => text, ended };
}

async function endOf(ended: Promise<number | null>): Promise<number | null> {
  const late = sleep(GONE_WITHIN, undefined, { ref: false }).then(() => {
    throw new Error(`npm start did not end within ${GONE_WITHIN} ms`);
  });
  return Promise.race([ended, late]);
}

/** Signals a started one, waits for its end, and for the end of everything that it started. */
export async function end(started: Started, signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
  const { child, ended } = started;
  if (child.pid === undefined) return ended;
  const groups = groupsUnder(child.pid);
  try {
    if (child.exitCode === null) process.kill(signal === 'SIGINT' ? -child.pid : child.pid, signal);
    const code = await endOf(ended);
    await allGone(groups);
    return code;
  } finally {
    killGroups(groups);
  }
}

const jsonLines = (text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'vestibule-state-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const vars = options.limits ? ['--var', `LIMITS:${JSON.stringify(options.limits)}`] : [];
  const flags = ['--port', String(port), '--state', state, ...vars, ...(options.flags ?? [])];
  const started = npmStart(flags);
  const { printed, ended } = started;
  let over = false;
  ended.finally(() => (over = true)).catch(() => undefined);

  const removeState = () => {
    if (options.state === undefined) rmSync(state, { recursive: true, force: true });
  };
  try {
    await eventually('npm start is ready', READY_WITHIN, () => {
      if (over) throw new Error('npm start ended');
      return printed().includes(READY) ? true : undefined;
    });
  } catch (error) {
    await end(started, 'SIGTERM').catch(() => undefined);
    removeState();
    throw new Error(`${String(error)}\n${printed()}`, { cause: error });
  }

  const workerOutput = () => printed().split(READY).slice(1).join(READY).trimStart();
  const inbox = async (to: string): Promise<InboxItem[]> => {
    const response = await fetch(`${url}/_dev/inbox?to=${encodeURIComponent(to)}`);
    const { items } = (await response.json()) as { items: InboxItem[] };
    return items;
  };
  const messageFor: StartedServer['messageFor'] = async (to, { after = 0 } = {}) =>
    eventually(`message ${after + 1} to ${to}`, MESSAGE_WITHIN, async () => {
      const items = await inbox(to);
      return items.length > after ? items[0] : undefined;
    });

  return {
    url,
    port,
    state,
    output: printed,
    workerOutput,
    async logOf(requestId) {
      return eventually(`log line of ${requestId}`, MESSAGE_WITHIN, () => {
        // The last line may still be on its way.
        const whole = workerOutput().replace(/[^\n]*$/, '');
        const lines = jsonLines(whole).filter((line) => line['request_id'] === requestId);
        return lines.length > 0 ? lines : undefined;
      });
    },
    inbox,
    messageFor,
    async otpFor(to, after) {
      const { otp, template } = await messageFor(to, after);
      if (otp === undefined) throw new Error(`the newest message to ${to} is a ${template}`);
      return otp;
    },
    async stop(signal = 'SIGTERM') {
      try {
        return await end(started, signal);
      } finally {
        removeState();
      }
    },
  };
}
