/** The record of an application is kept for half a minute; near its end one request reads it again. */
import { expect, test } from 'vitest';
import { createVault } from '../../../src/adapters/crypto/vault.ts';
import { Database } from '../../../src/adapters/d1/database.ts';
import { d1Directory } from '../../../src/adapters/d1/stores/directory.ts';

const ID = 'a'.repeat(24);

/** A directory whose reads wait until they are answered with a name, or fail. */
function directory() {
  const reads: PromiseWithResolvers<string>[] = [];
  const fake = {
    prepare: (text: string) => ({ bind: () => text }),
    async batch() {
      const read = Promise.withResolvers<string>();
      reads.push(read);
      return [{ results: [{ id: ID, name: await read.promise, templates: null }] }];
    },
  };
  const clock = { at: 0, now: () => clock.at };
  const vault = createVault([{ id: 'k', secret: new Uint8Array(32) }]);
  // The two methods that `Database` calls.
  const database = new Database(fake as unknown as D1Database);
  const { find } = d1Directory(database, vault, clock);
  const nameOf = async (): Promise<string | undefined> => (await find(ID))?.name;
  return { reads, clock, nameOf };
}

async function known() {
  const made = directory();
  const first = made.nameOf();
  made.reads[0]?.resolve('old');
  await expect(first).resolves.toBe('old');
  return made;
}

test('one request reads it again after 25 s, the others go on with what is known, until 30 s', async () => {
  const { reads, clock, nameOf } = await known();
  clock.at = 24_999;
  await expect(nameOf()).resolves.toBe('old');
  expect(reads).toHaveLength(1);
  clock.at = 25_000;
  const refreshing = nameOf();
  await expect(nameOf()).resolves.toBe('old');
  expect(reads).toHaveLength(2);
  clock.at = 30_000;
  const late = nameOf();
  expect(reads).toHaveLength(3);
  reads[1]?.resolve('new');
  reads[2]?.resolve('new');
  await expect(Promise.all([refreshing, late])).resolves.toEqual(['new', 'new']);
  await expect(nameOf()).resolves.toBe('new');
  expect(reads).toHaveLength(3);
});

test('a read that fails leaves the known record until 30 s, and the next request tries again', async () => {
  const { reads, clock, nameOf } = await known();
  clock.at = 25_000;
  const refreshing = nameOf();
  reads[1]?.reject(new Error('down for good'));
  await expect(refreshing).resolves.toBe('old');
  const again = nameOf();
  expect(reads).toHaveLength(3);
  reads[2]?.resolve('new');
  await expect(again).resolves.toBe('new');
  clock.at = 55_000;
  const late = nameOf();
  reads[3]?.reject(new Error('down for good'));
  await expect(late).rejects.toThrow('D1');
});
