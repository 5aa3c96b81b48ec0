/** A comparison as a table for people, and as JSON. */
import { percentile, type Comparison } from './compare.ts';
import { medianOf, ratioOf, type FigureName } from './lib/figures.ts';
import type { Scale, ScaleRow } from './scale.ts';

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
  for (const comparison of comparisons) {
    const { name, rounds } = comparison;
    for (const contender of rounds.keys()) {
      const figure = (which: FigureName): number => medianOf(rounds, contender, which);
      const ratio = (which: FigureName): string =>
        contender === own ? '' : times(ratioOf(rounds, own, contender, which));
      const cpu = [figure('cpuMs').toFixed(2), ratio('cpuMs')];
      const rate = [Math.round(figure('perSecond')), ratio('perSecond')];
      const latency = [0.5, 0.99].map((share) =>
        percentile(comparison, contender, share).toFixed(1),
      );
      lines.push(row([name, contender, ...cpu, ...rate, ...latency]));
    }
  }
  return lines.join('\n');
}

/** Two Markdown tables: how medians grow with the customers, and what a session read takes beside operators. */
export function scaleTablesOf({ customers, growth, beside }: Scale): string {
  const table = (heads: readonly string[], rows: readonly ScaleRow[]): string =>
    [
      row(['', ...heads, '']),
      row(['---', ...heads.map(() => '---:'), '---:']),
      ...rows.map(({ name, base, other, ratio }) =>
        row([name, base.toFixed(1), other.toFixed(1), times(ratio)]),
      ),
    ].join('\n');
  const many = customers.toLocaleString('en');
  return [
    table(['1,000: p50 ms', `${many}: p50 ms`], growth),
    table(
      ['alone: p50 ms', 'beside: p50 ms'],
      beside.map((one) => ({
        ...one,
        name: `session read beside four operators ${one.name}`,
      })),
    ),
  ].join('\n\n');
}

/** For programs: per case and contender the medians, the ratios of `own` to it, and each figure of each round. */
export function jsonOf(comparisons: readonly Comparison[], own: string) {
  return comparisons.map((comparison) => {
    const { name, rounds } = comparison;
    return {
      name,
      contenders: [...rounds].map(([contender, slices]) => ({
        name: contender,
        cpuMs: medianOf(rounds, contender, 'cpuMs'),
        ownCpuRatio: ratioOf(rounds, own, contender, 'cpuMs'),
        perSecond: medianOf(rounds, contender, 'perSecond'),
        ownPerSecondRatio: ratioOf(rounds, own, contender, 'perSecond'),
        p50Ms: percentile(comparison, contender, 0.5),
        p99Ms: percentile(comparison, contender, 0.99),
        rounds: slices.map(({ cpuMs, perSecond }) => ({ cpuMs, perSecond })),
      })),
    };
  });
}
