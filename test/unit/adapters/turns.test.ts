/** The crons' work in turn: what one database or table has left to do keeps no other waiting. */
import { expect, test } from 'vitest';
import { takeTurns, type Steps } from '../../../src/adapters/d1/maintenance/turns.ts';

const order: string[] = [];

async function* work(name: string, steps: number, cost = 1): Steps {
  for (let at = 0; at < steps; at += 1) {
    order.push(name);
    yield { counts: { [name]: 10 }, queries: cost, calls: cost };
  }
}

async function* broken(): Steps {
  yield { counts: { broken: 1 }, queries: 1 };
  throw new Error('out of order');
}

const PLENTY = { queries: 1_000, calls: 1_000 };

test('a database with a backlog keeps no other one waiting, whatever their order', async () => {
  order.length = 0;
  const jobs = [
    { database: 'DB', steps: work('endless', 1_000_000) },
    { database: 'DB_1', steps: work('short', 2) },
    { database: 'DB_2', steps: work('other', 3) },
  ];
  expect(await takeTurns(jobs, { queries: 20, calls: 1_000 })).toEqual({
    counts: { endless: 150, short: 20, other: 30 },
    complete: false,
    failed: [],
  });
  expect(order.slice(0, 6)).toEqual(['endless', 'short', 'other', 'endless', 'short', 'other']);
});

test('either allowance ends a run', async () => {
  const run = async (queries: number, calls: number) =>
    (await takeTurns([{ database: 'DB', steps: work('rows', 100, 3) }], { queries, calls })).counts;
  expect(await run(10, 1_000)).toEqual({ rows: 40 });
  expect(await run(1_000, 7)).toEqual({ rows: 30 });
});

test('what is done is complete, also with the last of the allowance; a job that fails stops no other', async () => {
  const short = { database: 'DB', steps: work('short', 3) };
  expect(await takeTurns([short], PLENTY)).toMatchObject({ complete: true });
  const jobs = [
    { database: 'DB', steps: broken() },
    { database: 'DB', steps: broken() },
    { database: 'DB_1', steps: work('short', 5) },
  ];
  const report = await takeTurns(jobs, PLENTY);
  expect(report).toMatchObject({ counts: { broken: 2, short: 50 }, complete: false });
  expect(report.failed).toEqual([{ database: 'DB', error: expect.any(Error) }]);
});
