/**
 * Every adapter that calls the outside, in workerd, with the runtime's own `fetch`, against a real HTTP server: what a double
 * would let pass (an option that only Node knows, a redirect that is followed) shows here.
 */
import { expect, test } from 'vitest';
import {
  OUTBOUND_ADAPTERS,
  type OutboundAdapter,
  type Outcome,
} from '../support/outbound-adapters.ts';
import { outside } from '../support/outside.ts';
import type { Script } from '../support/outside-server.ts';

const CSV = 'CSV of a group';
type Answers = Record<string, Script>;

/** What the adapter makes of the answers, and the paths that it asked for. */
async function call({ call: work }: OutboundAdapter, answers: Answers) {
  const one = outside();
  await one.script(answers);
  const outcome = await work(one);
  const received = await one.received();
  return { outcome, asked: received.map(({ path }) => path.split('?')[0] ?? '').toSorted() };
}

const pathsOf = ({ answers }: OutboundAdapter): string[] => Object.keys(answers).toSorted();

/** All adapters at the same time, each with its own answers changed; name → outcome. */
async function callAll(change: (script: Script) => Script): Promise<Record<string, Outcome>> {
  const outcomes = OUTBOUND_ADAPTERS.map(async (adapter): Promise<[string, Outcome]> => {
    const changed = Object.entries(adapter.answers).map(([path, one]) => [path, change(one)]);
    const { outcome } = await call(adapter, Object.fromEntries(changed) as Answers);
    return [adapter.name, outcome];
  });
  return Object.fromEntries(await Promise.all(outcomes));
}

/** @param statusSaysAll where the body hardly matters; left out where it makes no difference */
const expected = (
  others: Outcome,
  { statusSaysAll = others, csv = others }: { statusSaysAll?: Outcome; csv?: Outcome } = {},
): Record<string, Outcome> =>
  Object.fromEntries(
    OUTBOUND_ADAPTERS.map(({ name, statusSaysAll: says }) => [
      name,
      name === CSV ? csv : says ? statusSaysAll : others,
    ]),
  );

/** With a body; 204 has none. */
const withBody = (script: Script, body: string): Script => ({
  ...script,
  status: script.status === 204 ? 200 : script.status,
  body,
});

test('all of them are looked at', () => {
  expect(OUTBOUND_ADAPTERS).toHaveLength(13);
});

test.each(OUTBOUND_ADAPTERS)('$name takes a sound answer', async (adapter) => {
  const { outcome, asked } = await call(adapter, adapter.answers);
  expect(outcome).toBe('done');
  expect(asked).toEqual(pathsOf(adapter));
});

test.each(OUTBOUND_ADAPTERS)(
  '$name follows no redirect, even to where all would be well',
  async (adapter) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const moved = Object.entries(adapter.answers).flatMap(([path, script]) => {
        const location = `${path.slice(path.lastIndexOf('/') + 1)}elsewhere`;
        return [
          // What comes with a redirect is no answer, however it looks.
          [path, { ...script, status, headers: { ...script.headers, location } }],
          [`${path}elsewhere`, script],
        ];
      });
      const { outcome, asked } = await call(adapter, Object.fromEntries(moved) as Answers);
      const seen = { status, outcome, asked };
      // The file carries no secret, and may move within its host.
      if (adapter.name === CSV) {
        expect(seen).toMatchObject({ outcome: 'done' });
      } else {
        expect(seen).toEqual({ status, outcome: 'down', asked: pathsOf(adapter) });
      }
    }
  },
);

test.each([500, 503, 429])('a %i: the other side is down', async (status) => {
  const seen = await callAll(() => ({ status, body: '{"error":"oops"}' }));
  expect(seen).toEqual(expected('down'));
});

test('an answer that does not come is given up', async () => {
  const started = Date.now();
  expect(await callAll(() => ({ hangs: 'at once' }))).toEqual(expected('down'));
  expect(Date.now() - started).toBeLessThan(4_000);
});

test('an answer that stops half-way is given up', async () => {
  const started = Date.now();
  const seen = await callAll((script) => ({
    ...withBody(script, (script.body ?? '').padEnd(100)),
    hangs: 'half-way',
  }));
  expect(seen).toEqual(expected('down', { statusSaysAll: 'done' }));
  expect(Date.now() - started).toBeLessThan(4_000);
});

test('a page is no answer', async () => {
  const headers = { 'content-type': 'text/html' };
  const seen = await callAll(() => ({ headers, body: '<!doctype html><p>Sign in' }));
  expect(seen).toEqual(expected('down', { statusSaysAll: 'done', csv: 'refused' }));
});

test('an answer that is too long is not read to its end', async () => {
  const seen = await callAll((script) =>
    withBody(script, `${' '.repeat(100_000)}${script.body ?? ''}`),
  );
  expect(seen).toEqual(expected('down', { statusSaysAll: 'done', csv: 'refused' }));
});

test('… nor one that is short only while it is packed', async () => {
  const seen = await callAll((script) => ({
    ...withBody(script, `${' '.repeat(1_000_000)}${script.body ?? ''}`),
    gzip: true,
  }));
  expect(seen).toEqual(expected('down', { statusSaysAll: 'done', csv: 'refused' }));
});
