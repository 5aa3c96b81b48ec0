/** The Worker's log as a developer reads it: one short line per request, and the messages that it brought about. */
import { clockTime, faint, link, plain, status, warn } from '../../src/cli/terminal.ts';
import type { InboxItem } from '../../src/ports/index.ts';

/** Fields that a request line shows; others would repeat them. */
interface RequestLine {
  message: 'request';
  method: string;
  path: string;
  status: number;
  duration_ms: number;
  operation?: string;
  code?: string;
  internal?: unknown;
}

export interface DevLine {
  /** Undefined for what is left out. */
  text: string | undefined;
  /** The request may have sent a message. */
  sends: boolean;
}

/** `/service/application/user/authentication/v1.0/login/otp` → `/…/login/otp`. */
const shortPath = (path: string): string =>
  path.replace(/^\/service\/.*?\/v\d\.\d(\/company\/\{\w+\}\/application\/\{\w+\})?(?=\/)/, '/…');

const details = (value: unknown): string =>
  plain(typeof value === 'string' ? value : JSON.stringify(value));

function requestText(line: RequestLine): string {
  const parts = [
    faint(clockTime(Date.now())),
    plain(line.method).padEnd(6),
    plain(shortPath(line.path)),
    status(line.status),
    faint(`${line.duration_ms} ms`),
    faint(line.operation?.split('.')[1] ?? ''),
    line.code === undefined ? '' : warn(plain(line.code)),
  ];
  const first = parts.filter(Boolean).join(' ');
  return line.internal === undefined ? first : `${first}\n  ${warn(details(line.internal))}`;
}

function otherText({ level, message, ...rest }: Record<string, unknown>): string {
  const said = Object.entries(rest).map(([name, value]) => `${faint(`${name}=`)}${details(value)}`);
  const head =
    level === 'info' ? plain(String(message)) : warn(`${String(level)} ${plain(String(message))}`);
  return [faint(clockTime(Date.now())), head, ...said].join(' ');
}

/** Preflights, and what the pages for developers ask for by themselves. */
const isNoise = ({ method, path }: RequestLine): boolean =>
  method === 'OPTIONS' || path.startsWith('/_dev/') || path === '/favicon.ico';

function logLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** @param line of the Worker's output; what is no log line is shown as it is */
export function devLine(line: string): DevLine {
  const read = logLine(line);
  if (!read) return { text: line, sends: false };
  if (read['message'] !== 'request') return { text: otherText(read), sends: false };
  // The Worker's own line; src/http/server.ts writes it.
  const request = read as unknown as RequestLine;
  if (isNoise(request)) return { text: undefined, sends: false };
  return {
    text: requestText(request),
    sends: request.method !== 'GET' && request.status < 300,
  };
}

/** `+91••••3958`, `a•••@example.com`: enough to know one's own by. */
function hidden(to: string): string {
  const at = to.lastIndexOf('@');
  if (at > 0) return `${to.slice(0, 1)}•••${to.slice(at)}`;
  return to.length < 8 ? '•••' : `${to.slice(0, 3)}••••${to.slice(-4)}`;
}

/** A message as one line: its code or its link, and to whom. */
export function messageLine({ otp, link: address, template, channel, to }: InboxItem): string {
  const what = otp === undefined ? link(plain(address ?? template)) : `code ${link(plain(otp))}`;
  return `         ${faint(channel)} ${what} → ${plain(hidden(to))}`;
}

/** A message comes through a queue, a moment after the answer. */
const LOOKS_AFTER_MS = [150, 600, 2000];

/**
 * Shows each new message once. `look` is called when one may have been sent.
 * @param list the newest messages; a list that cannot be had shows nothing
 */
export function watchInbox(
  list: () => Promise<readonly InboxItem[]>,
  show: (item: InboxItem) => void,
): { look(): void; stop(): void } {
  let seen: Set<string> | undefined;
  let timers: NodeJS.Timeout[] = [];
  const read = async (): Promise<void> => {
    const items = await list().catch(() => undefined);
    if (!items) return;
    const known = seen;
    seen = new Set([...(known ?? []), ...items.map(({ id }) => id)]);
    // What lay there before the start is nobody's news.
    if (known) for (const item of items.toReversed()) if (!known.has(item.id)) show(item);
  };
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  };
  void read();
  return {
    look() {
      stop();
      timers = LOOKS_AFTER_MS.map((ms) => setTimeout(() => void read(), ms).unref());
    },
    stop,
  };
}
