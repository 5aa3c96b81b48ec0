/** When an event that was not taken is sent again. Pure. */
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/time.ts';

/** Waits between attempts: a day in all. None is longer than a queue can hold a message back, which is 12 hours. */
const WAITS_MS = [
  10 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  6 * HOUR_MS,
  11 * HOUR_MS,
] as const;

/** Attempts until a delivery is dead. */
export const MAX_ATTEMPTS = WAITS_MS.length + 1;
const MAX_WAIT_MS = 12 * HOUR_MS;

/**
 * @param attempts that were made
 * @param askedMs how long the endpoint asks to be left alone
 * @returns milliseconds until the next attempt; undefined when there is none
 */
export function nextWaitMs(attempts: number, askedMs = 0): number | undefined {
  const wait = WAITS_MS[attempts - 1];
  return wait === undefined ? undefined : Math.min(MAX_WAIT_MS, Math.max(wait, askedMs));
}
