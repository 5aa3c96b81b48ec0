/** How commands speak: colours that mean something, where the terminal shows any (NO_COLOR and pipes get none). */
import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/**
 * @param stream that the text is written to; one that is no terminal, or NO_COLOR, leaves the text as it is
 * @returns a function, since `styleText` looks at the terminal each time, which is felt at a thousand lines a second
 */
export function style(
  format: Format,
  stream: NodeJS.WritableStream = process.stdout,
): (text: string) => string {
  const [before = '', after = ''] = styleText(format, '|', { stream }).split('|');
  return (text) => before + text + after;
}
export const heading = style('bold');
export const faint = style('dim');
export const good = style('green');
export const warn = style('yellow');
export const bad = style('red');
export const link = style('cyan');

/** Whether what is printed has colours. */
export const hasColours = bad('') !== '';

const failed = style('red', process.stderr);

/** Why nothing came of it, on stderr; the reasons in the lines below the first stay plain. */
export function printFailure(message: string): void {
  const [first = '', ...more] = message.split('\n');
  console.error([failed(first), ...more].join('\n'));
}

/** A status in its colour. */
export function status(code: number): string {
  if (code < 400) return good(String(code));
  return code < 500 ? warn(String(code)) : bad(String(code));
}

/** Lines of a name and what it is, in columns, two blanks from the margin. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `  ${faint(name.padEnd(width))}${value}`).join('\n');
}

/** Text of others on one line: what would move the cursor or the colours is shown as `?`. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '?');

const two = (value: number): string => String(value).padStart(2, '0');
/** `13:45:01`, local. */
export function clockTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}
