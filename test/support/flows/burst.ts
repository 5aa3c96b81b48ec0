/** Bursts at a budget: of any number of calls at once no more are judged than it allows. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'vitest';
import type { ShopOptions } from '../shop.ts';
import { openFor, type Theatre } from './disturb.ts';
import { AT_ONCE, atOnce, outcomes } from './race.ts';
import type { Answer } from './stage.ts';

export interface Burst {
  name: string;
  options?: ShopOptions;
  /** At once; `AT_ONCE` if left out. */
  calls?: number;
  /** The calls are in flight together, but each is this much later by the Worker's clock; 0 if left out. */
  apartMs?: number;
  /** The code of an answer that was judged. */
  judged: string;
  /** The budget. */
  max: number;
  prepare(theatre: Theatre): Promise<(index: number) => Promise<Answer>>;
}

export const STRANGER = { 'cf-connecting-ip': '203.0.113.7' };

export async function judgedOf(burst: Burst): Promise<{ judged: number; calls: number }> {
  const { calls = AT_ONCE, apartMs = 0 } = burst;
  const later = new AsyncLocalStorage<number>();
  const now = () => Date.now() + (later.getStore() ?? 0);
  const theatre = await openFor({ options: { ...burst.options, now } });
  const call = await burst.prepare(theatre);
  const answers = await atOnce(
    async (index) => later.run(index * apartMs, () => call(index)),
    calls,
  );
  const seen = outcomes(answers);
  await theatre.shop.settle();
  const { [burst.judged]: judged = 0, ...others } = seen;
  // Nobody is told anything else than that there were too many.
  const refusals = Object.keys(others).filter((code) => !REFUSALS.has(code));
  expect(refusals, burst.name).toEqual([]);
  return { judged, calls };
}

const REFUSALS = new Set(['too_many_requests', 'otp_exhausted']);
