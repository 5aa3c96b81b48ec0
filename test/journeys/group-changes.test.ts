/** Members of a group that are added and removed, and a group that is deleted. */
import { getQueueResult, createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { IMPORTS_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { expectOk } from '../support/answers.ts';
import { FILES, fileServer, type ServedFile } from '../support/file-server.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK, d1Shop, importBatch, type Shop } from '../support/shop.ts';

const FILE_URL = `${FILES}/members.csv`;
const CHANGES_URL = `${FILES}/changes.csv`;
const NEW = { name: 'Gold', description: 'Who buys a lot', file_url: FILE_URL };

async function opened<S extends Shop>(
  createShop: (options: { fetch: typeof fetch }) => Promise<S>,
  people = 3,
) {
  const files = fileServer({});
  const shop = await createShop({ fetch: files.fetch });
  const operator = await operatorOf(shop);
  const ids: string[] = [];
  for (let n = 1; n <= people; n += 1) {
    const email = `customer-${n}@example.com`;
    const body = { phone_number: `982009820${n}`, username: `customer-${n}`, email };
    ids.push(expectOk(await operator.createUser({ params, body })).body.user?._id ?? '');
  }
  const serve = (path: string, content: string, more: Partial<ServedFile> = {}): void => {
    files.files[path] = { content, etag: `"${content.length}"`, ...more };
  };
  const made = async (content: string) => {
    serve('/members.csv', content);
    const { _id: group_id = '' } = expectOk(
      await operator.createUserGroup({ params, body: NEW }),
    ).body;
    return { ...params, group_id };
  };
  const group = async (content: string) => {
    const path = await made(content);
    await shop.runImports();
    return path;
  };
  const change = async (path: typeof params & { group_id: string }, content: string) => {
    serve('/changes.csv', content);
    const body = { file_url: CHANGES_URL };
    const answer = await operator.updateUserGroupPartially({ params: path, body });
    await shop.runImports();
    return answer;
  };
  const read = async (path: typeof params & { group_id: string }) =>
    expectOk(await operator.getUserGroupById({ params: path })).body;
  return { shop, operator, ids, files, serve, made, group, change, read };
}

/** Those whom the groups have, whatever their newest imports are up to. */
async function members(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT m.user_id FROM user_groups g JOIN group_members m ON m.import_id = g.members_of ORDER BY m.user_id`,
  ).all<{ user_id: string }>();
  return results.map(({ user_id }) => user_id);
}

describe.each(BACKENDS_AND_MOCK)('a group that is changed in part, on %s', (name, createShop) => {
  const has = async (ids: (string | undefined)[]) => {
    const named = ids.map(String).toSorted();
    if (name === 'D1 and KV') expect(await members()).toEqual(named);
  };

  test('by a file that adds and removes: the rest of the members stays', async () => {
    const { ids, group, change, read } = await opened(createShop);
    const path = await group(`user_id\n${ids[0]}\n${ids[1]}\n`);
    const content = `action,email\nadd,customer-3@example.com\n REMOVE ,customer-1@example.com\n`;
    const { body } = expectOk(await change(path, content));
    expect(body).toMatchObject({ status: 'pending', name: 'Gold', file_url: CHANGES_URL });
    const counts = { rows: 2, users: 2, failed: 0 };
    expect(await read(path)).toMatchObject({ status: 'success', counts });
    await has([ids[1], ids[2]]);
  });

  test('by entries of the request, which are judged as lines of a file', async () => {
    const { shop, operator, ids, group, read } = await opened(createShop);
    const path = await group(`user_id\n${ids[0]}\n`);
    const body = {
      type: 'json',
      name: 'Silver',
      user_data: [
        { user_id: ids[1], action: 'add' as const },
        { phone_number: '9820098203', action: 'add' as const },
        { email: 'customer-1@example.com', action: 'remove' as const },
        { email: 'nobody@example.com', action: 'add' as const },
        { email: 'no address', action: 'add' as const },
        { action: 'add' as const },
      ],
    };
    const answer = await operator.updateUserGroupPartially({ params: path, body });
    expect(expectOk(answer).body).toMatchObject({
      name: 'Silver',
      status: 'pending',
      file_url: FILE_URL,
      counts: { rows: 6, users: 3, failed: 3 },
    });
    await shop.runImports();
    const after = await read(path);
    expect(after).toMatchObject({ status: 'success', counts: { rows: 6, users: 3, failed: 3 } });
    expect(after.errors).toEqual([
      { line: 4, message: 'no customer has this email' },
      { line: 5, message: 'email is not an email address' },
      { line: 6, message: 'names nobody' },
    ]);
    await has([ids[1], ids[2]]);
  });

  test('entries that all name nobody are refused, and say why', async () => {
    const { operator, group } = await opened(createShop, 1);
    const path = await group('user_id\n');
    const user_data = [{ email: 'nobody@example.com', action: 'add' as const }];
    const answer = await operator.updateUserGroupPartially({ params: path, body: { user_data } });
    const message = 'No entry names a customer. Entry 1: no customer has this email.';
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', message } });
  });

  test('the last word on a customer counts', async () => {
    const { ids, group, change, read } = await opened(createShop);
    const path = await group(`user_id\n${ids[0]}\n`);
    const lines = ['action,user_id', `remove,${ids[0]}`, `add,${ids[1]}`, `add,${ids[0]}`];
    expectOk(await change(path, [...lines, `remove,${ids[1]}`, ''].join('\n')));
    expect(await read(path)).toMatchObject({ counts: { rows: 4, users: 2, failed: 0 } });
    await has([ids[0]]);
  });

  test('lines without an action are told; a file without the column fails, and changes nothing', async () => {
    const { ids, group, change, read } = await opened(createShop);
    const path = await group(`user_id\n${ids[0]}\n`);
    expectOk(await change(path, `action,user_id\n,${ids[1]}\nswap,${ids[2]}\nadd,${ids[2]}\n`));
    const told = await read(path);
    expect(told).toMatchObject({ status: 'success', counts: { rows: 3, users: 1, failed: 2 } });
    expect(told.errors?.map(({ line }) => line)).toEqual([2, 3]);
    expectOk(await change(path, `user_id\n${ids[1]}\n`));
    const failed = await read(path);
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.errors?.[0]?.message).toMatch(/must name the column action/);
    await has([ids[0], ids[2]]);
  });

  test('a group that has no members yet gets those that are added', async () => {
    const { ids, group, change, read } = await opened(createShop);
    const path = await group('no,columns\n1,2\n');
    expect(await read(path)).toMatchObject({ status: 'failed' });
    expectOk(await change(path, `action,user_id\nadd,${ids[0]}\nremove,${ids[1]}\n`));
    expect(await read(path)).toMatchObject({ status: 'success' });
    await has([ids[0]]);
    expectOk(await change(path, `action,user_id\nadd,${ids[1]}\n`));
    await has([ids[0], ids[1]]);
  });

  test.each([
    ['both ways at once', { file_url: CHANGES_URL, user_data: [{ user_id: 'u', action: 'add' }] }],
    ['entries that are not there', { type: 'json' }],
    ['a file that is not there', { type: 'file_url' }],
    ['another type', { type: 'xlsx', file_url: CHANGES_URL }],
    ['no entries', { user_data: [] }],
    ['another action', { user_data: [{ user_id: 'u', action: 'swap' }] }],
    ['a private address', { file_url: 'https://10.0.0.1/a.csv' }],
  ])('%s is refused', async (__, wrong) => {
    const { operator, group } = await opened(createShop, 1);
    const path = await group('user_id\n');
    // What a caller without types may send.
    const body = wrong as { type?: string };
    const answer = await operator.updateUserGroupPartially({ params: path, body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});

describe.each(BACKENDS_AND_MOCK)('a group that is deleted, on %s', (_, createShop) => {
  test('is gone, by either of its ids, and its uid is never given again', async () => {
    const { operator, ids, group } = await opened(createShop, 2);
    const [first, second] = [await group(`user_id\n${ids[0]}\n`), await group('user_id\n')];
    const { uid } = expectOk(await operator.getUserGroupById({ params: second })).body;
    const byUid = { ...params, group_id: String(uid) };
    const { body } = expectOk(await operator.deleteUserGroup({ params: byUid }));
    expect(body).toEqual({ id: second.group_id, success: true });
    const gone = { status: 404, body: { code: 'not_found' } };
    expect(await operator.getUserGroupById({ params: second })).toMatchObject(gone);
    expect(await operator.deleteUserGroup({ params: second })).toMatchObject(gone);
    const user_data = [{ user_id: ids[0], action: 'add' as const }];
    expect(
      await operator.updateUserGroupPartially({ params: second, body: { user_data } }),
    ).toMatchObject(gone);
    const { items = [] } = expectOk(await operator.getUserGroups({ params, query: {} })).body;
    expect(items.map(({ _id }) => _id)).toEqual([first.group_id]);
    const third = await group('user_id\n');
    const made = expectOk(await operator.getUserGroupById({ params: third })).body;
    expect(made.uid).toBe((uid ?? 0) + 1);
  });
});

const CUSTOMERS = 400;
/** As scripts/lib/seed-customers.ts makes them. */
const idOf = (n: number): string => `5e0be100${n.toString(16).padStart(16, '0')}`;
const wanted = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => idOf(from + at));
/** Lines wide enough that a few hundred of them are several slices. */
const NOTE = 'x'.repeat(3_000);
const changesOf = (action: string, from: number, count: number): string[] =>
  wanted(from, count).map((id) => `${action},${id},${NOTE}`);
const HEAD = 'action,user_id,note';

async function seeded() {
  const given = await opened(d1Shop, 0);
  await seedCustomers(env.DB, params.application_id, { from: 0, count: CUSTOMERS, newest: 1e12 });
  return given;
}
const counted = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<{ n: number }>())?.n ?? 0;

describe('a change of members, on D1', () => {
  const MEMBERS = ['user_id', ...wanted(0, 200), ''].join('\n');
  /** 100 go, 150 come. */
  const CHANGES = [HEAD, ...changesOf('remove', 0, 100), ...changesOf('add', 200, 150), ''].join(
    '\n',
  );

  test.each([false, true])(
    'ends the same wherever D1 fails (with only the answer lost: %j)',
    async (answerLost) => {
      let interrupted = 0;
      for (let trip = 1, more = true; more; trip += 1) {
        await env.DB.exec('DELETE FROM user_groups');
        const { shop, group, serve, operator, read } = await seeded();
        const path = await group(MEMBERS);
        serve('/changes.csv', CHANGES);
        const body = { file_url: CHANGES_URL };
        expectOk(await operator.updateUserGroupPartially({ params: path, body }));
        await shop.settle();
        shop.db.roundTrips = 0;
        shop.db.failAt = { trip, answerLost };
        const [message] = shop.imports;
        if (!message) throw new Error('no message is waiting');
        const batch = importBatch([message], 'vestibule-imports', 1);
        await shop.runtime.consume(batch);
        const { explicitAcks, retryMessages } = await getQueueResult(
          batch,
          createExecutionContext(),
        );
        if (explicitAcks.length > 0) shop.imports.shift();
        more = shop.db.roundTrips >= trip;
        interrupted += retryMessages.length;
        shop.db.failAt = undefined;
        await shop.runImports();
        expect([trip, await read(path)]).toMatchObject([
          trip,
          { status: 'success', counts: { rows: 250, users: 250, failed: 0 } },
        ]);
        expect([trip, await members()]).toEqual([trip, wanted(100, 250)]);
        expect(await counted('group_changes')).toBe(0);
      }
      expect(interrupted).toBeGreaterThan(2);
    },
    60_000,
  );

  test('takes the last word on a customer, in another piece of the file', async () => {
    const { group, change, read } = await seeded();
    const path = await group(MEMBERS);
    const lines = [...changesOf('remove', 0, 100), ...changesOf('add', 200, 150)];
    const last = [...changesOf('add', 0, 1), ...changesOf('remove', 200, 1)];
    expectOk(await change(path, [HEAD, ...lines, ...last, ''].join('\n')));
    expect(await read(path)).toMatchObject({ counts: { rows: 252, users: 250, failed: 0 } });
    expect(await members()).toEqual([idOf(0), ...wanted(100, 100), ...wanted(201, 149)]);
  });

  test('that breaks off on the way changes nothing until all is read', async () => {
    const { shop, group, serve, operator, read } = await seeded();
    const path = await group(MEMBERS);
    serve('/changes.csv', CHANGES, { cutAfter: 400_000 });
    const body = { file_url: CHANGES_URL };
    expectOk(await operator.updateUserGroupPartially({ params: path, body }));
    await shop.settle();
    await shop.runtime.consume(importBatch(shop.imports.slice(0, 1)));
    expect((await read(path)).status).toBe('processing');
    expect(await counted('group_changes')).toBeGreaterThan(20);
    expect(await members()).toEqual(wanted(0, 200));
    // A whole new file comes instead: what was read of the change is dropped.
    serve('/members.csv', ['user_id', ...wanted(300, 10), ''].join('\n'));
    expectOk(await operator.updateUserGroup({ params: path, body: { file_url: FILE_URL } }));
    await shop.runImports();
    expect(await members()).toEqual(wanted(300, 10));
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect([await counted('group_changes'), await counted('group_imports')]).toEqual([0, 1]);
  });

  test('waits for the import that goes on; its name may change meanwhile', async () => {
    const { shop, operator, ids, made, change, read } = await opened(d1Shop);
    const path = await made(`user_id\n${ids[0]}\n`);
    const user_data = [{ user_id: ids[1], action: 'add' as const }];
    const early = await operator.updateUserGroupPartially({ params: path, body: { user_data } });
    expect(early).toMatchObject({ status: 409, body: { code: 'group_busy' } });
    const named = { name: 'Silver' };
    expectOk(await operator.updateUserGroupPartially({ params: path, body: named }));
    await shop.runImports();
    expect(await read(path)).toMatchObject({ name: 'Silver', status: 'success' });
    expectOk(await change(path, `action,user_id\nadd,${ids[1]}\n`));
    expect(await members()).toEqual(ids.slice(0, 2).toSorted());
  });

  test('two at once: one is made, the other is told to wait', async () => {
    const { shop, group, operator } = await seeded();
    const path = await group(MEMBERS);
    const answers = await Promise.all(
      [300, 301, 302, 303].map(async (n) =>
        operator.updateUserGroupPartially({
          params: path,
          body: { user_data: [{ user_id: idOf(n), action: 'add' }] },
        }),
      ),
    );
    expect(answers.map(({ status }) => `${status}`).toSorted()).toEqual([
      '200',
      '409',
      '409',
      '409',
    ]);
    await shop.runImports();
    expect(await members()).toHaveLength(201);
  });

  test('many of them leave nothing behind', async () => {
    const { shop, group, operator } = await seeded();
    const path = await group(MEMBERS);
    for (const n of [300, 301, 302]) {
      const body = { user_data: [{ user_id: idOf(n), action: 'add' as const }] };
      expectOk(await operator.updateUserGroupPartially({ params: path, body }));
      await shop.runImports();
    }
    await shop.runtime.scheduled(IMPORTS_CRON);
    // The one with the members, and the newest.
    expect(await counted('group_imports')).toBe(2);
    expect(await members()).toHaveLength(203);
  });
});

describe('a group that is deleted while its import runs, on D1', () => {
  const MEMBERS = ['user_id,note', ...wanted(0, 300).map((id) => `${id},${NOTE}`), ''].join('\n');

  test('before each round trip of it: the import ends, and everything goes', async () => {
    let trip = 0;
    for (let met = true; met && trip < 40;) {
      trip += 1;
      const { shop, made, operator } = await seeded();
      const path = await made(MEMBERS);
      await shop.settle();
      let left = trip;
      shop.db.onTrip = async (when) => {
        if (when === 'after') return;
        left -= 1;
        if (left !== 0) return;
        shop.db.onTrip = undefined;
        expectOk(await operator.deleteUserGroup({ params: path }));
      };
      await shop.runImports();
      met = left <= 0;
      shop.db.onTrip = undefined;
      if (!met) expectOk(await operator.deleteUserGroup({ params: path }));
      expect(shop.imports).toEqual([]);
      for (let runs = 0; runs < 2; runs += 1) await shop.runtime.scheduled(IMPORTS_CRON);
      for (const table of ['user_groups', 'group_imports', 'group_members', 'group_changes']) {
        expect([trip, table, await counted(table)]).toEqual([trip, table, 0]);
      }
      await shop.settle();
    }
    expect(trip).toBeGreaterThan(4);
  }, 60_000);

  test('the group of before, its members and its change go too', async () => {
    const { shop, group, operator, serve } = await seeded();
    const path = await group(MEMBERS);
    const lines = [HEAD, ...changesOf('remove', 0, 150), ...changesOf('add', 300, 90), ''];
    serve('/changes.csv', lines.join('\n'), { cutAfter: 400_000 });
    const body = { file_url: CHANGES_URL };
    expectOk(await operator.updateUserGroupPartially({ params: path, body }));
    await shop.settle();
    await shop.runtime.consume(importBatch(shop.imports.slice(0, 1)));
    expect(await counted('group_changes')).toBeGreaterThan(0);
    expectOk(await operator.deleteUserGroup({ params: path }));
    await shop.runImports();
    await shop.runtime.scheduled(IMPORTS_CRON);
    for (const table of [
      'group_imports',
      'group_members',
      'group_changes',
      'group_import_errors',
    ]) {
      expect([table, await counted(table)]).toEqual([table, 0]);
    }
  });
});
