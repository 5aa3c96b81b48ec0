/** What a check has seen, for people and for programs. */
import type { Breach } from './strict.ts';

export interface Checked {
  /** `application.loginWithOTP` */
  operation: string;
  /** `refused`: with a declared error, as documented. `skipped`: not called, and why. */
  outcome: 'passed' | 'refused' | 'failed' | 'skipped';
  /** HTTP status, when there was an answer. */
  status?: number;
  /** The error code, or why it was not called. */
  note?: string;
  breaches: Breach[];
  milliseconds: number;
}

export const FORMATS = ['table', 'json', 'junit'] as const;
export type Format = (typeof FORMATS)[number];

const WORDS = { passed: 'ok', refused: 'ok', failed: 'FAILED', skipped: 'skipped' } as const;

function summaryOf(checked: readonly Checked[]): Record<Checked['outcome'], number> {
  const count = (outcome: Checked['outcome']): number =>
    checked.filter((one) => one.outcome === outcome).length;
  return {
    passed: count('passed'),
    refused: count('refused'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}

function line({ operation, outcome, status, note, breaches }: Checked): string {
  const said = outcome === 'refused' ? `refused as documented: ${note}` : (note ?? '');
  const first = [
    WORDS[outcome].padEnd(8),
    operation.padEnd(46),
    String(status ?? '').padEnd(4),
    said,
  ];
  const details = breaches.map(({ field, message }) => `           ${field} ${message}`);
  return [first.join(' ').trimEnd(), ...details].join('\n');
}

function asTable(url: string, checked: readonly Checked[]): string {
  const { passed, refused, failed, skipped } = summaryOf(checked);
  const parts = [
    `${passed} passed`,
    ...(refused > 0 ? [`${refused} refused as documented`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    `${failed} failed`,
  ];
  return [`Contract of ${url}`, '', ...checked.map(line), '', parts.join(', ')].join('\n');
}

const xml = (text: string): string =>
  text
    // What XML 1.0 cannot hold at all.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|[\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

function asJunit(url: string, checked: readonly Checked[]): string {
  const { failed, skipped } = summaryOf(checked);
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  const cases = checked.map(({ operation, outcome, note, breaches, milliseconds }) => {
    const [client = '', name = ''] = operation.split('.');
    const inner =
      outcome === 'skipped'
        ? [`      <skipped message="${xml(note ?? '')}"/>`]
        : breaches.map(
            ({ field, message }) =>
              `      <failure message="${xml(`${operation}: ${field} ${message}`)}"/>`,
          );
    const head = `    <testcase classname="contract.${xml(client)}" name="${xml(name)}" time="${seconds(milliseconds)}"`;
    return inner.length > 0 ? `${head}>\n${inner.join('\n')}\n    </testcase>` : `${head}/>`;
  });
  const time = seconds(checked.reduce((sum, one) => sum + one.milliseconds, 0));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="contract of ${xml(url)}" tests="${checked.length}" failures="${failed}" skipped="${skipped}" time="${time}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

export function render(format: Format, url: string, checked: readonly Checked[]): string {
  switch (format) {
    case 'json':
      return JSON.stringify({ url, summary: summaryOf(checked), operations: checked }, null, 2);
    case 'junit':
      return asJunit(url, checked);
    case 'table':
      return asTable(url, checked);
  }
}
