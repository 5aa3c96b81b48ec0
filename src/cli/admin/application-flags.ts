/** Settings of an application as flags, read by the rules that the Worker lives by. */
import { DAY_MS } from '../../shared/time.ts';
import { getCountries, getCountryCallingCode } from 'libphonenumber-js/mobile';
import { isTenantUrl } from '../../values/outbound-url.ts';
import { readAddress as addressOf } from '../../domain/client-address.ts';
import { isPlainLine } from '../../values/plain-line.ts';
import { isLoopbackHost } from '../../shared/loopback.ts';
import { defaultUntil } from '../../domain/password/imported-hash.ts';
import { DEFAULT_BCRYPT_COST, MAX_BCRYPT_COST } from '../../domain/password/password-hash.ts';
import { isLanguage, LANGUAGE_CODES } from '../../messages/languages/index.ts';
import type {
  ImportedHashes,
  ImportedHashKind,
  Language,
  SocialProvider,
} from '../../ports/index.ts';
import { CommandError } from './command.ts';

/** The name that shoppers and operators read, in subjects of mails too. */
export function readName(text: string): string {
  if (text.length <= 100 && isPlainLine(text)) return text;
  throw new CommandError('--name must be one visible line of at most 100 characters.');
}

/** A host without scheme and port, lower-case. */
export function readDomain(text: string): string {
  const host = text.toLowerCase();
  if (URL.canParse(`https://${host}`) && new URL(`https://${host}`).hostname === host) return host;
  throw new CommandError(`--domain: "${text}" is not a host such as shop.example.`);
}

/** An origin: https, or http on this machine. */
export function readOrigin(text: string): string {
  const { protocol, hostname = '', origin = '', pathname } = URL.parse(text) ?? {};
  const sound = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  if (sound && pathname === '/' && origin) return origin;
  throw new CommandError(
    `--storefront-url: "${text}" is not an address such as https://shop.example.`,
  );
}

/**
 * A calling code, with or without its plus.
 * @returns its digits
 * @throws CommandError when no country has it
 */
export function readCountry(flag: string, text: string): string {
  const code = text.replace(/^\+/, '');
  if (getCountries().some((country) => getCountryCallingCode(country) === code)) return code;
  throw new CommandError(`--${flag}: "${text}" is not a calling code such as 91.`);
}

/**
 * @returns a language that messages are written in
 * @throws CommandError for any other
 */
export function readLanguage(text: string, flag = 'language'): Language {
  if (isLanguage(text)) return text;
  throw new CommandError(`--${flag}: "${text}" is not one of ${LANGUAGE_CODES.join(', ')}.`);
}

/**
 * @returns an IP address in its canonical form
 * @throws CommandError when it is none
 */
export function readAddress(text: string): string {
  const address = addressOf(text);
  if (address) return address.text;
  throw new CommandError(`--server-address: "${text}" is not an IP address.`);
}

/** As Android's SMS Retriever makes it of the app's name and its certificate. */
export function readAndroidHash(text: string): string {
  if (/^[A-Za-z0-9+/]{11}$/.test(text)) return text;
  throw new CommandError(`--android-hash: "${text}" is not the 11 characters of an app's hash.`);
}

/** `on`, `off`, or `default`, which is null. Throws a CommandError for any other word. */
export function readSwitch(text: string): boolean | null {
  const states: Record<string, boolean | null | undefined> = {
    on: true,
    off: false,
    default: null,
  };
  const state = states[text];
  if (state !== undefined) return state;
  throw new CommandError(`--user-exists: "${text}" is not on, off or default.`);
}

const PROVIDERS: readonly SocialProvider[] = ['google', 'facebook', 'apple'];

/** `google=<id>`, repeated → ids by provider. */
export function readClientIds(texts: readonly string[]): Partial<Record<SocialProvider, string[]>> {
  const ids: Partial<Record<SocialProvider, string[]>> = {};
  for (const text of texts) {
    const [name, ...rest] = text.split('=');
    const provider = PROVIDERS.find((one) => one === name);
    const id = rest.join('=');
    if (!provider || !id) {
      throw new CommandError(`--client-id: "${text}" is not ${PROVIDERS.join('=…, ')}=….`);
    }
    (ids[provider] ??= []).push(id);
  }
  return ids;
}

/**
 * @returns the address, as it was given
 * @throws CommandError unless it is https on a public host, on port 443
 */
export function readJwksUrl(text: string): string {
  if (isTenantUrl(text, { loopback: false })) return text;
  throw new CommandError(
    `--login-token-jwks: "${text}" is not an https address on a public host, on port 443.`,
  );
}

const KINDS: readonly ImportedHashKind[] = ['bcrypt', 'pbkdf2', 'scrypt', 'argon2id'];
const BCRYPT_COSTS = Array.from({ length: MAX_BCRYPT_COST - DEFAULT_BCRYPT_COST + 1 }, (_, more) =>
  String(DEFAULT_BCRYPT_COST + more),
);

function readKinds(text: string): ImportedHashKind[] | undefined {
  if (text === 'all') return undefined;
  const named = text === 'none' ? [] : text.split(',');
  const unknown = named.find((kind) => !KINDS.some((one) => one === kind));
  if (unknown === undefined) return KINDS.filter((kind) => named.includes(kind));
  throw new CommandError(
    `--imported-hashes: "${unknown}" is not one of ${KINDS.join(', ')}, all or none.`,
  );
}

function readBcryptCost(text: string): number {
  if (BCRYPT_COSTS.includes(text)) return Number(text);
  throw new CommandError(
    `--imported-bcrypt-cost: "${text}" is not one of ${BCRYPT_COSTS.join(', ')}.`,
  );
}

/** `all`, `none`, or some kinds; the last day; the dearest bcrypt. What is not given stays; the time is 90 days at first. */
export function readHashPolicy(
  given: { kinds?: string; until?: string; bcryptCost?: string },
  old: ImportedHashes | undefined,
  now: number,
): ImportedHashes {
  const { kinds, until, bcryptCost } = given;
  return {
    ...old,
    ...(kinds !== undefined && { kinds: readKinds(kinds) }),
    ...(bcryptCost !== undefined && { maxBcryptCost: readBcryptCost(bcryptCost) }),
    until:
      until === undefined
        ? (old?.until ?? defaultUntil(now))
        : readDay('imported-hashes-until', until),
  };
}

/** `2026-12-31` → the end of that day in UTC, ms. */
export function readDay(flag: string, text: string): number {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(start) && new Date(start).toISOString().startsWith(text)) {
    return start + DAY_MS;
  }
  throw new CommandError(`--${flag}: "${text}" is not a date such as 2026-12-31.`);
}
