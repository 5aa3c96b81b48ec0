/** How commands speak: colours that mean something, where the terminal shows any (NO_COLOR and pipes get none). */
import { styleText } from 'node:util';

export const heading = (text: string): string => styleText('bold', text);
export const faint = (text: string): string => styleText('dim', text);
export const good = (text: string): string => styleText('green', text);
export const warn = (text: string): string => styleText('yellow', text);
export const bad = (text: string): string => styleText('red', text);
export const link = (text: string): string => styleText('cyan', text);

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
