import { MINUTE_MS } from '../src/shared/time.ts';

/** How far the mock's settings go. */
export const MAX_DELAY_MS = 10 * MINUTE_MS;
export const MAX_SEED = 2 ** 32 - 1;
