/** Settings of an application as flags, read by the rules that the Worker lives by. */
import metadata from '../../src/domain/phone-metadata.json' with { type: 'json' };
import { readAddress as addressOf } from '../../src/domain/client-address.ts';
import { isOutbound } from '../../src/config/outbound.ts';
import { isPlainLine } from '../../src/domain/plain-line.ts';
import { isLoopbackHost } from '../../src/http/caller.ts';
import type { ImportedHashes, ImportedHashKind, SocialProvider } from '../../src/ports.ts';
import { Refused } from './command.ts';

/** What shoppers and operators read, in subjects of mails too. */
export function readName(text: string): string {
  if (text.length <= 100 && isPlainLine(text)) return text;
  throw new Refused('--name must be one visible line of at most 100 characters.');
}

/** A host without scheme and port, lower-case. */
export function readDomain(text: string): string {
  const host = text.toLowerCase();
  if (URL.canParse(`https://${host}`) && new URL(`https://${host}`).hostname === host) return host;
  throw new Refused(`--domain: "${text}" is not a host such as shop.example.`);
}

/** An origin: https, or http on this machine. */
export function readOrigin(text: string): string {
  const { protocol, hostname = '', origin = '', pathname } = URL.parse(text) ?? {};
  const sound = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  if (sound && pathname === '/' && origin) return origin;
  throw new Refused(`--storefront-url: "${text}" is not an address such as https://shop.example.`);
}

export function readCountry(flag: string, text: string): string {
  const code = text.replace(/^\+/, '');
  if (Object.hasOwn(metadata.country_calling_codes, code)) return code;
  throw new Refused(`--${flag}: "${text}" is not a calling code such as 91.`);
}

export function readLanguage(text: string): 'en' | 'hi' {
  if (text === 'en' || text === 'hi') return text;
  throw new Refused(`--language: "${text}" is not en or hi.`);
}

export function readAddress(text: string): string {
  const address = addressOf(text);
  if (address) return address.text;
  throw new Refused(`--server-address: "${text}" is not an IP address.`);
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
      throw new Refused(`--client-id: "${text}" is not ${PROVIDERS.join('=…, ')}=….`);
    }
    (ids[provider] ??= []).push(id);
  }
  return ids;
}

export function readJwksUrl(text: string): string {
  if (isOutbound(text, true)) return text;
  throw new Refused(`--login-token-jwks: "${text}" is not an https address on a public host.`);
}

const KINDS: readonly ImportedHashKind[] = ['bcrypt', 'pbkdf2', 'scrypt'];

/** `all`, `none`, or some kinds, and the last day. */
export function readHashPolicy(
  kinds: string | undefined,
  until: string | undefined,
  old: ImportedHashes | undefined,
): ImportedHashes {
  const policy = { ...old };
  if (kinds !== undefined) {
    const named = kinds === 'none' ? [] : kinds.split(',');
    const unknown = named.find((kind) => !KINDS.some((one) => one === kind));
    if (kinds !== 'all' && unknown !== undefined) {
      throw new Refused(
        `--imported-hashes: "${unknown}" is not one of ${KINDS.join(', ')}, all or none.`,
      );
    }
    if (kinds === 'all') delete policy.kinds;
    else policy.kinds = KINDS.filter((kind) => named.includes(kind));
  }
  if (until === 'never') delete policy.until;
  else if (until !== undefined) policy.until = readDay('imported-hashes-until', until);
  return policy;
}

/** `2026-12-31` → the end of that day in UTC, ms. */
export function readDay(flag: string, text: string): number {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(start) && new Date(start).toISOString().startsWith(text)) {
    return start + 86_400_000;
  }
  throw new Refused(`--${flag}: "${text}" is not a date such as 2026-12-31.`);
}
