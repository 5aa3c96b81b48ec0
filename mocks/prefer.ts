/** Choosing the mock's answer per request, in the `Prefer` header (RFC 7240) or the query `_prefer`. */
import { MINUTE_MS } from '../src/shared/time.ts';
import { errorCatalogue, isFailure, type ErrorCode, type ApiFailure } from '../src/http/errors.ts';
import { err } from '../src/shared/result.ts';
import { successOf, type Entry } from '../src/http/operation.ts';
import { invalid } from '../src/http/parse.ts';
import { codesOf } from './answers/read.ts';
import { MAX_SEED } from './bounds.ts';
import { editDistance } from './nearest.ts';
import { readPrefer, written, type Preferred } from './prefer-header.ts';

export interface Preference {
  /** The documented file as it stands, wrapper included (D-2). */
  envelope: boolean;
  /** Invented data instead of the documented example; undefined leaves it to the mock's own setting. */
  dynamic?: boolean;
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

const NAMES = ['code', 'error', 'delay', 'envelope', 'dynamic', 'seed'] as const;
type Name = (typeof NAMES)[number];
const isKnown = (name: string): name is Name => (NAMES as readonly string[]).includes(name);

const NOTHING: Preference = { envelope: false, delayMs: 0, orders: false, applied: '' };
const MAX_DELAY_MS = MINUTE_MS;

/** What a limit says of itself, so that a page can be built against it. */
const SPENT = { meta: { limit: 'mock', retry_after: 30 }, retryAfterSeconds: 30 };

const wrong = (message: string): ApiFailure => invalid([{ path: 'prefer', message }]);

export const refusalOf = (code: ErrorCode): ApiFailure =>
  err(code, errorCatalogue[code].status === 429 ? SPENT : {});

type Change = Partial<Preference> | ApiFailure;

function byName(entry: Entry, name: string): Change {
  const codes = codesOf(entry);
  const code = codes.find((one) => one === name);
  return code ? { refusal: refusalOf(code) } : wrong(`error is one of ${codes.join(', ')}`);
}

/** The first declared error of a status; nothing for the success. */
function byStatus(entry: Entry, text: string): Change {
  const { status } = successOf(entry.row);
  if (text === String(status)) return {};
  const codes = codesOf(entry);
  const code = codes.find((one) => String(errorCatalogue[one].status) === text);
  if (code) return { refusal: refusalOf(code) };
  const statuses = [...new Set([status, ...codes.map((one) => errorCatalogue[one].status)])];
  return wrong(`code is one of ${statuses.toSorted((a, b) => a - b).join(', ')}`);
}

const READERS: Readonly<Record<Name, (value: string, entry: Entry) => Change>> = {
  error: (value, entry) => byName(entry, value),
  code: (value, entry) => byStatus(entry, value),
  delay: (value) =>
    /^\d{1,5}$/.test(value) && Number(value) <= MAX_DELAY_MS
      ? { delayMs: Number(value) }
      : wrong(`delay is a whole number of milliseconds, at most ${MAX_DELAY_MS}`),
  envelope: (value) =>
    value === 'documented' ? { envelope: true } : wrong('envelope is documented'),
  dynamic: (value) =>
    /^(true|false|)$/.test(value)
      ? { dynamic: value !== 'false' }
      : wrong('dynamic is true or false'),
  seed: (value) =>
    /^\d{1,10}$/.test(value) && Number(value) <= MAX_SEED
      ? { seed: Number(value) }
      : wrong(`seed is a whole number, at most ${MAX_SEED}`),
};

/** A name that is nearly one of the mock's own is a typing mistake; any other is a preference for another server. */
function mistyped(foreign: readonly string[]): ApiFailure | undefined {
  for (const name of foreign) {
    const meant = NAMES.find((one) => name.length < 20 && editDistance(one, name) === 1);
    if (meant) return wrong(`${name} is not known; ${meant} is`);
  }
  return undefined;
}

/** Whether a preference has a say in the answer that comes out; of `code` and `error` the latter says more and wins. */
function isMet({ name }: Preferred, names: ReadonlySet<string>, met: Preference): boolean {
  if (name === 'code') return !names.has('error');
  if (name === 'envelope' || name === 'dynamic') return met.refusal === undefined;
  if (name === 'seed') return met.refusal === undefined && met.dynamic === true;
  return true;
}

/**
 * What the caller wishes for, or the 400 that names what there is.
 * @param request its `Prefer` headers and its query `_prefer`, for those who cannot set headers
 * @param byDefault whether data is invented where nothing is wished for
 */
export function preferenceOf(
  entry: Entry,
  request: Request,
  byDefault = false,
): Preference | ApiFailure {
  const header = request.headers.get('prefer');
  // Most requests wish for nothing: no URL is parsed for them.
  if (header === null && !request.url.includes('_prefer=')) return NOTHING;
  const query = new URL(request.url).searchParams.getAll('_prefer');
  const { known, foreign } = readPrefer([header ?? '', ...query].join(','), isKnown);
  const mistake = mistyped(foreign);
  if (mistake) return mistake;
  const preference: Preference = { ...NOTHING };
  // `error` last, so that it wins over `code`.
  for (const { name, value } of known.toSorted(
    (a, b) => Number(a.name === 'error') - Number(b.name === 'error'),
  )) {
    const change = READERS[name as Name](value, entry);
    if (isFailure(change)) return change;
    Object.assign(preference, change);
  }
  if (preference.envelope && preference.dynamic) {
    return wrong('envelope and dynamic exclude each other: what is invented is not documented');
  }
  const names = new Set(known.map(({ name }) => name));
  preference.orders =
    names.has('code') || names.has('error') || preference.envelope || preference.dynamic === true;
  // The documented file is not invented, whatever the mock does otherwise.
  if (preference.envelope) preference.dynamic = false;
  const met = { ...preference, dynamic: preference.dynamic ?? byDefault };
  preference.applied = known
    .filter((one) => isMet(one, names, met))
    .map(written)
    .join(', ');
  return preference;
}
