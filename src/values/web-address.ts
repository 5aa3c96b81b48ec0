/** Addresses that a page is handed: images and links. A `javascript:` one would run there. */
import { isLoopbackHost } from '../shared/loopback.ts';

/** @param loopback whether plain http on this machine will do too, as in development */
export function isWebAddress(text: string, loopback = false): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (loopback && protocol === 'http:' && isLoopbackHost(hostname));
}
