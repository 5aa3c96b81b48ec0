/** Choosing the mock's answer per request, in the `Prefer` header (RFC 7240) or the query `_prefer`. */
import { MINUTE_MS } from '../src/shared/time.ts';
import { errorCatalogue, isFailure, type ErrorCode, type ApiFailure } from '../src/http/errors.ts';
import { err } from '../src/shared/result.ts';
import { errorsOf, successOf, type Entry } from '../src/http/operation.ts';
import { invalid } from '../src/http/parse.ts';

export interface Preference {
  /** The documented file as it stands, wrapper included (D-2). */
  envelope: boolean;
  /** Invented data instead of the documented example. */
  dynamic: boolean;
  /** What invented data follows from; undefined for the server's own. */
  seed?: number;
  /** Milliseconds to wait before the answer. */
  delayMs: number;
  /** The refusal to answer with; undefined for the success. */
  refusal?: ApiFailure;
  /** Whether a certain answer was ordered, which only the plain mock gives. */
  orders: boolean;
  /** What was wished for and is met, for `Preference-Applied`. */
  applied: string;
}

const ORDERS = ['code', 'error', 'envelope', 'dynamic'] as const;
const KNOWN = ['code', 'error', 'delay', 'envelope', 'dynamic', 'seed'] as const;
const NOTHING: Preference = {
  envelope: false,
  dynamic: false,
  delayMs: 0,
  orders: false,
  applied: '',
};
export const MAX_SEED = 2 ** 32 - 1;
/** Preferences of RFC 7240 itself: a client may send them anywhere, and a server that does not know them ignores them. */
const STANDARD = new Set(['respond-async', 'return', 'wait', 'handling']);
const MAX_DELAY_MS = MINUTE_MS;

/** What a limit says of itself, so that a page can be built against it. */
const SPENT = { meta: { limit: 'mock', retry_after: 30 }, retryAfterSeconds: 30 };

const wrong = (message: string): ApiFailure => invalid([{ path: 'prefer', message }]);

const refusalOf = (code: ErrorCode): ApiFailure =>
  err(code, errorCatalogue[code].status === 429 ? SPENT : {});

/** Every error that the operation can answer, and the one that any can. */
const codesOf = ({ row }: Entry): ErrorCode[] => [...errorsOf(row), 'internal_error'];

type Change = Partial<Preference> | ApiFailure;

function byName(entry: Entry, name: string): Change {
  const codes = codesOf(entry);
  const code = codes.find((one) => one === name);
  return code ? { refusal: refusalOf(code) } : wrong(`error is one of ${codes.join(', ')}`);
}

/** The first declared error of a status; undefined for the success. */
function byStatus(entry: Entry, text: string): Change {
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

/** What one preference asks for. Of `code` and `error`, the latter says more and wins. */
const READERS: Readonly<Record<string, (value: string, entry: Entry) => Change>> = {
  error: (value, entry) => byName(entry, value),
  code: (value, entry) => byStatus(entry, value),
  delay: (value) =>
    /^\d{1,5}$/.test(value) && Number(value) <= MAX_DELAY_MS
      ? { delayMs: Number(value) }
      : wrong(`delay is a whole number of milliseconds, at most ${MAX_DELAY_MS}`),
  envelope: (value) =>
    value === 'documented' ? { envelope: true } : wrong('envelope is documented'),
  dynamic: (value) =>
    value === 'true' || value === 'false'
      ? { dynamic: value === 'true' }
      : wrong('dynamic is true or false'),
  seed: (value) =>
    /^\d{1,10}$/.test(value) && Number(value) <= MAX_SEED
      ? { seed: Number(value) }
      : wrong(`seed is a whole number, at most ${MAX_SEED}`),
};

/**
 * What the caller wishes for, or the 400 that names what there is.
 * @param request its `Prefer` headers and its query `_prefer`, for those who cannot set headers
 */
export function preferenceOf(entry: Entry, request: Request): Preference | ApiFailure {
  const header = request.headers.get('prefer');
  // Most requests wish for nothing: no URL is parsed for them.
  if (header === null && !request.url.includes('_prefer=')) return NOTHING;
  const query = new URL(request.url).searchParams.getAll('_prefer');
  const pairs = [header ?? '', ...query].flatMap(pairsOf).filter(([name]) => !STANDARD.has(name));
  const preference = { ...NOTHING };
  // `error` last, so that it wins over `code`.
  for (const [name, value] of pairs.toSorted(
    ([a], [b]) => Number(a === 'error') - Number(b === 'error'),
  )) {
    const read = READERS[name];
    if (!read) return wrong(`${name.slice(0, 40)} is not known; there are ${KNOWN.join(', ')}`);
    const change = read(value, entry);
    if (isFailure(change)) return change;
    Object.assign(preference, change);
  }
  if (preference.envelope && preference.dynamic) {
    return wrong('envelope and dynamic exclude each other: what is invented is not documented');
  }
  const names = new Set(pairs.map(([name]) => name));
  preference.orders = ORDERS.some((name) => names.has(name));
  preference.applied = pairs.map((pair) => pair.join('=')).join(', ');
  return preference;
}
