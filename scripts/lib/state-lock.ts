/** One server at a time on a folder of local data: a file names its processes, and counts as long as one of them lives. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

interface Member {
  pid: number;
  /** When it was started, as Linux tells it: an id is given to another process later. Empty elsewhere. */
  started: string;
}
interface Holder {
  url: string;
  members: Member[];
}

/** Another server runs on the data. */
export class StateInUse extends Error {
  readonly pid: number;
  readonly url: string;
  constructor({ url, members }: Holder, pid = members[0]?.pid ?? 0) {
    super(`Process ${pid} runs on these data, at ${url}.`);
    this.pid = pid;
    this.url = url;
  }
}

/** The 22nd field, counted behind the name in parentheses, which may hold anything. */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive({ pid, started }: Member): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process cannot be signalled, and lives.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(pid) === started;
}

/** Of a text that names nobody, a holder without processes. */
function parse(text: string): Holder {
  try {
    const { url, members } = JSON.parse(text) as Holder;
    return { url, members: members.filter(({ pid }) => Number.isInteger(pid)) };
  } catch {
    return { url: '', members: [] };
  }
}

function read(file: string): { text: string; holder: Holder } | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  return { text, holder: parse(text) };
}

export interface StateLock {
  /** Another process that uses the data as long as it lives. */
  add(pid: number): void;
  release(): void;
}

/**
 * Takes the data for this process.
 * @param state the folder, made when it is not there
 * @param url where the server is going to listen
 * @throws StateInUse when a process that has them is alive; what a dead one left is taken over
 */
export function lockState(state: string, url: string): StateLock {
  mkdirSync(state, { recursive: true });
  const file = join(state, 'npm-start.json');
  const own = `${file}.${process.pid}`;
  const holder: Holder = { url, members: [] };
  const write = (to: string): void => writeFileSync(to, JSON.stringify(holder));
  const add = (pid: number): void => {
    holder.members.push({ pid, started: startOf(pid) });
  };
  add(process.pid);
  // Written aside and linked: nobody can read half of it, and only one of two makes it.
  write(own);
  try {
    const found = read(file);
    const alive = found?.holder.members.find(isAlive);
    if (found && alive) throw new StateInUse(found.holder, alive.pid);
    if (found) {
      const aside = `${file}.stale.${process.pid}`;
      renameSync(file, aside);
      const taken = read(aside);
      // Another one has been faster, and this is its lock.
      const isStale = taken?.text === found.text;
      if (!isStale) linkSync(aside, file);
      rmSync(aside);
      if (taken && !isStale) throw new StateInUse(taken.holder);
    }
    linkSync(own, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const other = read(file)?.holder;
    throw other ? new StateInUse(other) : error;
  } finally {
    rmSync(own, { force: true });
  }
  return {
    add(pid) {
      add(pid);
      write(own);
      renameSync(own, file);
    },
    release() {
      const found = read(file);
      const isOwn = found?.holder.members.some(
        ({ pid, started }) => pid === process.pid && started === startOf(pid),
      );
      if (isOwn) rmSync(file, { force: true });
    },
  };
}
