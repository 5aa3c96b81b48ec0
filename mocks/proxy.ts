/** Proxy mode: a real server answers, and each exchange is held against its row. */
import { createMock, operationAt, type Mock } from './app.ts';
import type { Entry } from '../src/http/operation.ts';
import { shareWithPages } from './cors.ts';
import { pathOf } from './match.ts';

/** An answer as it came. */
export interface Answered {
  status: number;
  headers: Headers;
  /** As it was sent. */
  body: Uint8Array<ArrayBuffer>;
}

export interface ProxyOptions {
  /** Address of the server, with or without a path before the rows' paths. */
  target: string;
  /** What of an answer breaks the row, each in a sentence. */
  judge(entry: Entry, answer: Answered): string[];
  /** A breach becomes a 502 that names it. */
  fail?: boolean;
  /** Told of each success that keeps its row. */
  record?(entry: Entry, body: object): void;
  /** How long the server may take, in milliseconds (default 30,000). */
  patienceMs?: number;
}

/** What the checks of one exchange found. */
export interface Judged {
  breaches: readonly string[];
  /** Of the request: its first mistake. */
  mistake?: string;
}

export interface Proxy {
  fetch(request: Request): Promise<Response>;
  judged(response: Response): Judged | undefined;
}

/** Of one connection only (RFC 9110, 7.6.1), or no longer true of a body that was unpacked. */
const DROPPED = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'content-encoding',
  'accept-encoding',
];

function without(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of DROPPED) kept.delete(name);
  return kept;
}

/** A cookie of another host, as the browser keeps it from this one. */
const here = (line: string, secure: boolean): string =>
  line
    .split(';')
    .filter((part) => !/^\s*domain=/i.test(part) && (secure || !/^\s*secure\s*$/i.test(part)))
    .map((part) => (secure ? part : part.replace(/^(\s*samesite=)none$/i, '$1Lax')))
    .join(';');

const refusal = (code: string, message: string, more: object = {}): Response =>
  Response.json({ message, code, status: 502, ...more }, { status: 502 });

const NO_BODY = new Set([101, 204, 205, 304]);

/** The first mistake of a request, judged by the mock's own parser, which has no effect. */
async function mistakeOf(plain: Mock, request: Request): Promise<string | undefined> {
  const { status, body } = await plain.fetch(request).then(async (answer) => ({
    status: answer.status,
    // Of the mock itself, whose refusals have this form.
    body: await answer.json<{ errors?: { path: string; message: string }[]; code?: string }>(),
  }));
  if (status < 400) return undefined;
  const [first] = body.errors ?? [];
  return first ? `${first.path} ${first.message}` : body.code;
}

function parsed(bytes: Uint8Array): object | undefined {
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

export function createProxy(options: ProxyOptions): Proxy {
  const { target, judge, fail = false, record, patienceMs = 30_000 } = options;
  const base = target.replace(/\/$/, '');
  const plain = createMock();
  const found = new WeakMap<Response, Judged>();

  async function forward(request: Request, bytes: ArrayBuffer): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { method } = request;
    const headers = without(request.headers);
    const body = method === 'GET' || method === 'HEAD' ? undefined : bytes;
    const signal = AbortSignal.timeout(patienceMs);
    return fetch(base + pathname + search, { method, headers, body, signal, redirect: 'manual' });
  }

  return {
    judged: (response) => found.get(response),
    async fetch(request) {
      const response = await answered(request);
      shareWithPages(request, response);
      return response;
    },
  };

  async function answered(request: Request): Promise<Response> {
    const entry = operationAt(request.method, pathOf(request));
    const bytes = await request.clone().arrayBuffer();
    let answer: Answered;
    try {
      const response = await forward(request, bytes);
      const { status, headers } = response;
      answer = { status, headers, body: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      const reason = error instanceof Error ? (error.cause ?? error) : error;
      const said = reason instanceof Error ? reason.message : String(reason);
      return refusal('bad_gateway', `${base} does not answer: ${said}`);
    }
    const isHead = request.method === 'HEAD';
    const breaches = entry && !isHead ? judge(entry, answer) : [];
    const mistake = entry && (await mistakeOf(plain, request.clone()));
    const body = parsed(answer.body);
    if (entry && record && body && breaches.length === 0 && answer.status < 300)
      record(entry, body);
    const headers = without(answer.headers);
    headers.delete('set-cookie');
    const secure = new URL(request.url).protocol === 'https:';
    for (const line of answer.headers.getSetCookie())
      headers.append('set-cookie', here(line, secure));
    const response =
      fail && breaches.length > 0
        ? refusal('contract_breach', `The answer of ${base} is not as documented: ${breaches[0]}`, {
            breaches,
          })
        : new Response(NO_BODY.has(answer.status) ? null : answer.body, {
            status: answer.status,
            headers,
          });
    found.set(response, { breaches, ...(mistake !== undefined && { mistake }) });
    return response;
  }
}
