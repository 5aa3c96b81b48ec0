/** A report for people (table, Markdown) and for programs (JSON, JUnit). */
import { styleText } from 'node:util';
import type { Breach } from './strict.ts';
import { isGreen, type Checked, type Report, type Verdict } from './verdict.ts';

export const FORMATS = ['table', 'json', 'junit', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

const WORDS: Record<Verdict, string> = {
  passed: 'passed',
  refused: 'refused',
  breach: 'BREACH',
  not_reached: 'not reached',
  skipped: 'skipped',
};
const COLOURS = {
  passed: 'green',
  refused: 'cyan',
  breach: 'red',
  not_reached: 'yellow',
  skipped: 'gray',
} as const satisfies Record<Verdict, string>;

/** `refused` as documented is worth a word more in a sum. */
const SUMS: readonly [Verdict, string][] = [
  ['passed', 'passed'],
  ['refused', 'refused as documented'],
  ['skipped', 'skipped'],
  ['not_reached', 'not reached'],
  ['breach', 'with breaches'],
];
const sumsOf = ({ summary }: Report): string =>
  SUMS.filter(([verdict]) => summary[verdict] > 0 || verdict === 'passed' || verdict === 'breach')
    .map(([verdict, word]) => `${summary[verdict]} ${word}`)
    .join(', ');
const wrongRequests = ({ operations }: Report): number =>
  operations.reduce((sum, { negative_calls }) => sum + negative_calls, 0);
const textOf = ({ field, message }: Breach): string => `${field} ${message}`;

/** Breaches of one operation shown in a table; the others are counted, and JSON has all of them. */
const MAX_SHOWN = 8;

function line(one: Checked, colour: boolean): string {
  const { operation, verdict, status, note, breaches } = one;
  const word = WORDS[verdict].padEnd(12);
  const first = [
    colour ? styleText(COLOURS[verdict], word, { validateStream: false }) : word,
    operation.padEnd(44),
    String(status ?? '').padEnd(4),
    note ?? '',
  ];
  const more = breaches.length - MAX_SHOWN;
  const details = [
    ...breaches.slice(0, MAX_SHOWN).map(textOf),
    ...(more > 0 ? [`… and ${more} more (--format json)`] : []),
  ];
  return [first.join(' ').trimEnd(), ...details.map((text) => `             ${text}`)].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', title, ...lines.map((text) => `  ${text}`)] : [];

function asTable(report: Report, colour: boolean): string {
  const { url, mode, operations, findings, left_out, cleanup } = report;
  const paint = (text: string): string =>
    colour ? styleText(report.ok ? 'green' : 'red', text, { validateStream: false }) : text;
  const wrong = wrongRequests(report);
  return [
    `Contract of ${url} (${mode})`,
    '',
    ...operations.map((one) => line(one, colour)),
    ...section('Left out:', left_out),
    ...section('Made or changed:', cleanup),
    ...section('What is wrong:', findings),
    '',
    ...(wrong > 0 ? [`${wrong} wrong requests were sent, to see them refused.`] : []),
    paint(sumsOf(report)),
  ].join('\n');
}

const xml = (text: string): string =>
  text
    // What XML 1.0 cannot hold at all.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|[\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function asCase({ operation, verdict, note, breaches, milliseconds }: Checked): string {
  const [client = '', name = ''] = operation.split('.');
  const inner: Record<Verdict, string[]> = {
    passed: [],
    refused: [],
    skipped: [`      <skipped message="${xml(note ?? '')}"/>`],
    not_reached: [`      <failure message="${xml(`${operation}: not reached: ${note ?? ''}`)}"/>`],
    breach: breaches.map(
      (one) => `      <failure message="${xml(`${operation}: ${textOf(one)}`)}"/>`,
    ),
  };
  const head = `    <testcase classname="contract.${xml(client)}" name="${xml(name)}" time="${seconds(milliseconds)}"`;
  const lines = inner[verdict];
  return lines.length > 0 ? `${head}>\n${lines.join('\n')}\n    </testcase>` : `${head}/>`;
}

function asJunit(report: Report): string {
  const { url, operations, summary, findings } = report;
  const time = seconds(operations.reduce((sum, one) => sum + one.milliseconds, 0));
  // What is wrong with the run as a whole is a case of its own: a run in which nothing passed has no other failure.
  const whole = findings.map((text) => `      <failure message="${xml(text)}"/>`);
  const run = '    <testcase classname="contract" name="run" time="0.000"';
  const failures = summary.breach + summary.not_reached + (whole.length > 0 ? 1 : 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="contract of ${xml(url)}" tests="${operations.length + 1}" failures="${failures}" skipped="${summary.skipped}" time="${time}">`,
    whole.length > 0 ? `${run}>\n${whole.join('\n')}\n    </testcase>` : `${run}/>`,
    ...operations.map(asCase),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

/** A cell of a Markdown table: one line, and nothing that a page would take for HTML or for another cell. */
const cell = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replaceAll(/[\\`*_|[\]]/g, '\\$&');

function asMarkdown(report: Report): string {
  const { url, mode, operations, findings, cleanup, left_out } = report;
  const told = operations.filter(
    ({ verdict }) => verdict === 'breach' || verdict === 'not_reached',
  );
  const rows = told.map(({ operation, verdict, breaches, note = '' }) => {
    const what = breaches.slice(0, MAX_SHOWN).map(textOf);
    const more = breaches.length > MAX_SHOWN ? [`… and ${breaches.length - MAX_SHOWN} more`] : [];
    const details = [...(what.length > 0 ? what : [note]), ...more].map(cell).join('<br>');
    return `| ${cell(operation)} | ${WORDS[verdict]} | ${details} |`;
  });
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? ['', `**${title}**`, '', ...lines.map((text) => `- ${cell(text)}`)] : [];
  return [
    `## ${isGreen(report.summary) ? '✅' : '❌'} Contract of ${cell(url)} (${mode})`,
    '',
    `${sumsOf(report)}; ${wrongRequests(report)} wrong requests sent`,
    ...list('What is wrong', findings),
    ...(rows.length > 0
      ? ['', '| operation | verdict | what |', '| --- | --- | --- |', ...rows]
      : []),
    ...list('Left out', left_out),
    ...list('Made or changed', cleanup),
  ].join('\n');
}

/** @param colour for a terminal; heeded by the table alone */
export function render(format: Format, report: Report, colour = false): string {
  switch (format) {
    case 'json':
      return JSON.stringify(report, null, 2);
    case 'junit':
      return asJunit(report);
    case 'markdown':
      return asMarkdown(report);
    case 'table':
      return asTable(report, colour);
  }
}
