/** The secrets of a local run. They are made once per checkout, so that sessions live through a restart. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Readable by the owner only. */
const MODE = 0o600;
const KEY_BYTES = 32;
const HEADER =
  '# Secrets of local runs, made by `npm start`. Keep them out of git and out of production.\n';

/** `id:base64`, the form that src/env/index.ts reads. */
export const symmetricKey = (id: string): string =>
  `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;

/** A private Ed25519 key. */
export const signingKey = (kid: string): { kid: string } & Record<string, unknown> => ({
  ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
  kid,
});

/** Fresh values of every secret, by name; the tests bind the same. */
export function freshSecrets(): Record<string, string> {
  return {
    SESSION_SECRETS: symmetricKey('dev'),
    SEALING_KEYS: symmetricKey('dev'),
    SIGNING_KEYS: JSON.stringify({ keys: [signingKey(`dev-${randomBytes(4).toString('hex')}`)] }),
  };
}

/** The values of the file, by name. */
export const devVars = (file: string): Record<string, string | undefined> =>
  existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};

/** Gives one of the secrets in the file another value. */
export function replaceDevVar(file: string, name: string, value: string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  const kept = lines.filter((line) => !line.startsWith(`${name}=`)).join('\n');
  writeFileSync(file, `${kept.replace(/\n?$/, '\n')}${name}='${value}'\n`, { mode: MODE });
}

/**
 * Adds the secrets that `file` lacks and returns their names. What stands there is never touched: it may be a developer's own.
 * Values are put in single quotes, the only ones in which JSON needs no escaping.
 */
export function addMissingSecrets(file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const present = devVars(file);
  const missing = Object.entries(freshSecrets()).filter(([name]) => !(name in present));
  if (missing.length === 0) return [];
  const start = text === '' ? HEADER : text.replace(/\n?$/, '\n');
  const lines = missing.map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(file, start + lines.join(''), { mode: MODE });
  // The mode above counts for a new file only.
  chmodSync(file, MODE);
  return missing.map(([name]) => name);
}
