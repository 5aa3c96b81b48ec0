/** A client that holds the server to its promises under faults, and repeats calls as a careful client does. */
import { expect } from 'vitest';
import type { D1Shop } from '../shop.ts';
import { Refused, type Answer, type Ask } from './stage.ts';

const MAX_ATTEMPTS = 4;
/** Longer waits are for people, not for clients. */
const MAX_WAIT_SECONDS = 60;

export interface Patience {
  /** Told of every 503, so that a dependency that was down can come back. */
  onUnavailable(): void;
  /** What KV serves is this old, in milliseconds: the client comes again when it has caught up, whatever it was told. */
  lag: number;
  /** Whether a call that failed may still be charged to a budget, because nobody could know or take it back. */
  mayBeCharged: boolean;
}

/** No answer is a 500, and every 503 and 429 says when to come again; a 4xx is thrown as `Refused`. */
export function careful(shop: D1Shop, { onUnavailable, lag, mayBeCharged }: Patience): Ask {
  return async (call) => {
    let answer: Answer = await call();
    let failed = false;
    for (let tries = 1; tries < MAX_ATTEMPTS && !answer.ok; tries += 1) {
      const { status, headers, body } = answer;
      const wait = Number(headers.get('retry-after') ?? Number.NaN);
      if (status >= 500 || status === 429) {
        expect(status, JSON.stringify([body, shop.log.slice(-2)])).not.toBe(500);
        expect(wait, JSON.stringify(body)).toBeGreaterThan(0);
      }
      if (failed && !mayBeCharged) expect(status, 'a call that failed is charged').not.toBe(429);
      failed = status >= 500;
      if (failed) onUnavailable();
      else if (lag === 0 && !(status === 429 && wait <= MAX_WAIT_SECONDS)) break;
      shop.clock.advance(Math.max(lag, (Number.isNaN(wait) ? 0 : wait) * 1_000) + 1);
      answer = await call();
    }
    if (answer.ok) return answer as never;
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
    throw new Refused(answer);
  };
}
