/** Choosing the mock's answer per request, in the `Prefer` header (RFC 7240) or the query `_prefer`. */
import { errorCatalogue, failure, type ErrorCode, type Failure } from '../src/http/errors.ts';
import { errorsOf, successOf, type Entry } from '../src/http/operation.ts';
import { invalid } from '../src/http/parse.ts';

export interface Preference {
  /** The documented file as it stands, wrapper included (decision 2). */
  envelope: boolean;
  /** Milliseconds to wait before the answer. */
  delayMs: number;
  /** The refusal to answer with; undefined for the success. */
  refusal?: Failure;
}

const KNOWN = ['code', 'error', 'delay', 'envelope'] as const;
/** Preferences of RFC 7240 itself: a client may send them anywhere, and whoever does not know them ignores them. */
const STANDARD = new Set(['respond-async', 'return', 'wait', 'handling']);
const MAX_DELAY = 60_000;

/** What a limit says of itself, so that a page can be built against it. */
const SPENT = { meta: { limit: 'mock', retry_after: 30 }, retryAfter: 30 };

const wrong = (message: string): Failure => invalid([{ path: 'prefer', message }]);

const refusalOf = (code: ErrorCode): Failure =>
  failure(code, errorCatalogue[code].status === 429 ? SPENT : {});

/** Every error that the operation can answer, and the one that any can. */
const codesOf = ({ row }: Entry): ErrorCode[] => [...errorsOf(row), 'internal_error'];

function byName(entry: Entry, name: string): Failure {
  const codes = codesOf(entry);
  const code = codes.find((one) => one === name);
  return code ? refusalOf(code) : wrong(`error is one of ${codes.join(', ')}`);
}

/** The first declared error of a status; undefined for the success. */
function byStatus(entry: Entry, text: string): { refusal?: Failure } | Failure {
  const { status } = successOf(entry.row);
  if (text === String(status)) return {};
  const codes = codesOf(entry);
  const code = codes.find((one) => String(errorCatalogue[one].status) === text);
  if (code) return { refusal: refusalOf(code) };
  const statuses = [...new Set([status, ...codes.map((one) => errorCatalogue[one].status)])];
  return wrong(`code is one of ${statuses.toSorted((a, b) => a - b).join(', ')}`);
}

/** `code=404, delay=800` → pairs; commas and semicolons separate, quotes may stand around a value. */
function pairsOf(text: string): [name: string, value: string][] {
  return text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [name = '', ...rest] = part.split('=');
      return [name.trim().toLowerCase(), rest.join('=').trim().replaceAll('"', '')];
    });
}

/**
 * What the caller wishes for, or the 400 that names what there is.
 * @param request its `Prefer` headers and its query `_prefer`, for those who cannot set headers
 */
export function preferenceOf(entry: Entry, request: Request): Preference | Failure {
  const header = request.headers.get('prefer');
  // Most requests wish for nothing: no URL is parsed for them.
  if (header === null && !request.url.includes('_prefer=')) return { envelope: false, delayMs: 0 };
  const query = new URL(request.url).searchParams.getAll('_prefer');
  const preference: Preference = { envelope: false, delayMs: 0 };
  for (const [name, value] of [header ?? '', ...query].flatMap(pairsOf)) {
    if (name === 'error') preference.refusal = byName(entry, value);
    else if (name === 'code') {
      const chosen = byStatus(entry, value);
      if ('failed' in chosen) return chosen;
      preference.refusal ??= chosen.refusal;
    } else if (name === 'delay') {
      if (!/^\d{1,5}$/.test(value) || Number(value) > MAX_DELAY) {
        return wrong(`delay is a whole number of milliseconds, at most ${MAX_DELAY}`);
      }
      preference.delayMs = Number(value);
    } else if (name === 'envelope') {
      if (value !== 'documented') return wrong('envelope is documented');
      preference.envelope = true;
    } else if (!STANDARD.has(name)) {
      return wrong(`${name.slice(0, 40)} is not known; there are ${KNOWN.join(', ')}`);
    }
  }
  return preference;
}
