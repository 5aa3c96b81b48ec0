/** A comparison as a table for people, and as JSON. */
import type { Comparison } from './compare.ts';
import { medianOf, ratioOf, type FigureName } from './lib/figures.ts';

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const times = (ratio: number): string => `${ratio.toFixed(2)}×`;

/**
 * A Markdown table of comparisons.
 * @param own the contender whose figures are divided by those of each other one
 */
export function tableOf(comparisons: readonly Comparison[], own: string): string {
  const head = [
    '',
    '',
    'CPU ms',
    `${own}: CPU`,
    'requests/s',
    `${own}: requests/s`,
    'p50 ms',
    'p99 ms',
  ];
  const lines = [row(head), row(['---', '---', ...head.slice(2).map(() => '---:')])];
  for (const { name, rounds } of comparisons) {
    for (const contender of rounds.keys()) {
      const figure = (which: FigureName): number => medianOf(rounds, contender, which);
      const ratio = (which: FigureName): string =>
        contender === own ? '' : times(ratioOf(rounds, own, contender, which));
      const cpu = [figure('cpuMs').toFixed(2), ratio('cpuMs')];
      const rate = [Math.round(figure('perSecond')), ratio('perSecond')];
      const latency = [figure('p50').toFixed(1), figure('p99').toFixed(1)];
      lines.push(row([name, contender, ...cpu, ...rate, ...latency]));
    }
  }
  return lines.join('\n');
}

/** For programs: per case and contender the medians, the ratios of `own` to it, and each figure of each round. */
export function jsonOf(comparisons: readonly Comparison[], own: string) {
  return comparisons.map(({ name, rounds }) => ({
    name,
    contenders: [...rounds].map(([contender, slices]) => ({
      name: contender,
      cpuMs: medianOf(rounds, contender, 'cpuMs'),
      ownCpuRatio: ratioOf(rounds, own, contender, 'cpuMs'),
      perSecond: medianOf(rounds, contender, 'perSecond'),
      ownPerSecondRatio: ratioOf(rounds, own, contender, 'perSecond'),
      p50Ms: medianOf(rounds, contender, 'p50'),
      p99Ms: medianOf(rounds, contender, 'p99'),
      rounds: slices,
    })),
  }));
}
