/** One JSON line per request. Identifiers are masked; codes, tokens, passwords and cookies never get here. */

export type LogLine = Record<string, unknown> & { level: 'info' | 'warn' | 'error' };
export type Log = (line: LogLine) => void;

/** One line of JSON on the console, by its level. */
export const consoleLog: Log = (line) => {
  console.log(JSON.stringify(line));
};

/**
 * A path that no operation takes may hold anything, a code or an email too: of its parts only plain words are shown.
 */
export function maskPath(path: string): string {
  const parts = path.slice(0, 200).split('/');
  return parts.map((part) => (/^([a-z._-]{0,24}|v\d\.\d)$/i.test(part) ? part : '***')).join('/');
}

/**
 * What of an error may be logged: names and messages down the cause chain.
 * Drizzle's own message holds the bound parameters, which are personal data, so only its cause is taken.
 */
export function errorForLog(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    parts.push(at.message.startsWith('Failed query') ? at.name : `${at.name}: ${at.message}`);
  }
  return parts.length > 0 ? parts.join(' ← ') : typeof error;
}

/** Where an unexpected error came from: its frames without its message, which may hold personal data. */
export function framesOf(error: unknown): string[] | undefined {
  if (!(error instanceof Error)) return undefined;
  const lines = error.stack?.split('\n').map((line) => line.trim()) ?? [];
  return lines.filter((line) => line.startsWith('at ')).slice(0, 8);
}
