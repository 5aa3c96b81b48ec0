/** CPU time of processes as Linux accounts it, and the cores they run on. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Linux counts in hundredths of a second towards programs, whatever the kernel's own tick. */
const TICK_MS = 10;

interface Stat {
  parent: number;
  cpuMs: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, times] = [fields[1], fields.slice(11, 15)];
    return { parent, cpuMs: times.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function allProcesses(): Map<number, Stat> {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return new Map(
    pids.flatMap((pid) => {
      const stat = statOf(pid);
      return stat ? [[pid, stat] as const] : [];
    }),
  );
}

/** The ids of a process's children. */
export const childrenOf = (pid: number, all = allProcesses()): number[] =>
  [...all].filter(([, { parent }]) => parent === pid).map(([child]) => child);

/** Milliseconds of CPU, user and system, of a process with all its descendants. */
export function cpuMsOf(pid: number): number {
  const all = allProcesses();
  const sum = (one: number): number =>
    childrenOf(one, all).reduce((total, child) => total + sum(child), all.get(one)?.cpuMs ?? 0);
  return sum(pid);
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

/** Puts a process and its threads on a core, where that can be had: servers on 0, the load on 1. */
export function pin(pid: number, core: 0 | 1): void {
  if (PINNED) execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}
