/**
 * Which addresses the Worker may call. Where a name points to cannot be seen on Workers, so names are judged as they are
 * written: those of the public internet only.
 */

import { isLoopbackHost } from '../shared/loopback.ts';

/**
 * Names that mean something else in every network: RFC 6761 (localhost, test, invalid), 6762 (local, and what its appendix G
 * calls customary), 7686 (onion), 8375 (home.arpa; nothing else below arpa is a shop's either), 9476 (alt), what ICANN keeps
 * back for private use (internal, corp, home, mail), and what routers hand out (lan, localdomain).
 * `example` is left out: nobody can own it, nothing answers there, and the documented examples are written with it.
 */
const PRIVATE_SUFFIXES = [
  'alt',
  'arpa',
  'corp',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'mail',
  'onion',
  'private',
  'test',
];
const PRIVATE = new RegExp(`\\.(${PRIVATE_SUFFIXES.join('|')})$`);

/** At least one dot, and a last label that begins with a letter: no address in any notation, no name of one label. */
const DOTTED_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*$/;

export interface OutboundOptions {
  /** Whether this machine may be called as well: over http too, on any port. */
  loopback: boolean;
}

function judge(text: string, { loopback }: OutboundOptions): URL | undefined {
  // What is judged is what will be fetched: parsing lowers the case and turns every notation of an IPv4 address into one.
  const url = URL.parse(text);
  if (!url) return undefined;
  const { protocol, hostname, username, password } = url;
  // No Worker can fetch it, and every reader of the URL would read the password.
  if (username || password) return undefined;
  if (loopback && isLoopbackHost(hostname) && /^https?:$/.test(protocol)) return url;
  return protocol === 'https:' && DOTTED_NAME.test(hostname) && !PRIVATE.test(hostname)
    ? url
    : undefined;
}

/** For addresses from the deployer's own variables: https on any port of a public name. */
export const isDeployerUrl = (url: string, options: OutboundOptions): boolean =>
  judge(url, options) !== undefined;

/** What is said of any other. */
export const NO_TENANT_URL = 'must be an https address on a public host, on port 443';

/**
 * For addresses that tenants choose (a group's file, a company's keys): on port 443 only, so that the Worker cannot be used to
 * look for other services.
 */
export function isTenantUrl(text: string, options: OutboundOptions): boolean {
  const url = judge(text, options);
  return url !== undefined && (url.port === '' || isLoopbackHost(url.hostname));
}
