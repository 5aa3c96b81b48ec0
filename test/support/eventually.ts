import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 50;

/**
 * Polls until `probe` gives something; bounded, so that a test fails with words instead of a time-out.
 * @param within milliseconds
 */
export async function eventually<T>(
  what: string,
  within: number,
  probe: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${within} ms`);
    await sleep(INTERVAL_MS);
  }
}
