/**
 * The Worker that `npm start` runs, for tests: on a free port, with data of its own, and gone without a trace when it is
 * stopped. It shows what a developer sees: the printed lines, the port and the inbox.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InboxItem, Limits } from '../../src/ports/index.ts';
import { eventually } from './eventually.ts';
import { end, freePort, npmStart, type Started } from './npm-start.ts';
import { allGone, groupsUnder, killGroups, peakMemoryUnder } from './processes.ts';

/** The last line of the welcome; what comes after it is the Worker's. */
const READY = 'Ctrl-C ends it.';
const READY_WITHIN_MS = 80_000;
/** A message goes through a queue; a log line through two processes. */
const ARRIVES_WITHIN_MS = 30_000;

export interface StartOptions {
  /** Folder of the local data; a temporary one, removed by `stop`, if left out. */
  state?: string;
  /** More flags of `npm start`. */
  flags?: readonly string[];
  /** Numbers that replace the default limits. */
  limits?: Partial<Limits>;
  /** With `prestart`, as a newcomer runs it; for others it would only make again what vitest's setup has made. */
  prestart?: boolean;
}

/** One line of the Worker's log. */
export type LogLine = Record<string, unknown>;
/** How many messages are known already; a newer one is waited for. */
interface After {
  after?: number;
}

export interface StartedServer {
  /** Without a trailing slash. */
  url: string;
  port: number;
  state: string;
  /** Everything that was printed so far, stdout and stderr. */
  output(): string;
  /** What of it came after the welcome. */
  workerOutput(): string;
  /** The Worker's log lines so far. */
  log(): LogLine[];
  /** Those of one request; waits until there are any. */
  logOf(requestId: string): Promise<LogLine[]>;
  /** What was sent to a phone (E.164) or an email, newest first. */
  inbox(to: string): Promise<InboxItem[]>;
  messageFor(to: string, options?: After): Promise<InboxItem>;
  /** The code of the newest message. */
  otpFor(to: string, options?: After): Promise<string>;
  /** Ends it and returns npm's exit code; throws when one of its processes is left. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
  /** Ends it as a power cut does; the data stays. */
  kill(): Promise<void>;
  /** The most memory that workerd has had, in MiB. */
  peakMemory(): number;
}

async function untilReady(started: Started): Promise<void> {
  try {
    await eventually('npm start is ready', READY_WITHIN_MS, () => {
      if (started.child.exitCode !== null) throw new Error('npm start ended');
      return started.printed().includes(READY) ? true : undefined;
    });
    for (const group of groupsUnder(started.pid)) started.groups.add(group);
  } catch (error) {
    await end(started);
    throw new Error(started.printed(), { cause: error });
  }
}

export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const state = options.state ?? mkdtempSync(join(tmpdir(), 'vestibule-state-'));
  const removeState = (): void => {
    if (options.state === undefined) rmSync(state, { recursive: true, force: true });
  };
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const vars = options.limits ? ['--var', `LIMITS:${JSON.stringify(options.limits)}`] : [];
  const flags = [
    '--json',
    '--port',
    String(port),
    '--state',
    state,
    ...vars,
    ...(options.flags ?? []),
  ];
  const started = npmStart(flags, options.prestart ? [] : ['--ignore-scripts']);
  await untilReady(started).catch((error: unknown) => {
    removeState();
    throw error;
  });

  const workerOutput = (): string => {
    const printed = started.printed();
    return printed.slice(printed.indexOf(READY) + READY.length).trimStart();
  };
  const log = (): LogLine[] =>
    workerOutput()
      // The last line may still be on its way.
      .replace(/[^\n]*$/, '')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  const inbox = async (to: string): Promise<InboxItem[]> => {
    const response = await fetch(`${url}/_dev/inbox?to=${encodeURIComponent(to)}`);
    const { items } = await response.json<{ items: InboxItem[] }>();
    return items;
  };
  const messageFor: StartedServer['messageFor'] = async (to, { after = 0 } = {}) =>
    eventually(`message ${after + 1} to ${to}`, ARRIVES_WITHIN_MS, async () => {
      const items = await inbox(to);
      return items.length > after ? items[0] : undefined;
    });

  return {
    url,
    port,
    state,
    output: started.printed,
    workerOutput,
    log,
    logOf: async (requestId) =>
      eventually(`log line of ${requestId}`, ARRIVES_WITHIN_MS, () => {
        const lines = log().filter((line) => line['request_id'] === requestId);
        return lines.length > 0 ? lines : undefined;
      }),
    inbox,
    messageFor,
    async otpFor(to, after) {
      const { otp, template } = await messageFor(to, after);
      if (otp === undefined) throw new Error(`the newest message to ${to} is a ${template}`);
      return otp;
    },
    peakMemory: () => peakMemoryUnder(started.pid),
    async kill() {
      const groups = new Set([...started.groups, ...groupsUnder(started.pid)]);
      killGroups(groups);
      await allGone(groups);
    },
    async stop(signal) {
      try {
        return await end(started, signal);
      } finally {
        removeState();
      }
    },
  };
}
