/** The Worker's three secrets: lists of keys, of which the first signs and seals and all verify and open (D-72). */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createVault } from '../../adapters/crypto/vault.ts';
import { keyList } from '../../env/index.ts';
import type { Vault } from '../../ports/index.ts';
import {
  addMissingSecrets,
  devVars,
  replaceDevVar,
  signingKey,
  symmetricKey,
} from '../dev-vars.ts';
import { ROOT } from '../wrangler.ts';
import { command, CommandError, type Outcome } from './command.ts';

const FILE = join(ROOT, '.dev.vars');

/** How a list of keys is written: as texts with ids, and as the whole again. */
interface Format {
  make(id: string): string;
  split(text: string): { id: string; text: string }[];
  join(keys: readonly string[]): string;
}

const symmetric: Format = {
  make: symmetricKey,
  split: (text) =>
    text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((key) => ({ id: key.slice(0, key.indexOf(':')), text: key })),
  join: (keys) => keys.join(' '),
};
const jwks: Format = {
  make: (id) => JSON.stringify(signingKey(id)),
  split(text) {
    const { keys } = JSON.parse(text) as { keys: { kid: string }[] };
    return keys.map((key) => ({ id: key.kid, text: JSON.stringify(key) }));
  },
  join: (keys) => `{"keys":[${keys.join(',')}]}`,
};
const FORMATS: Record<string, Format> = {
  SESSION_SECRETS: symmetric,
  SEALING_KEYS: symmetric,
  SIGNING_KEYS: jwks,
};

function formatOf(name: string): Format {
  const format = FORMATS[name];
  if (format) return format;
  throw new CommandError(`"${name}" is not one of ${Object.keys(FORMATS).join(', ')}.`);
}

/** The value as it is: locally of .dev.vars, of a deployment only as the operator has kept it. */
function present(name: string, remote: boolean): string | undefined {
  if (remote) return process.env[name] || undefined;
  addMissingSecrets(FILE);
  return devVars(FILE)[name];
}

function keysOf(name: string, remote: boolean): { id: string; text: string }[] {
  const text = present(name, remote);
  if (text === undefined) return [];
  try {
    return formatOf(name).split(text);
  } catch {
    throw new CommandError(`The variable ${name} holds no list of keys.`);
  }
}

/** Locally the file is changed; the value of a deployment is printed, alone, for `wrangler secret put` to take. */
function settle(name: string, remote: boolean, keys: { id: string; text: string }[]): Outcome {
  const value = formatOf(name).join(keys.map(({ text }) => text));
  const ids = keys.map(({ id }) => id);
  if (remote) return { data: { name, ids, value }, text: value };
  replaceDevVar(FILE, name, value);
  const text = `${name} in .dev.vars now holds ${ids.join(', ')}. npm start reads it when it starts.`;
  return { data: { name, ids }, text };
}

export const keysRotate = command({
  summary:
    'Adds a new first key to SESSION_SECRETS, SEALING_KEYS or SIGNING_KEYS; the others stay. With --remote the old value is read from the environment variable of that name, and the new one is printed for wrangler secret put.',
  words: ['name'],
  apart: true,
  async run({ remote }, _flags, [name]) {
    const id = `k-${randomBytes(4).toString('hex')}`;
    const made = { id, text: formatOf(name).make(id) };
    return settle(name, remote, [made, ...keysOf(name, remote)]);
  },
});

export const keysRetire = command({
  summary:
    'Removes a key; whatever it signed or encrypted becomes invalid. Input and output are as for keys rotate.',
  words: ['name', 'id'],
  apart: true,
  async run({ remote }, _flags, [name, id]) {
    formatOf(name);
    const keys = keysOf(name, remote);
    const left = keys.filter((key) => key.id !== id);
    if (left.length === keys.length) {
      const ids = keys.map((key) => key.id).join(', ') || 'none';
      throw new CommandError(`${name} has no key ${id}. It has: ${ids}.`);
    }
    if (left.length === 0)
      throw new CommandError(`${id} is the only key of ${name}. Rotate it first.`);
    return settle(name, remote, left);
  },
});

/** Seals settings of an application as the Worker opens them. */
export function sealingVault(remote: boolean): Vault {
  const text = present('SEALING_KEYS', remote);
  const keys = text === undefined ? undefined : keyList.safeParse(text).data;
  if (keys) return createVault(keys);
  throw new CommandError(
    'Sealing a secret for the deployed Worker needs its SEALING_KEYS in the variable of that name: the value from your password store.',
  );
}
