/** Durations in milliseconds. Every other number of time carries its unit in its name. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Whole seconds until `end`, at least 1: what `Retry-After` takes. Both are milliseconds since 1970. */
export const secondsUntil = (end: number, now: number): number =>
  Math.max(1, Math.ceil((end - now) / SECOND_MS));
