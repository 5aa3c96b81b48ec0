/** The last requests and their answers, to see what a page did. Bounded, in memory, without credentials. */
import type { FieldError } from '../../src/shared/result.ts';
import { ANSWER_HEADER, operationAt } from '../app.ts';
import { CHAOS_HEADER } from '../chaos.ts';
import { pathOf } from '../match.ts';
import { baseOf } from '../place.ts';
import { SCENARIO_HEADER } from '../scenarios/contract.ts';
import { maskAnswer, maskForm, maskRequest } from './mask.ts';

const MAX_KEPT_REQUESTS = 200;
/** Characters of a body, a target or a header's value that are kept. */
const MAX_BODY_CHARACTERS = 4_096;
const MAX_LINE_CHARACTERS = 1_000;

export type HeaderLine = [name: string, value: string];

/** One request and its answer. Everything in it was written by others, and is escaped wherever it is shown. */
export interface Exchange {
  /** Counts up from 1. */
  id: number;
  /** When it arrived, in milliseconds since 1970. */
  at: number;
  method: string;
  /** Path and query. */
  target: string;
  /** `application.loginWithOTP`; undefined when nothing is documented there. */
  operation?: string;
  /** Out of which the answer came. */
  scenario?: string;
  /** The project's own MSW handler that answered, as MSW names it. */
  handler?: string;
  /** The kind of the answer that was chosen beforehand. */
  chosen?: string;
  /** What MSW matched it with: `vestibule`, or the own handler. */
  matched: string;
  /** What of a real server's answer breaks the row; empty when it keeps it. Undefined where the mock itself answered. */
  breaches?: readonly string[];
  /** Of a request that a real server answered: its first mistake. */
  mistake?: string;
  /** What a developer should know beside it. */
  note?: string;
  request: { headers: HeaderLine[]; body: string };
  status: number;
  response: { headers: HeaderLine[]; body: string };
  /** What a refusal said. */
  refusal?: { code?: string; message?: string; errors?: FieldError[] };
  /** The kind of failure on purpose, if it was one. */
  chaos?: string;
  durationMs: number;
}

const cut = (text: string, max: number): string =>
  text.length > max ? `${text.slice(0, max)} … (${text.length} characters)` : text;

/** Cookies keep their names and attributes. */
const maskCookies = (line: string): string =>
  line.replaceAll(/(^|[;,]\s*)([^=;,\s]+)=[^;,]*/g, (whole, before: string, name: string) =>
    /^(max-age|path|samesite|domain)$/i.test(name) ? whole : `${before}${name}=…`,
  );

/** A header as it may be kept: of credentials only the scheme. */
function kept([name, value]: HeaderLine): HeaderLine {
  if (name === 'authorization' || name === 'proxy-authorization') {
    return [name, `${/^\w{1,20}(?=\s)/.exec(value)?.[0] ?? ''} …`.trim()];
  }
  if (name === 'x-captcha-code') return [name, '…'];
  if (name === 'cookie' || name === 'set-cookie')
    return [name, cut(maskCookies(value), MAX_LINE_CHARACTERS)];
  return [name, cut(value, MAX_LINE_CHARACTERS)];
}

function refusalOf(status: number, body: string): Exchange['refusal'] {
  if (status < 400) return undefined;
  try {
    // Every refusal of the API has this form; any other JSON has none of these keys.
    const { code, message, errors } = JSON.parse(body) as NonNullable<Exchange['refusal']>;
    return { code, message, errors: Array.isArray(errors) ? errors.slice(0, 20) : undefined };
  } catch {
    return undefined;
  }
}

/** What is to be kept of one exchange. */
export interface Heard {
  request: Request;
  /** Of the request, as it arrived. */
  bytes?: Uint8Array;
  response: Response;
  /** Of the answer; undefined when it was cut off. */
  text?: string;
  handler?: string;
  breaches?: readonly string[];
  mistake?: string;
  note?: string;
  at: number;
  durationMs: number;
}

export class RequestLog {
  #last = 0;
  readonly #base: string;
  readonly #exchanges: Exchange[] = [];

  /** @param base what stands before every path of the API */
  constructor(base?: string) {
    this.#base = baseOf(base);
  }

  /** Keeps an exchange, without its secrets, and returns what is kept. */
  add(heard: Heard): Exchange {
    const {
      request,
      bytes,
      response,
      text = '',
      at,
      durationMs,
      handler,
      breaches,
      mistake,
      note,
    } = heard;
    const { pathname, search } = new URL(request.url);
    this.#last += 1;
    const exchange: Exchange = {
      id: this.#last,
      at,
      method: request.method,
      target: cut(pathname + maskForm(search), MAX_LINE_CHARACTERS),
      operation: operationAt(request.method, pathOf(request, this.#base))?.id,
      scenario: response.headers.get(SCENARIO_HEADER) ?? undefined,
      request: {
        headers: [...request.headers].map(kept),
        body: cut(
          maskRequest(new TextDecoder().decode(bytes?.subarray(0, 4 * MAX_BODY_CHARACTERS))),
          MAX_BODY_CHARACTERS,
        ),
      },
      status: response.status,
      response: {
        headers: [...response.headers].map(kept),
        body: cut(maskAnswer(text), MAX_BODY_CHARACTERS),
      },
      refusal: refusalOf(response.status, text),
      chaos: response.headers.get(CHAOS_HEADER) ?? undefined,
      chosen: response.headers.get(ANSWER_HEADER) ?? undefined,
      matched: handler ?? 'vestibule',
      durationMs,
      ...(handler !== undefined && { handler }),
      ...(breaches && { breaches }),
      ...(mistake !== undefined && { mistake }),
      ...(note !== undefined && { note }),
    };
    this.#exchanges.unshift(exchange);
    if (this.#exchanges.length > MAX_KEPT_REQUESTS) this.#exchanges.pop();
    return exchange;
  }

  /** The id of the newest; 0 before the first. */
  get newest(): number {
    return this.#last;
  }

  /** The newest first; only those after `id`, if one is given. */
  list(id = 0): readonly Exchange[] {
    return this.#exchanges.filter((exchange) => exchange.id > id);
  }

  clear(): void {
    this.#exchanges.length = 0;
  }
}
