/** Contenders in alternation: in each round every contender has its slice of load, one after the other. */
import { cpuMsOf } from './lib/cpu.ts';
import { figuresOf, quantile, sumOf, type Rounds } from './lib/figures.ts';
import { load, type Call } from './lib/load.ts';

interface Server {
  name: string;
  url: string;
  pid: number;
}

export interface Comparison {
  name: string;
  rounds: Rounds;
  /** Of a flow: milliseconds of all its calls, of each time that it was gone through, per contender. */
  flows?: ReadonlyMap<string, readonly number[]>;
}

export const comparison = (name: string): Comparison => ({ name, rounds: new Map() });

/**
 * Two steps that only have a meaning together, as one.
 * @param flows milliseconds of both steps, of each time that they were gone through, per contender
 */
export function together(
  name: string,
  first: Comparison,
  second: Comparison,
  flows: ReadonlyMap<string, readonly number[]>,
): Comparison {
  const rounds: Rounds = new Map();
  for (const [contender, slices] of first.rounds) {
    const others = second.rounds.get(contender) ?? [];
    const both = slices.flatMap((one, at) => {
      const other = others[at];
      return other ? [sumOf(one, other)] : [];
    });
    rounds.set(contender, both);
  }
  return { name, rounds, flows };
}

/** Of the calls of a contender in all slices, or of the flows that they make; in milliseconds. */
export function percentile(
  { rounds, flows }: Comparison,
  contender: string,
  share: number,
): number {
  const latencies =
    flows?.get(contender) ?? rounds.get(contender)?.flatMap((one) => one.latencies) ?? [];
  return quantile(
    latencies.toSorted((a, b) => a - b),
    share,
  );
}

/** Puts one slice of load on a server and notes its figures. */
export async function slice(
  { rounds }: Comparison,
  { name, url, pid }: Server,
  calls: Iterable<Call>,
  settled: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const before = cpuMsOf(pid);
  const loaded = await load(url, calls);
  // What goes on after the answers is a part of the work.
  await settled();
  const figures = figuresOf(loaded, cpuMsOf(pid) - before);
  rounds.set(name, [...(rounds.get(name) ?? []), figures]);
}
