/** The nearest copy of a database, as patient as a shopper can be who is still to be answered by the primary. */
import { afterEach, expect, test, vi } from 'vitest';
import { nearestOf } from '../../../src/adapters/d1/replica.ts';
import { selectValues, sql } from '../../../src/adapters/d1/statements/query.ts';

afterEach(() => vi.useRealTimers());

/** A copy that answers as it is told. */
function copyOf(answer: () => Promise<never>) {
  const batch = vi.fn(answer);
  const statement = { bind: () => statement };
  const session = { prepare: () => statement, batch, getBookmark: () => null };
  // All that a read asks of a database.
  const database = { withSession: () => session } as unknown as D1Database;
  return { nearest: nearestOf(database), batch };
}

const ONE = { one: selectValues({ n: sql<number>`1` }) };

test('one that hangs is given up after a second', async () => {
  vi.useFakeTimers();
  const { nearest } = copyOf(async () => new Promise(() => undefined));
  const read = expect(nearest.read(ONE)).rejects.toThrow();
  await vi.advanceTimersByTimeAsync(999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(vi.getTimerCount()).toBe(0);
  await read;
});

test('one that fails is not asked again, though the fault may pass', async () => {
  const { nearest, batch } = copyOf(async () =>
    Promise.reject(new Error('D1_ERROR: Network connection lost.')),
  );
  await expect(nearest.read(ONE)).rejects.toThrow();
  expect(batch).toHaveBeenCalledOnce();
});
