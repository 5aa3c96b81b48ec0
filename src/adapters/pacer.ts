/** Work that gives way to other work on the same database. */
import type { Clock } from '../ports/index.ts';

/** The share of time that paced work takes while more of it waits. */
const SHARE = 0.25;
/** Bounds the distance when the database is slow or far away. */
const MAX_APART_MS = 250;
/** Nothing waits longer for its turn, however much is before it. */
const MAX_WAIT_MS = 1_000;

/** Runs work when its turn has come. @returns what the work returns; what it throws is thrown */
export type Pacer = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Work that comes while other work is under way waits: each begins four times as long after the one before as that took. Work
 * that comes alone does not wait, so a caller that asks one at a time notices nothing.
 *
 * Turns are moments, not promises that wait for each other: a Worker's request may be abandoned at any time, and must not hold
 * up another one.
 */
export function createPacer(clock: Clock): Pacer {
  let last = { startsAt: 0, isOver: true };
  let apartMs = 0;
  return async (work) => {
    const now = clock.now();
    const due = last.isOver ? now : Math.max(now, last.startsAt + apartMs);
    const turn = { startsAt: Math.min(due, now + MAX_WAIT_MS), isOver: false };
    last = turn;
    if (turn.startsAt > now) {
      await new Promise((resolve) => setTimeout(resolve, turn.startsAt - now));
    }
    const begunAt = clock.now();
    try {
      return await work();
    } finally {
      turn.isOver = true;
      apartMs = Math.min((clock.now() - begunAt) / SHARE, MAX_APART_MS);
    }
  };
}
