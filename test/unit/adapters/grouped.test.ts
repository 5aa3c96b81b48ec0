import { expect, test } from 'vitest';
import { grouped } from '../../../src/adapters/grouped.ts';

function recorder() {
  const writes: (readonly string[])[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const write = grouped<string>(async (items) => {
    writes.push([...items]);
    const end = Promise.withResolvers<void>();
    ends.push(end);
    await end.promise;
  });
  return { writes, ends, write };
}
const turn = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test('what comes while a write is under way goes together in the next', async () => {
  const { writes, ends, write } = recorder();
  const first = write('a');
  await turn();
  const others = [write('b'), write('c')];
  await turn();
  expect(writes).toEqual([['a']]);
  ends[0]?.resolve();
  await first;
  await turn();
  expect(writes).toEqual([['a'], ['b', 'c']]);
  ends[1]?.resolve();
  await Promise.all(others);
  const last = write('d');
  await turn();
  expect(writes.at(-1)).toEqual(['d']);
  ends[2]?.resolve();
  await last;
});

test('a write that fails is told to those whose items it had, and the next one is made', async () => {
  const { ends, write } = recorder();
  const first = write('a');
  await turn();
  const second = write('b');
  ends[0]?.reject(new Error('down'));
  await expect(first).rejects.toThrow('down');
  await turn();
  ends[1]?.resolve();
  await expect(second).resolves.toBeUndefined();
});
