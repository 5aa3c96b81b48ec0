/**
 * Who may look at what is for a developer alone: messages with their codes, requests with their bodies. The server listens on
 * this machine only, but a page elsewhere can have its own name point there (DNS rebinding): then it asks under that name.
 */
import { isLoopbackHost } from '../shared/loopback.ts';

const isAllowed = (hostname: string, allowed: readonly string[]): boolean =>
  isLoopbackHost(hostname) || allowed.includes(hostname);

/** The host name of a URL; empty when the text is none. */
export const hostnameOf = (text: string): string =>
  URL.canParse(text) ? new URL(text).hostname : '';

/** @param allowed further host names, of a tunnel for instance */
export function isLocalRequest(request: Request, allowed: readonly string[] = []): boolean {
  const host = request.headers.get('host');
  const named = host === null ? [] : [hostnameOf(`http://${host}`)];
  return [hostnameOf(request.url), ...named].every((name) => isAllowed(name, allowed));
}
