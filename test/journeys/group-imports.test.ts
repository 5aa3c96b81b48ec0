/** Imports that meet crashes, second deliveries, other files and faults: in the end there are the members of one whole reading. */
import { getQueueResult, createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { Database } from '../../src/adapters/d1/database.ts';
import { dropLeftovers } from '../../src/adapters/d1/maintenance/stalled-imports.ts';
import { takeTurns } from '../../src/adapters/d1/maintenance/turns.ts';
import { IMPORTS_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { BATCH_CUSTOMERS, seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { expectOk } from '../support/answers.ts';
import { FILES, fileServer, type ServedFile } from '../support/file-server.ts';
import { operatorOf, params } from '../support/operator.ts';
import { scansOf } from '../support/query-plans.ts';
import { d1Shop, importBatch, type D1Shop } from '../support/shop.ts';

const FILE_URL = `${FILES}/members.csv`;
const NEW = { name: 'Gold', description: 'Who buys a lot', file_url: FILE_URL };
const CUSTOMERS = 400;
/** As scripts/lib/seed-customers.ts makes them. */
const idOf = (n: number): string => `5e0be100${n.toString(16).padStart(16, '0')}`;

/** Lines wide enough that a few hundred of them are several slices. */
const fileOf = (from: number, count: number): string => {
  const note = 'x'.repeat(3_000);
  const lines = Array.from({ length: count }, (_, at) => `${idOf(from + at)},${note}`);
  return ['user_id,note', ...lines, `unknown,${note}`, ''].join('\n');
};

async function opened(content = fileOf(0, 300), more: Partial<ServedFile> = {}) {
  const files = fileServer({ '/members.csv': { content, etag: '"1"', ...more } });
  const shop = await d1Shop({ fetch: files.fetch });
  await seedCustomers(env.DB, params.application_id, { from: 0, count: CUSTOMERS, newest: 1e12 });
  const operator = await operatorOf(shop);
  const { _id: group_id = '' } = expectOk(
    await operator.createUserGroup({ params, body: NEW }),
  ).body;
  await shop.settle();
  const path = { ...params, group_id };
  return {
    shop,
    operator,
    files,
    path,
    read: async () => expectOk(await operator.getUserGroupById({ params: path })).body,
    change: async () => {
      expectOk(await operator.updateUserGroup({ params: path, body: { file_url: FILE_URL } }));
      await shop.settle();
    },
  };
}

/** Those whom the group has, whatever its newest import is up to. */
async function members(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT m.user_id FROM user_groups g JOIN group_members m ON m.import_id = g.members_of ORDER BY m.user_id`,
  ).all<{ user_id: string }>();
  return results.map(({ user_id }) => user_id);
}
const wanted = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => idOf(from + at));

/** One delivery of the next message; says whether it was acknowledged. */
async function deliver(shop: D1Shop, attempts = 1, queue = 'vestibule-imports') {
  const [message] = shop.imports;
  if (!message) throw new Error('no message is waiting');
  const batch = importBatch([message], queue, attempts);
  await shop.runtime.consume(batch);
  const result = await getQueueResult(batch, createExecutionContext());
  if (result.explicitAcks.length > 0) shop.imports.shift();
  return result;
}

const DONE = { status: 'success', counts: { rows: 301, users: 300, failed: 1 } };

describe('an import', () => {
  test.each([false, true])(
    'ends the same wherever D1 fails (with only the answer lost: %j)',
    async (answerLost) => {
      const { shop } = await opened();
      shop.db.roundTrips = 0;
      await shop.runImports();
      const trips = shop.db.roundTrips;
      let interrupted = 0;
      for (let trip = 1; trip <= trips; trip += 1) {
        await env.DB.exec('DELETE FROM user_groups');
        const again = await opened();
        again.shop.db.roundTrips = 0;
        again.shop.db.failAt = { trip, answerLost };
        interrupted += (await deliver(again.shop)).retryMessages.length;
        await again.shop.runImports();
        expect([trip, await again.read()]).toMatchObject([trip, DONE]);
        expect([trip, await members()]).toEqual([trip, wanted(0, 300)]);
      }
      // What only reads is tried again at once; every step of the import is a write.
      expect(interrupted).toBeGreaterThan(4);
    },
    60_000,
  );

  test('that breaks off on the way from the file goes on behind the last piece', async () => {
    const { shop, files, read } = await opened(fileOf(0, 300), { cutAfter: 600_000 });
    expect((await deliver(shop)).retryMessages).toHaveLength(1);
    const { counts, status } = await read();
    expect(status).toBe('processing');
    expect(counts?.rows).toBeGreaterThan(50);
    expect(counts?.rows).toBeLessThan(200);
    Object.assign(files.files['/members.csv'] ?? {}, { cutAfter: undefined });
    await deliver(shop, 2);
    expect(files.requests.at(-1)?.headers.get('range')).toMatch(/^bytes=[1-9]\d*-$/);
    expect(files.requests.at(-1)?.headers.get('if-range')).toBe('"1"');
    expect(await read()).toMatchObject(DONE);
    expect(await members()).toEqual(wanted(0, 300));
  });

  test('goes on where a server knows no ranges, and where it gives no ETag', async () => {
    for (const more of [
      { ranges: false },
      { ranges: false, etag: undefined },
      { etag: undefined },
    ]) {
      await env.DB.exec('DELETE FROM user_groups');
      const { shop, files, read } = await opened(fileOf(0, 300), { cutAfter: 600_000, ...more });
      await deliver(shop);
      Object.assign(files.files['/members.csv'] ?? {}, { cutAfter: undefined });
      await shop.runImports();
      expect(await read()).toMatchObject(DONE);
      expect(await members()).toEqual(wanted(0, 300));
    }
  });

  test('sends no weak ETag as If-Range, and goes on all the same', async () => {
    const etag = 'W/"1"';
    const { shop, files, read } = await opened(fileOf(0, 300), { cutAfter: 600_000, etag });
    await deliver(shop);
    Object.assign(files.files['/members.csv'] ?? {}, { cutAfter: undefined });
    await shop.runImports();
    const last = files.requests.at(-1);
    expect(last?.headers.get('range')).toMatch(/^bytes=[1-9]\d*-$/);
    expect(last?.headers.has('if-range')).toBe(false);
    expect(await read()).toMatchObject(DONE);
    expect(await members()).toEqual(wanted(0, 300));
  });

  test('asks for the file as it is, at the beginning and later on', async () => {
    const { shop, files } = await opened(fileOf(0, 300), { cutAfter: 600_000 });
    await deliver(shop);
    Object.assign(files.files['/members.csv'] ?? {}, { cutAfter: undefined });
    await shop.runImports();
    const encodings = files.requests.map(({ headers }) => headers.get('accept-encoding'));
    expect(encodings).toEqual(['identity', 'identity']);
  });

  test('starts over when the file has become shorter under the same ETag', async () => {
    const { shop, files, read } = await opened(fileOf(0, 300), { cutAfter: 600_000 });
    await deliver(shop);
    files.files['/members.csv'] = { content: fileOf(100, 20), etag: '"1"' };
    await shop.runImports();
    expect(await read()).toMatchObject({
      status: 'success',
      counts: { rows: 21, users: 20, failed: 1 },
    });
    expect(await members()).toEqual(wanted(100, 20));
  });

  test('starts over when the file has become another one, and keeps nothing of the old', async () => {
    const { shop, files, read } = await opened(fileOf(0, 300), { cutAfter: 600_000 });
    await deliver(shop);
    files.files['/members.csv'] = { content: fileOf(100, 250), etag: '"2"' };
    await shop.runImports();
    expect(await read()).toMatchObject({
      status: 'success',
      counts: { rows: 251, users: 250, failed: 1 },
    });
    expect(await members()).toEqual(wanted(100, 250));
  });

  test('of a file that changes for ever ends, and says so', async () => {
    const { shop, files, read } = await opened(fileOf(0, 300), { cutAfter: 600_000 });
    for (let version = 2; version < 20 && shop.imports.length > 0; version += 1) {
      await deliver(shop);
      files.files['/members.csv'] = {
        content: fileOf(0, 300),
        etag: `"${version}"`,
        cutAfter: 600_000,
      };
    }
    const group = await read();
    expect(group).toMatchObject({ status: 'failed' });
    expect(group.errors?.[0]?.message).toMatch(/changes while it is read/);
  });

  test('whose message comes twice at the same time counts once', async () => {
    const { shop, read } = await opened();
    const [message] = shop.imports.splice(0);
    if (!message) throw new Error('no message');
    const batches = Array.from({ length: 4 }, () => importBatch([message]));
    await Promise.all(batches.map(async (batch) => shop.runtime.consume(batch)));
    await shop.runImports();
    expect(await read()).toMatchObject(DONE);
    expect(await members()).toEqual(wanted(0, 300));
  });

  test('hands over after 50,000 rows, below 500 calls to D1 each', async () => {
    const lines = Array.from({ length: 120_000 }, (_, at) => idOf(at % 300));
    const { shop, read } = await opened(['user_id', ...lines].join('\n'));
    const calls: number[] = [];
    while (shop.imports.length > 0) {
      shop.db.roundTrips = 0;
      await deliver(shop);
      calls.push(shop.db.roundTrips);
    }
    expect(calls.length).toBe(3);
    expect(Math.max(...calls)).toBeLessThan(120);
    expect(await read()).toMatchObject({
      status: 'success',
      counts: { rows: 120_000, users: 300, failed: 0 },
    });
  }, 60_000);

  test('keeps the first thousand bad lines and counts all', async () => {
    const lines = Array.from({ length: 5_000 }, (_, at) => `nobody-${at}`);
    const { shop, read } = await opened(['user_id', idOf(1), ...lines].join('\n'));
    await shop.runImports();
    const { status, counts, errors } = await read();
    expect({ status, counts }).toEqual({
      status: 'success',
      counts: { rows: 5_001, users: 1, failed: 5_000 },
    });
    expect(errors).toHaveLength(1_000);
    expect(errors?.[0]?.line).toBe(3);
  });
});

describe('a newer file', () => {
  test('wins over an import that is under way, and its members come in all at once', async () => {
    const { shop, files, read, change } = await opened();
    await shop.runImports();
    files.files['/members.csv'] = { content: fileOf(100, 250), etag: '"2"', cutAfter: 600_000 };
    await change();
    await deliver(shop);
    expect((await read()).status).toBe('processing');
    // Half of the new file is in; the group still has the old members.
    expect(await members()).toEqual(wanted(0, 300));
    files.files['/members.csv'] = { content: fileOf(200, 150), etag: '"3"' };
    await change();
    expect(shop.imports).toHaveLength(2);
    await shop.runImports();
    expect(await read()).toMatchObject({ status: 'success', counts: { users: 150 } });
    expect(await members()).toEqual(wanted(200, 150));
  });

  test('that fails leaves the group the members it had', async () => {
    const { shop, files, read, change } = await opened();
    await shop.runImports();
    delete files.files['/members.csv'];
    await change();
    await shop.runImports();
    expect(await read()).toMatchObject({ status: 'failed' });
    expect(await members()).toEqual(wanted(0, 300));
  });

  test('leaves no rows of the old ones behind', async () => {
    const { shop, files, read, change } = await opened();
    await shop.runImports();
    files.files['/members.csv'] = { content: fileOf(0, 300), etag: '"2"', cutAfter: 600_000 };
    await change();
    await deliver(shop);
    files.files['/members.csv'] = { content: fileOf(100, 250), etag: '"3"' };
    await change();
    await shop.runImports();
    await shop.runtime.scheduled(IMPORTS_CRON);
    const { status, counts } = await read();
    expect({ status, users: counts?.users }).toEqual({ status: 'success', users: 250 });
    const { results } = await env.DB.prepare(
      `SELECT (SELECT COUNT(*) FROM group_members) AS members, (SELECT COUNT(*) FROM group_imports) AS imports,
              (SELECT COUNT(*) FROM group_import_errors) AS errors`,
    ).all();
    expect(results).toEqual([{ members: 250, imports: 1, errors: 1 }]);
  });

  test('of two that come at once is one, and the other leaves nothing', async () => {
    const { shop, operator, path, read } = await opened();
    await shop.runImports();
    const body = { file_url: FILE_URL };
    await Promise.all(
      Array.from({ length: 8 }, () => operator.updateUserGroup({ params: path, body })),
    );
    await shop.runImports();
    expect(await read()).toMatchObject(DONE);
    await shop.runtime.scheduled(IMPORTS_CRON);
    const imports = await env.DB.prepare('SELECT state FROM group_imports').all();
    expect(imports.results).toEqual([{ state: 'success' }]);
  });
});

describe('a message that is lost', () => {
  test('at the very beginning leaves a pending group, which the cron sets going', async () => {
    const { shop, read, change } = await opened();
    await shop.runImports();
    shop.queue.down = true;
    await change();
    shop.queue.down = false;
    expect(shop.imports).toEqual([]);
    expect((await read()).status).toBe('pending');
    shop.clock.advance(599_000);
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(shop.imports).toEqual([]);
    shop.clock.advance(2_000);
    await shop.runtime.scheduled(IMPORTS_CRON);
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(shop.imports).toHaveLength(1);
    await shop.runImports();
    expect(await read()).toMatchObject(DONE);
  });

  test('on the way is made up for by whoever looks at the group, once', async () => {
    const { shop, read } = await opened(fileOf(0, 300), { cutAfter: 600_000 });
    await deliver(shop);
    shop.imports.length = 0;
    await read();
    await shop.settle();
    expect(shop.imports).toEqual([]);
    shop.clock.advance(61_000);
    await Promise.all([read(), read(), read()]);
    await shop.settle();
    expect(shop.imports).toHaveLength(1);
  });

  test('five times is the end, and the group says why', async () => {
    const answer = () => new Response('', { status: 503 });
    const { shop, read } = await opened('', { answer });
    for (let attempts = 1; attempts <= 5; attempts += 1) {
      const { retryMessages } = await deliver(shop, attempts);
      expect(retryMessages).toHaveLength(1);
    }
    expect((await read()).status).toBe('pending');
    await deliver(shop, 1, 'vestibule-imports-dead');
    const { status, errors } = await read();
    expect(status).toBe('failed');
    expect(errors).toEqual([{ message: 'The file could not be read: the server answered 503.' }]);
  });
});

describe('the stores of groups', () => {
  test('take a thousand groups of an application, and not one more', async () => {
    const { operator } = await opened();
    await env.DB.prepare(
      `INSERT INTO user_groups (application_id, id, uid, name, description, import_id, created_at, modified_at)
       SELECT ?1, 'g' || value, value, 'n', 'd', (SELECT import_id FROM user_groups LIMIT 1), 0, 0
       FROM (WITH RECURSIVE n(value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n WHERE value < 999) SELECT value FROM n)`,
    )
      .bind(params.application_id)
      .run();
    const made = await Promise.all(
      [1, 2, 3].map(async () => operator.createUserGroup({ params, body: NEW })),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(made.find(({ ok }) => !ok)?.body).toMatchObject({ code: 'group_limit' });
  });

  test('go through no table of users, identifiers or members from end to end', async () => {
    const { shop, operator, read } = await opened('email,user_id\na@example.com,\n,x\n');
    const statements = new Set<string>();
    shop.db.onPrepare = (sql) => statements.add(sql);
    await shop.runImports();
    await read();
    expectOk(await operator.getUserGroups({ params, query: { name: 'g' } }));
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(statements.size).toBeGreaterThan(8);
    for (const sql of statements) expect([sql, await scansOf(sql)]).toEqual([sql, []]);
  });

  test('drop leftovers in pieces that leave room for others', async () => {
    await seedCustomers(env.DB, params.application_id, {
      from: 0,
      count: BATCH_CUSTOMERS,
      newest: 1e12,
    });
    await env.DB.prepare(
      `INSERT INTO group_imports (application_id, id, group_id, file_url, state, created_at, progressed_at)
       VALUES (?1, 'old', 'g', '', 'replaced', 0, 0), (?1, 'bad', 'g', '', 'failed', 0, 0)`,
    )
      .bind(params.application_id)
      .run();
    await env.DB.prepare(
      `INSERT INTO group_members (application_id, import_id, user_id)
       SELECT ?1, i.id, u.id FROM group_imports i CROSS JOIN users u`,
    )
      .bind(params.application_id)
      .run();
    const run = async () => {
      const steps = dropLeftovers(new Database(env.DB));
      return takeTurns([{ database: 'DB', steps }]);
    };
    expect(await run()).toEqual({
      counts: { group_members: 2 * BATCH_CUSTOMERS, group_changes: 0 },
      complete: true,
      failed: [],
    });
    const left = await env.DB.prepare('SELECT id, cleared FROM group_imports').all();
    expect(left.results).toEqual([{ id: 'bad', cleared: 1 }]);
    expect(await run()).toMatchObject({ counts: { group_members: 0 } });
  });
});
