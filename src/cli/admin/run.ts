/** Carries out a command that was read, on the data it is meant for. */
import { join, resolve } from 'node:path';
import { withDatabases, type Databases } from '../databases.ts';
import { ROOT } from '../wrangler.ts';
import type { Context, Outcome } from './command.ts';
import { sealingVault } from './keys.ts';
import type { Asked } from './read.ts';

const NO_DATABASES: Databases = {
  get directory(): never {
    throw new Error('a command that needs no data asked for it');
  },
  database: () => undefined,
  databases: () => [],
  get values(): never {
    throw new Error('a command that needs no data asked for it');
  },
};

/** The environment of a command. */
export const contextOf = (databases: Databases, remote: boolean, person?: string): Context =>
  Object.assign(Object.create(databases) as Databases, {
    vault: async () => sealingVault(remote),
    now: Date.now(),
    remote,
    person,
  });

/**
 * Runs a command on the local data, or on the deployed ones when it was asked for `--remote`.
 * @throws CommandError when the command refuses
 */
export async function runCommand({
  command,
  flags,
  words,
  more,
  remote,
  env,
  state,
  person,
}: Asked): Promise<Outcome> {
  const work = async (databases: Databases): Promise<Outcome> =>
    command.run(contextOf(databases, remote, person), flags, words, more);
  if (command.apart) return work(NO_DATABASES);
  const local = state === undefined ? join(ROOT, '.wrangler/state') : resolve(state);
  return withDatabases(remote ? { remote: true, env } : { state: local }, work);
}
