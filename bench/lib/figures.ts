/** What a slice of load gives, and how slices become one figure. */
import type { Loaded } from './load.ts';

export interface Figures {
  cpuMs: number;
  perSecond: number;
  /** Of each call, in milliseconds, ascending. */
  latencies: readonly number[];
}
export type FigureName = 'cpuMs' | 'perSecond';

/** The middle one; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** @param sorted ascending */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** @param cpuMs that the server used in all, what it did in the background included */
export function figuresOf({ latencies, elapsedMs }: Loaded, cpuMs: number): Figures {
  const count = latencies.length;
  return { cpuMs: cpuMs / count, perSecond: (count * 1000) / elapsedMs, latencies };
}

/** One step after the other; its latencies are those of flows, which slices do not know. */
export const sumOf = (a: Figures, b: Figures): Figures => ({
  cpuMs: a.cpuMs + b.cpuMs,
  perSecond: 1 / (1 / a.perSecond + 1 / b.perSecond),
  latencies: [],
});

/** The slices of one case: per contender those of each round, in the order of the rounds. */
export type Rounds = Map<string, Figures[]>;

export const medianOf = (rounds: Rounds, contender: string, figure: FigureName): number =>
  median((rounds.get(contender) ?? []).map((one) => one[figure]));

/**
 * How many times as much of a figure a contender has as another one: the median of the ratios of each round, whose two
 * slices had the same neighbours on the machine.
 */
export function ratioOf(rounds: Rounds, a: string, b: string, figure: FigureName): number {
  const [left, right] = [rounds.get(a) ?? [], rounds.get(b) ?? []];
  return median(left.map((one, at) => one[figure] / (right[at]?.[figure] ?? Number.NaN)));
}
