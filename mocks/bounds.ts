/** How far the mock's settings go. */
export const MAX_DELAY_MS = 600_000;
export const MAX_SEED = 2 ** 32 - 1;
