/** Ordered trouble: as much as was ordered, marked, and the same again for the same seed. */
import { getResponse } from 'msw';
import { describe, expect, test } from 'vitest';
import { createMock, mockTable } from '../../mocks/app.ts';
import { CHAOS_HEADER, chaosOf } from '../../mocks/chaos.ts';
import { handlers } from '../../mocks/handlers.ts';

const SESSION = `http://mock.test${mockTable.application.getLoggedInUser.path}`;
const ask = async (mock: ReturnType<typeof createMock>, init?: RequestInit) =>
  mock.fetch(new Request(SESSION, init));

describe('of many requests', () => {
  const draw = (seed: number, share: number) => {
    const strike = chaosOf(seed);
    return Array.from({ length: 20_000 }, () => strike(share));
  };

  test('the ordered share is struck, in equal parts of each kind', () => {
    const struck = draw(1, 0.2).filter((kind) => kind !== undefined);
    // Four standard deviations of 20,000 tosses are 226.
    expect(Math.abs(struck.length - 4_000)).toBeLessThan(226);
    const counts = Map.groupBy(struck, (kind) => kind);
    expect([...counts.keys()].toSorted()).toEqual(['429', '500', '503', 'cut']);
    for (const { length } of counts.values()) {
      expect(Math.abs(length - struck.length / 4)).toBeLessThan(1);
    }
  });
  test('the same are struck again with the same seed, others with another', () => {
    expect(draw(5, 0.1)).toEqual(draw(5, 0.1));
    expect(draw(6, 0.1)).not.toEqual(draw(5, 0.1));
  });
  test('none are struck at 0 and all at 1', () => {
    expect(draw(1, 0).every((kind) => kind === undefined)).toBe(true);
    expect(draw(1, 1).every((kind) => kind !== undefined)).toBe(true);
  });
});

/** One answer of each kind. */
async function each(): Promise<Map<string | null, Response>> {
  const mock = createMock({ chaos: 1 });
  const answers = [];
  for (let at = 0; at < 4; at += 1) {
    answers.push(
      await ask(mock, { headers: { origin: 'https://page.test', 'x-request-id': 'wanted-id' } }),
    );
  }
  return new Map(answers.map((answer) => [answer.headers.get(CHAOS_HEADER), answer]));
}

describe('what is struck', () => {
  test.each([
    ['429', 'too_many_requests', '2'],
    ['500', 'internal_error', null],
    ['503', 'unavailable', '2'],
  ])(
    'by %s has the error body of the API and says when to try again',
    async (kind, code, retryAfter) => {
      const answer = (await each()).get(kind);
      expect(answer?.status).toBe(Number(kind));
      expect(answer?.headers.get('retry-after')).toBe(retryAfter);
      expect(await answer?.json()).toMatchObject({
        code,
        status: Number(kind),
        request_id: 'wanted-id',
      });
    },
  );
  test('can be read across origins, with its mark', async () => {
    for (const { headers } of (await each()).values()) {
      expect(headers.get('access-control-allow-origin')).toBe('https://page.test');
      for (const name of [CHAOS_HEADER, 'retry-after', 'preference-applied', 'x-request-id']) {
        expect(headers.get('access-control-expose-headers')?.toLowerCase()).toContain(name);
      }
    }
  });
  test('by a cut has no body that could be read, and is a network error in MSW', async () => {
    await expect((await each()).get('cut')?.text()).rejects.toThrow('on purpose');
    for (const inPage of [false, true]) {
      const set = handlers({ chaos: 1, inPage });
      const types = [];
      for (let at = 0; at < 4; at += 1) {
        types.push((await getResponse(set, new Request(SESSION), { baseUrl: SESSION }))?.type);
      }
      expect(types.filter((type) => type === 'error')).toHaveLength(1);
    }
  });
  test('is never what steers the mock', async () => {
    const mock = createMock({ chaos: 1, delayMs: 60_000 });
    for (const path of ['/_mock', '/_mock/scenario', '/_dev/inbox']) {
      const answer = await mock.fetch(new Request(`http://mock.test${path}`));
      expect([path, answer.headers.get(CHAOS_HEADER)]).toEqual([path, null]);
    }
  });
  test('is never a preflight, which a browser would report as something else', async () => {
    const mock = createMock({ chaos: 1 });
    for (let at = 0; at < 20; at += 1) {
      const headers = { origin: 'https://page.test', 'access-control-request-method': 'GET' };
      expect((await ask(mock, { method: 'OPTIONS', headers })).status).toBe(204);
    }
  });
});

test('the share can be turned while the mock runs', async () => {
  const options = { chaos: 0 };
  const mock = createMock(options);
  expect((await ask(mock)).headers.get(CHAOS_HEADER)).toBeNull();
  options.chaos = 1;
  expect((await ask(mock)).headers.get(CHAOS_HEADER)).not.toBeNull();
});
