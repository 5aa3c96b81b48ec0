/** What every call to the outside keeps to, whatever the other side and the runtime do. */
import { describe, expect, test } from 'vitest';
import type { CallOptions } from '../../src/adapters/outbound/call.ts';
import { createOutbound } from '../../src/adapters/outbound/outbound.ts';
import { CallFailed, type Fetch } from '../../src/adapters/outbound/send.ts';

const URL_WITH_SECRET = 'https://provider.example/?key=url-secret';
const LIMITS = { timeoutMs: 50, maxBytes: 100, incomplete: 'fails' } as const;

/** A body that tells whether it was cancelled. `null` among its pieces: nothing comes any more. */
function bodyOf(...pieces: (string | null)[]) {
  const state = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = pieces.shift();
      if (piece === null) return new Promise<void>(() => undefined);
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
      return undefined;
    },
    cancel() {
      state.cancelled = true;
    },
  });
  return { stream, state };
}

async function reasonOf(fetcher: Fetch, options: Partial<CallOptions> = {}): Promise<string> {
  try {
    await createOutbound(fetcher).call(URL_WITH_SECRET, { ...LIMITS, ...options });
    return 'none';
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    // A cause would be logged too.
    expect(error.cause).toBeUndefined();
    return error.message;
  }
}

describe('a header value', () => {
  test.each(['a\nb', 'a\r\nx: y', '本', 'é', 'a\u0000', '\u007f'])(
    '%j never reaches the runtime, which would print it',
    async (value) => {
      let calls = 0;
      const fetcher: Fetch = async () => {
        calls += 1;
        return new Response();
      };
      const headers = { authorization: `Bearer ${value}` };
      const reason = await reasonOf(fetcher, { headers });
      expect(reason).toMatch(/^was not called/);
      expect(reason).not.toContain(value);
      const download = createOutbound(fetcher).download(URL_WITH_SECRET, {
        headers,
        allows: () => true,
        idleTimeoutMs: 50,
      });
      await expect(download).rejects.toThrow(CallFailed);
      expect(calls).toBe(0);
    },
  );
});

describe('a reason quotes nothing', () => {
  test.each<[string, Fetch, string]>([
    [
      'that the runtime says',
      async () => {
        throw new TypeError(`connect to ${URL_WITH_SECRET} failed`);
      },
      'did not answer: TypeError',
    ],
    [
      'of a redirect',
      async () => new Response('url-secret', { status: 302, headers: { location: '/url-secret' } }),
      'answered 302',
    ],
    [
      'of a long answer',
      async () => new Response('url-secret'.repeat(20)),
      'answered more than 100',
    ],
  ])('%s', async (_, fetcher, expected) => {
    const reason = await reasonOf(fetcher);
    expect(reason).toContain(expected);
    expect(reason).not.toContain('secret');
  });
});

describe('a body that is not read to its end is cancelled', () => {
  test.each<[string, (string | null)[], ResponseInit, RegExp]>([
    ['of a redirect', ['x'], { status: 307, headers: { location: '/' } }, /answered 307/],
    ['of a long answer', ['x'.repeat(101), null], {}, /more than 100 bytes/],
    ['that sleeps, even where the runtime heeds no signal', ['x', null], {}, /within 50 ms/],
  ])('%s', async (_, pieces, init, reason) => {
    const { stream, state } = bodyOf(...pieces);
    expect(await reasonOf(async () => new Response(stream, init))).toMatch(reason);
    await expect.poll(() => state.cancelled).toBe(true);
  });

  test('… and one that is cut gives what came', async () => {
    for (const pieces of [
      ['beginning', null],
      ['beginning', 'x'.repeat(100), null],
    ]) {
      const { stream, state } = bodyOf(...pieces);
      const outbound = createOutbound(async () => new Response(stream));
      const answer = await outbound.call(URL_WITH_SECRET, { ...LIMITS, incomplete: 'is cut' });
      expect(answer).toMatchObject({ status: 200, ok: true, text: 'beginning' });
      await expect.poll(() => state.cancelled).toBe(true);
    }
  });

  test('… and that of a packed file', async () => {
    const { stream, state } = bodyOf('x', null);
    const headers = { 'content-encoding': 'br' };
    const outbound = createOutbound(async () => new Response(stream, { headers }));
    const options = { headers: {}, allows: () => true, idleTimeoutMs: 50 };
    expect(await outbound.download(URL_WITH_SECRET, options)).toEqual({
      refused: expect.stringContaining('content-encoding'),
    });
    await expect.poll(() => state.cancelled).toBe(true);
  });
});

test('a server that never begins to answer is left, even where the runtime heeds no signal', async () => {
  const never: Fetch = async () => new Promise(() => undefined);
  expect(await reasonOf(never)).toBe('did not answer within 50 ms');
});
