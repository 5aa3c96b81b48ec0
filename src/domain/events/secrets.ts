/** Secrets of endpoints: the newest one, and those that it replaces, for a while. Pure. */
import type { EndpointSecret } from '../../ports/index.ts';

/** What an event is signed with now; the newest comes first. */
export const liveSecrets = (secrets: readonly EndpointSecret[], now: number): EndpointSecret[] =>
  secrets.filter(({ until }) => until === undefined || until > now);

/**
 * The secrets with a new one in front.
 * @param until when those before it end, ms
 */
export const rotatedSecrets = (
  secrets: readonly EndpointSecret[],
  sealed: string,
  until: number,
  now: number,
): EndpointSecret[] => [
  { sealed },
  ...liveSecrets(secrets, now).map((one) => ({
    ...one,
    until: Math.min(one.until ?? until, until),
  })),
];
