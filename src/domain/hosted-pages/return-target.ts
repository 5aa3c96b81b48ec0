/** Where a hosted page may lead after a sign-in: to the application's own origins, or else it would lend a shop's name to any link. */
import { isLoopbackHost } from '../../shared/loopback.ts';

const MAX_LENGTH = 2000;
/**
 * Browsers take a backslash for a slash and drop tabs and line breaks; written plainly, no address holds them, nor anything
 * else outside of printable ASCII.
 */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/** The origins that count as the application's own, and the one that a path alone belongs to. */
export interface OwnOrigins {
  domains: readonly string[];
  storefrontUrl: string;
  /** Of the page that asks. */
  pageOrigin: string;
}

/** A domain on its standard port; on a developer's machine on every port, where page and storefront have one each. */
function isOwn(target: URL, { domains, storefrontUrl, pageOrigin }: OwnOrigins): boolean {
  const { origin, protocol, hostname, port } = target;
  if (origin === new URL(storefrontUrl).origin || origin === pageOrigin) return true;
  if (!domains.includes(hostname)) return false;
  if (protocol === 'https:') return port === '';
  return isLoopbackHost(hostname) && isLoopbackHost(new URL(pageOrigin).hostname);
}

/**
 * Judges `return_to`.
 * @param text a path of the storefront, or a whole address
 * @returns the whole address; undefined when it is none of the application's own
 */
export function returnTarget(text: string, own: OwnOrigins): string | undefined {
  if (text.length > MAX_LENGTH || !PLAIN.test(text)) return undefined;
  const isPath = text.startsWith('/') && !text.startsWith('//');
  const isAddress = /^https?:\/\/[^/]/i.test(text);
  if (!isPath && !isAddress) return undefined;
  if (!URL.canParse(text, own.storefrontUrl)) return undefined;
  const target = new URL(text, own.storefrontUrl);
  if (target.username !== '' || target.password !== '') return undefined;
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return undefined;
  return isOwn(target, own) ? target.href : undefined;
}
