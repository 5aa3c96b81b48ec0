/** One batch by name: what goes to D1, what comes back, and what an error says. */
import { describe, expect, test } from 'vitest';
import { Database, messageChain, uniqueViolation } from '../../../src/adapters/d1/database.ts';
import { remove, select, sql, update } from '../../../src/adapters/d1/statements/query.ts';
import { links, users } from '../../../src/adapters/d1/schema/index.ts';
import { errorForLog } from '../../../src/http/log.ts';
import { Outage } from '../../../src/ports/index.ts';

/** A client that answers each batch with what `answer` gives for its texts. */
function client(answer: (texts: string[]) => unknown[][]) {
  const batches: string[][] = [];
  const fake = {
    prepare: (text: string) => ({ bind: () => text }),
    batch: async (texts: string[]) => {
      batches.push(texts);
      return Promise.resolve(answer(texts).map((results) => ({ results })));
    },
  };
  // The two methods that `Database` calls.
  const d1 = fake as unknown as D1Database;
  return { batches, client: d1, database: new Database(d1) };
}

const found = select({ id: users.id, old: users.hasOldPasswordHash }).from(users);
const touched = update(users).set({ updatedAt: 1 }).returning({ id: users.id });

describe('a batch by name', () => {
  test('is one round trip in the order of its names, and each name has its own rows', async () => {
    const { database, batches } = client(() => [
      [{ id: 'u', old: 1 }],
      [],
      [{ anything: 1 }],
      [{ id: 'u' }],
      [],
    ]);
    const results = await database.write({
      found,
      none: undefined,
      several: [remove(users), sql`SELECT 1 AS anything`],
      touched,
    });
    expect(batches).toHaveLength(1);
    expect(batches[0]?.map((text) => text.split(' ')[0])).toEqual([
      'select',
      'delete',
      'SELECT',
      'update',
      // Ends the events that the batch may have written.
      'update',
    ]);
    expect(results).toEqual({
      found: [{ id: 'u', old: true }],
      none: [],
      several: [[], [{ anything: 1 }]],
      touched: [{ id: 'u' }],
    });
  });

  test('that violates a constraint names the statement which writes that table', async () => {
    const { database } = client(() => {
      throw new Error('D1_ERROR: UNIQUE constraint failed: users.username: SQLITE_CONSTRAINT');
    });
    const error: unknown = await database
      .write({ found, links: [remove(links), touched], gone: remove(users) })
      .catch((one: unknown) => one);
    expect(error).not.toBeInstanceOf(Outage);
    expect(uniqueViolation(error)).toContain('users.username');
    expect(errorForLog(error)).toContain(
      'D1 statement links[1] of the batch of found, links[0], links[1], gone, events ← ',
    );
  });

  test('with a mistake in its SQL names the statement which holds it', async () => {
    const { database } = client(() => {
      throw new Error('D1_ERROR: no such column: l.nonsense at offset 7: SQLITE_ERROR');
    });
    const wrong = sql`SELECT "l"."nonsense" FROM "links" "l"`;
    const error: unknown = await database.read({ found, wrong }).catch((one: unknown) => one);
    expect(errorForLog(error)).toContain('D1 statement wrong of the batch of found, wrong');
  });

  test('that D1 does not answer is an outage which names its statements; a write is not tried again', async () => {
    const { database, batches } = client(() => {
      throw new Error('D1_ERROR: Network connection lost.');
    });
    const error: unknown = await database.write({ touched }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(Outage);
    expect(messageChain(error)).toContain('D1 batch of touched');
    expect(batches).toHaveLength(1);
    await database.read({ found }).catch(() => undefined);
    expect(batches).toHaveLength(4);
  });

  test('that may have written events tells of them, by endpoint; one that cannot asks for none', async () => {
    const told: unknown[] = [];
    const { batches, client: d1 } = client((texts) =>
      texts.map((_, at) =>
        at === texts.length - 1 && texts.length > 1
          ? [{ application_id: 'a', id: 'evt_1', endpoint_ids: '["we_1","we_2"]' }]
          : [],
      ),
    );
    const database = new Database(d1, undefined, undefined, (keys) => told.push(...keys));
    await database.write({ changed: touched });
    expect(told).toEqual([
      { applicationId: 'a', eventId: 'evt_1', endpointId: 'we_1' },
      { applicationId: 'a', eventId: 'evt_1', endpointId: 'we_2' },
    ]);
    await database.write({ other: remove(links) });
    await database.read({ found });
    expect(batches.map((texts) => texts.length)).toEqual([2, 1, 1]);
  });
});
