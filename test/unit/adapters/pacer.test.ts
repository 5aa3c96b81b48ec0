import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPacer } from '../../../src/adapters/pacer.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const pause = async (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** A pacer whose work notes when it begins. */
function open() {
  const begun: number[] = [];
  const pacer = createPacer({ now: () => Date.now() });
  const work = async (ms: number, outcome: () => unknown = () => undefined): Promise<unknown> =>
    pacer(async () => {
      begun.push(Date.now());
      await pause(ms);
      return outcome();
    });
  return { begun, work };
}

test('who asks one at a time never waits', async () => {
  const { begun, work } = open();
  const all = (async () => {
    for (let at = 0; at < 4; at += 1) await work(10);
  })();
  await vi.runAllTimersAsync();
  await all;
  expect(begun).toEqual([0, 10, 20, 30]);
});

test('several that ask without a pause begin four times as far apart as one takes', async () => {
  const { begun, work } = open();
  // What one takes is known from the first on.
  await Promise.all([work(10), vi.runAllTimersAsync()]);
  const over = Date.now() + 400;
  const operators = Array.from({ length: 4 }, async () => {
    while (Date.now() < over) await work(10);
  });
  await vi.runAllTimersAsync();
  await Promise.all(operators);
  const apart = begun.slice(2).map((at, place) => at - (begun[place + 1] ?? 0));
  expect(new Set(apart)).toEqual(new Set([40]));
  expect(begun.length).toBeGreaterThan(10);
});

test('it is at most 250 ms however slow they are, and nothing waits for more than a second', async () => {
  const { begun, work } = open();
  await Promise.all([work(3_000), vi.runAllTimersAsync()]);
  const all = Promise.all(Array.from({ length: 8 }, async () => work(100)));
  await vi.runAllTimersAsync();
  await all;
  expect(begun.slice(1).map((at) => at - 3_000)).toEqual([
    0, 250, 500, 750, 1_000, 1_000, 1_000, 1_000,
  ]);
});

test('work that is abandoned, or fails, holds up nothing', async () => {
  const { begun, work } = open();
  await Promise.all([work(10), vi.runAllTimersAsync()]);
  // Its request is gone: it never ends.
  void work(1e9);
  await vi.advanceTimersByTimeAsync(100);
  const failing = work(10, () => {
    throw new Error('D1 is down');
  });
  await Promise.all([
    expect(failing).rejects.toThrow('D1 is down'),
    vi.advanceTimersByTimeAsync(50),
  ]);
  const next = work(10);
  await vi.advanceTimersByTimeAsync(50);
  await next;
  expect(begun).toEqual([0, 10, 110, 160]);
});
