/** Whose pages a host shows. */
import type { Application } from '../../ports/index.ts';

/**
 * The only application that lists the host; of several the only one whose storefront is there, by host and port or else by host.
 * @param url of the request
 * @returns undefined when there is none, or when several are left
 */
export function applicationAt(
  candidates: readonly Application[],
  url: string,
): Application | undefined {
  const { host, hostname } = new URL(url);
  const storefrontAt = (part: 'host' | 'hostname', wanted: string): Application[] =>
    candidates.filter(({ storefrontUrl }) => new URL(storefrontUrl)[part] === wanted);
  return [candidates, storefrontAt('host', host), storefrontAt('hostname', hostname)].find(
    (found) => found.length === 1,
  )?.[0];
}
