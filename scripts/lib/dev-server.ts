/** `wrangler dev` as a child: started quietly, waited for, and ended with all of its own children. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSieve } from './dev-output.ts';
import { spawnWrangler } from '../../src/cli/wrangler.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 100;
/** A Worker that starts but cannot run answers every request with an error; a few of them in a row are proof enough. */
const MAX_BAD_ANSWERS = 3;
/** The time that wrangler has to end by itself before it is killed. */
const STOP_TIMEOUT_MS = 3000;

export interface DevServerOptions {
  port: number;
  /** Folder of the local data. */
  state: string;
  vars: Record<string, string>;
  /** Shows a line of the Worker; without it they go to this process's output as they are. */
  show?(line: string): void;
}

export interface DevServer {
  /** Of wrangler; undefined when it could not be started. */
  pid: number | undefined;
  /** Settles when wrangler is gone, with its exit code. */
  exited: Promise<number>;
  /** The output of wrangler and the Worker before they were ready. */
  output(): string;
  /** True when /healthz answers 200, false when it will not. Afterwards the Worker's lines go to this process's output. */
  ready(): Promise<boolean>;
  /** Ends wrangler, workerd and esbuild. */
  stop(): Promise<void>;
}

/** Signals the whole process group; one that is gone already is no mistake. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // There is no terminal left to write to.
  }
}

function argsOf({ port, state, vars }: DevServerOptions): string[] {
  return [
    'dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    `--persist-to=${state}`,
    // The debugger's port would be the same for every checkout.
    '--inspector-port=0',
    '--show-interactive-dev-session=false',
    ...Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
  ];
}

export function startDevServer(options: DevServerOptions): DevServer {
  // The probe is known by its request id, which the Worker repeats in its log lines.
  const probe = `npm-start-${process.pid}`;
  // A group of its own: a Ctrl-C reaches this process alone, which then ends the group in one go.
  const child = spawnWrangler(argsOf(options), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Whatever ends this process, a closed output included: wrangler does not outlive it.
  process.once('exit', () => signalGroup(child, 'SIGKILL'));
  const early: string[] = [];
  let isReady = false;
  for (const stream of ['stdout', 'stderr'] as const) {
    // One sieve from the first byte on: a line that is cut by the moment of readiness stays one line.
    const sieve = createSieve((line) => {
      // Until then the probe's own log lines say why the Worker does not answer.
      if (!isReady) early.push(line);
      else if (line.includes(probe)) return;
      else if (options.show) options.show(line);
      else process[stream].write(`${line}\n`);
    });
    child[stream]
      ?.setEncoding('utf8')
      .on('data', sieve)
      .once('end', () => sieve('\n'));
  }
  const gone = new AbortController();
  const exited = new Promise<number>((resolve) => {
    const end = (code: number): void => {
      gone.abort();
      // Wrangler may die without its children.
      signalGroup(child, 'SIGKILL');
      resolve(code);
    };
    child.once('error', (error) => {
      early.push(error.message);
      end(1);
    });
    // `close` comes after the last output, `exit` may not.
    child.once('close', (code) => end(code ?? 1));
  });

  async function statusOfHealth(): Promise<number | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${options.port}/healthz`, {
        headers: { 'x-request-id': probe },
        signal: AbortSignal.any([gone.signal, AbortSignal.timeout(READY_WITHIN_MS)]),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return undefined;
    }
  }

  return {
    pid: child.pid,
    exited,
    output: () => early.join('\n'),
    async ready() {
      const deadline = Date.now() + READY_WITHIN_MS;
      for (
        let bad = 0;
        !gone.signal.aborted && bad < MAX_BAD_ANSWERS && Date.now() < deadline;
        await sleep(POLL_MS)
      ) {
        const status = await statusOfHealth();
        if (status === 200) {
          isReady = true;
          return true;
        }
        if (status !== undefined) bad += 1;
      }
      if (!gone.signal.aborted) early.push('GET /healthz did not answer 200.');
      return false;
    },
    async stop() {
      signalGroup(child, 'SIGTERM');
      const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(patience);
    },
  };
}
