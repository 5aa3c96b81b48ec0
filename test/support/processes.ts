/** The processes of a process: found by `ps`, so that one which nobody ended is seen. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eventually } from './eventually.ts';

const GONE_WITHIN_MS = 10_000;

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

function familyOf(pid: number): Process[] {
  const all = processes();
  const family = new Set([pid]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  return all.filter((one) => family.has(one.pid));
}

/** The groups of a process and of all its descendants. */
export function groupsUnder(pid: number): Set<number> {
  return new Set(familyOf(pid).map(({ group }) => group));
}

/** The commands of a process and of all its descendants. */
export function commandsUnder(pid: number): string[] {
  return familyOf(pid).map(({ command }) => command);
}

/** The most memory that a workerd under the process has had so far, in MiB (Linux: VmHWM). */
export function peakMemoryUnder(pid: number): number {
  const workers = familyOf(pid).filter(({ command }) => /\bworkerd\b/.test(command));
  const sizes = workers.map((member) => {
    const status = readFileSync(`/proc/${member.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
  });
  return Math.round(Math.max(0, ...sizes) / 1024);
}

export function killGroups(groups: ReadonlySet<number>): void {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

/** Waits until nothing is left of the groups; throws the commands of what stays. */
export async function allGone(groups: ReadonlySet<number>): Promise<void> {
  let left: Process[] = [];
  const gone = () => {
    left = processes().filter(({ group }) => groups.has(group));
    return left.length === 0 ? true : undefined;
  };
  await eventually('processes end', GONE_WITHIN_MS, gone).catch((late: unknown) => {
    const commands = left.map(({ pid, command }) => `${pid} ${command.slice(0, 120)}`);
    throw new Error(`still running:\n${commands.join('\n')}`, { cause: late });
  });
}
