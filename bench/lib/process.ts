/** A server of its own process, such as a mock. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/lib/port.ts';
import { PINNED } from './cpu.ts';
import type { Call } from './load.ts';

const START_TIMEOUT_MS = 60_000;

export interface Contender {
  name: string;
  /** Arguments for Node. */
  args(port: number): string[];
}
export interface Started {
  url: string;
  pid: number;
  /** From the start of its process to its first answer. */
  firstAnswerMs: number;
  stop(): Promise<void>;
}

/** Starts a contender on core 0 and waits for its first answer. */
export async function start({ name, args }: Contender, probe: Call): Promise<Started> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = [process.execPath, ...args(port)];
  const [command = '', ...rest] = PINNED ? ['taskset', '-c', '0', ...words] : words;
  const begun = performance.now();
  // A group of its own, so that what a launcher has started ends with it.
  const child = spawn(command, rest, { stdio: 'ignore', detached: true });
  const ended = once(child, 'exit');
  const { pid } = child;
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch {
      // It is gone already.
    }
  };
  const killNow = (): void => kill('SIGKILL');
  process.once('exit', killNow);
  const { method, headers, body } = probe;
  for (;;) {
    const answer = await fetch(url + probe.path, { method, headers, body }).catch(() => undefined);
    if (answer) {
      await answer.arrayBuffer();
      break;
    }
    if (child.exitCode !== null || performance.now() - begun > START_TIMEOUT_MS) {
      kill('SIGKILL');
      throw new Error(`${name} did not start: node ${args(port).join(' ')}`);
    }
    await sleep(5);
  }
  return {
    url,
    pid: pid ?? 0,
    firstAnswerMs: performance.now() - begun,
    async stop() {
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(timer);
      process.off('exit', killNow);
    },
  };
}
