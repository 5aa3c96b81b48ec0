/** Budgets in memory: counters of windows that begin with their first charge, as D1 keeps them. */
import { secondsUntil } from '../../shared/time.ts';
import type { Limit, Limited } from '../../ports/index.ts';

/** `[its start, charges since]` of each window of a bucket. */
type Counts = Map<string, [start: number, count: number]>;

export class MemoryBudgets {
  readonly buckets = new Map<string, Counts>();

  #running({ buckets, window, windowMs }: Limit, now: number): [start: number, count: number][] {
    return buckets
      .flatMap((bucket) => {
        const counts = this.buckets.get(bucket)?.get(window);
        return counts ? [counts] : [];
      })
      .filter(([start]) => start > now - windowMs);
  }

  limited(limits: readonly Limit[], now: number): Limited | undefined {
    const spent = limits.flatMap((limit) => {
      const windows = this.#running(limit, now);
      const used = windows.reduce((sum, [, count]) => sum + count, 0);
      if (used < limit.max) return [];
      const start = Math.min(...windows.map(([at]) => at));
      const retryAfterSeconds = secondsUntil(start + limit.windowMs, now);
      return [{ limit: limit.name, retryAfterSeconds }];
    });
    return spent.toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0];
  }

  charge(limits: readonly Limit[], now: number): Limited | undefined {
    const limited = this.limited(limits, now);
    if (limited) return limited;
    for (const { buckets, window, windowMs } of limits) {
      const [bucket = ''] = buckets;
      const counts: Counts = this.buckets.get(bucket) ?? new Map();
      const [start, count] = counts.get(window) ?? [-Infinity, 0];
      counts.set(window, start > now - windowMs ? [start, count + 1] : [now, 1]);
      this.buckets.set(bucket, counts);
    }
    return undefined;
  }

  giveBack(limits: readonly Limit[], chargedAt: number): void {
    for (const { buckets, window } of limits) {
      const counts = this.buckets.get(buckets[0] ?? '')?.get(window);
      if (counts && counts[0] <= chargedAt) counts[1] = Math.max(0, counts[1] - 1);
    }
  }
}
