/** Failures on purpose: a share of all requests is refused or cut off, to see how a page copes with it. */
import { errorResponse, type ApiFailure } from '../src/http/errors.ts';
import { err } from '../src/shared/result.ts';
import { requestIdOf } from '../src/http/caller.ts';
import { withStandardHeaders } from '../src/http/server.ts';
import { seeded } from './dynamic/random.ts';

/** Names what happened to an answer, so that a failure on purpose is not taken for a bug. */
export const CHAOS_HEADER = 'x-mock-chaos';

const KINDS = ['429', '500', '503', 'cut'] as const;
export type ChaosKind = (typeof KINDS)[number];

const RETRY_AFTER_SECONDS = 2;
const REFUSALS: Readonly<Record<Exclude<ChaosKind, 'cut'>, ApiFailure>> = {
  429: err('too_many_requests', {
    meta: { limit: 'chaos', retry_after: RETRY_AFTER_SECONDS },
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  }),
  500: err('internal_error'),
  503: err('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }),
};

/**
 * What happens to one request after the other; undefined for most. The same seed gives the same row. The kinds are dealt
 * like cards, each once before any comes again, so that their parts are equal in short runs too.
 */
export function chaosOf(seed: number): (share: number) => ChaosKind | undefined {
  const random = seeded('chaos', seed);
  let deck: ChaosKind[] = [];
  return (share) => {
    if (!random.chance(share)) return undefined;
    if (deck.length === 0) deck = [...KINDS];
    const [kind] = deck.splice(random.between(0, deck.length - 1), 1);
    return kind;
  };
}

/** A body that ends in the middle. A socket, or MSW's network error, is better (see `isCut`). */
const broken = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.error(new Error('This connection was cut off on purpose (chaos).'));
    },
  });

/** The answer to a request that fails on purpose. */
export function chaosResponse(kind: ChaosKind, request: Request): Response {
  const requestId = requestIdOf(request);
  const response =
    kind === 'cut' ? new Response(broken()) : errorResponse(REFUSALS[kind], requestId);
  const marked = withStandardHeaders(response, requestId);
  marked.headers.set(CHAOS_HEADER, kind);
  return marked;
}

/** Whether the connection is to be cut instead of answering. */
export const isCut = (response: Response): boolean => response.headers.get(CHAOS_HEADER) === 'cut';
