/** User groups: what operators see of them, and what becomes of the files. */
import { describe, expect, test } from 'vitest';
import { expectOk, signUp } from '../support/answers.ts';
import { FILES, fileServer, type ServedFile } from '../support/file-server.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK } from '../support/shop.ts';

const FILE_URL = `${FILES}/members.csv`;
const NEW = { name: 'Gold', description: 'Who buys a lot', file_url: FILE_URL };

/** Customers 1, 2 and 3; the second has an unverified address too. */
async function customers(operator: Awaited<ReturnType<typeof operatorOf>>): Promise<string[]> {
  const ids: string[] = [];
  for (const n of [1, 2, 3]) {
    const body = {
      phone_number: `982009820${n}`,
      username: `customer-${n}`,
      email: `customer-${n}@example.com`,
    };
    ids.push(expectOk(await operator.createUser({ params, body })).body.user?._id ?? '');
  }
  return ids;
}

async function opened(
  createShop: (typeof BACKENDS_AND_MOCK)[number][1],
  served: Record<string, ServedFile> = {},
) {
  const files = fileServer(served);
  const shop = await createShop({ fetch: files.fetch });
  const operator = await operatorOf(shop);
  const ids = await customers(operator);
  const serve = (content: string, more: Partial<ServedFile> = {}): void => {
    files.files['/members.csv'] = { content, etag: `"${content.length}"`, ...more };
  };
  const read = async (group_id: string | undefined) =>
    expectOk(await operator.getUserGroupById({ params: { ...params, group_id: group_id ?? '' } }))
      .body;
  /** A group of that file, after its import. */
  const imported = async (content: string, more: Partial<ServedFile> = {}) => {
    serve(content, more);
    const made = expectOk(await operator.createUserGroup({ params, body: NEW })).body;
    await shop.runImports();
    return read(made._id);
  };
  return { shop, operator, files, ids, serve, read, imported };
}

describe.each(BACKENDS_AND_MOCK)('user groups on %s', (_, createShop) => {
  test('a new group is pending, then has the customers that its file names', async () => {
    const { shop, operator, serve, ids, read } = await opened(createShop);
    serve(`user_id\n${ids[0]}\n${ids[2]}\n`);
    const { status, body: made } = expectOk(await operator.createUserGroup({ params, body: NEW }));
    expect(status).toBe(201);
    expect(made).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      uid: 1,
      application_id: params.application_id,
      ...NEW,
      status: 'pending',
      is_active: true,
      counts: { rows: 0, users: 0, failed: 0 },
      created_at: expect.any(String),
      modified_at: expect.any(String),
      __v: 0,
    });
    await shop.runImports();
    const group = await read(made._id);
    expect(group).toMatchObject({ status: 'success', counts: { rows: 2, users: 2, failed: 0 } });
    expect(group.errors).toBeUndefined();
  });

  test('a name is one visible line, when it is made and when it is changed', async () => {
    const { operator, serve } = await opened(createShop);
    serve('user_id\n');
    const refusal = { status: 400, body: { errors: [{ path: 'body.name' }] } };
    const made = expectOk(await operator.createUserGroup({ params, body: NEW })).body;
    const there = { params: { ...params, group_id: made._id ?? '' } };
    for (const name of ['Gold\u202edlog', 'Gold\nSilver', '\u200b', ' ']) {
      const body = { ...NEW, name };
      expect(await operator.createUserGroup({ params, body })).toMatchObject(refusal);
      expect(await operator.updateUserGroup({ ...there, body: { name } })).toMatchObject(refusal);
    }
    expectOk(await operator.updateUserGroup({ ...there, body: { name: 'सोना <100' } }));
  });

  test.each([
    ['addresses', 'email\nCustomer-1@Example.com\n customer-3@example.com \n', 2],
    ['international numbers', 'phone_number\n+919820098201\n919820098202\n', 2],
    ['national numbers', 'mobile\n9820098201\n09820098202\n', 2],
    ['numbers with a country', 'country_code,mobile\n91,9820098201\n+91,98200 98202\n', 2],
    ['more columns, in another order', 'x,Email ,y\n1,customer-1@example.com,2\n', 1],
    ['semicolons and CR LF', 'email;name\r\ncustomer-1@example.com;A\r\n', 1],
    ['tabs', 'name\temail\nA\tcustomer-1@example.com', 1],
    ['quotes', '"email","note"\n"customer-1@example.com","a ""b"",\nc"\n', 1],
    ['a byte order mark', '\u{feff}email\ncustomer-1@example.com\n', 1],
    ['the same customer twice', 'email,mobile\ncustomer-1@example.com,\n,9820098201\n', 1],
    ['nothing but a header', 'email', 0],
  ])('a file may hold %s', async (__, content, users) => {
    const { imported } = await opened(createShop);
    const group = await imported(content);
    expect(group).toMatchObject({ status: 'success', counts: { users, failed: 0 } });
  });

  test('lines that name no customer are told by number, and the others count', async () => {
    const { shop, imported } = await opened(createShop);
    const browser = shop.client();
    await signUp(shop, browser);
    expectOk(await browser.application.addEmail({ body: { email: 'unproven@example.com' } }));
    const lines = [
      'email,mobile,user_id',
      'customer-1@example.com,,',
      'nobody@example.com,,',
      ',,',
    ];
    lines.push('no address,,', ',12,', 'unproven@example.com,,', ',,5e68af49cfa09bf7233022f1', '');
    const group = await imported([...lines, ',9820098202,'].join('\n'));
    expect(group).toMatchObject({ status: 'success', counts: { rows: 7, users: 2, failed: 5 } });
    expect(group.errors).toEqual([
      { line: 3, message: 'no customer has this email' },
      { line: 5, message: 'email is not an email address' },
      { line: 6, message: 'mobile is not a mobile number' },
      { line: 7, message: 'no customer has this email' },
      { line: 8, message: 'no customer has this user_id' },
    ]);
  });

  test.each<[string, Partial<ServedFile> & { content: string }, RegExp]>([
    ['is not there', { content: '', answer: () => new Response('', { status: 404 }) }, /404/],
    ['is empty', { content: '' }, /empty/],
    ['is a page', { content: '<!doctype html>\n<p>Sign in' }, /first line must name/],
    [
      'is too large',
      {
        content: '',
        answer: () => new Response('email\n', { headers: { 'content-length': '52428801' } }),
      },
      /50 MB/,
    ],
    [
      'is on another host',
      { content: '', answer: () => Response.redirect('https://other.example/a.csv') },
      /another host/,
    ],
    [
      'leads from one to another',
      { content: '', answer: () => Response.redirect(FILE_URL) },
      /without an end/,
    ],
  ])('a file that %s fails the group, which says why', async (__, { content, ...more }, reason) => {
    const { imported } = await opened(createShop);
    const group = await imported(content, more);
    expect(group).toMatchObject({ status: 'failed', counts: { users: 0 } });
    expect(group.errors).toEqual([{ message: expect.stringMatching(reason) }]);
  });

  test.each([
    ['in the clear', 'http://files.example/moved.csv', /may not be fetched from/],
    ['on another port', 'https://files.example:8443/moved.csv', /another host/],
    ['on this machine', 'https://127.0.0.1/moved.csv', /another host/],
    ['under a password', 'https://user:pass@files.example/moved.csv', /may not be fetched from/],
  ])('a redirect to a place %s is not followed', async (_place, location, reason) => {
    const answer = () => new Response(null, { status: 302, headers: { location } });
    const content = 'email\ncustomer-1@example.com\n';
    const { imported, files } = await opened(createShop, { '/moved.csv': { content } });
    const group = await imported('', { answer });
    expect(group).toMatchObject({ status: 'failed', counts: { users: 0 } });
    expect(group.errors).toEqual([{ message: expect.stringMatching(reason) }]);
    expect(files.requests.map(({ url }) => url)).toEqual([FILE_URL]);
  });

  test('a redirect within the host is followed', async () => {
    const content = 'email\ncustomer-1@example.com\n';
    const answer = () => Response.redirect(`${FILES}/moved.csv`);
    const { imported } = await opened(createShop, { '/moved.csv': { content } });
    expect(await imported('', { answer })).toMatchObject({
      status: 'success',
      counts: { users: 1 },
    });
  });

  test.each([
    'http://files.example/a.csv',
    'https://127.0.0.1/a.csv',
    'https://10.0.0.1/a.csv',
    'https://[fd00::1]/a.csv',
    'https://2130706433/a.csv',
    'https://localhost/a.csv',
    'https://printer.local/a.csv',
    'https://metadata.google.internal/a.csv',
    'https://nas.lan/a.csv',
    'https://files.example:8443/a.csv',
    'https://user:password@files.example/a.csv',
    'ftp://files.example/a.csv',
    'a.csv',
  ])('no file is fetched from %s', async (file_url) => {
    const { operator, files } = await opened(createShop);
    const refused = await operator.createUserGroup({ params, body: { ...NEW, file_url } });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: 'body.file_url' }] },
    });
    const made = expectOk(await operator.createUserGroup({ params, body: NEW })).body;
    const path = { ...params, group_id: made._id ?? '' };
    const changed = await operator.updateUserGroup({ params: path, body: { file_url } });
    expect(changed).toMatchObject({ status: 400, body: { errors: [{ path: 'body.file_url' }] } });
    expect(files.requests.map(({ url }) => url)).not.toContain(file_url);
  });

  test('groups are found by _id and by uid, and listed the newest first', async () => {
    const { operator, serve, shop, read } = await opened(createShop);
    serve('email\n');
    for (const name of ['First', 'Second of them', 'Third', 'second again']) {
      expectOk(await operator.createUserGroup({ params, body: { ...NEW, name } }));
    }
    await shop.runImports();
    const listed = async (query: object) => {
      const { items, page } = expectOk(await operator.getUserGroups({ params, query })).body;
      return { uids: items?.map(({ uid }) => uid), page };
    };
    const page = { type: 'number', current: 1, size: 10, total: 4, item_total: 4, has_next: false };
    expect(await listed({})).toEqual({ uids: [4, 3, 2, 1], page });
    expect(await listed({ page_no: 2, page_size: 3 })).toEqual({
      uids: [1],
      page: { ...page, current: 2, size: 3 },
    });
    expect((await listed({ page_size: 3 })).page?.has_next).toBe(true);
    expect((await listed({ name: 'SECOND' })).uids).toEqual([4, 2]);
    expect((await listed({ name: '%' })).uids).toEqual([]);
    expect((await listed({ status: 'success', group_uid: 3 })).uids).toEqual([3]);
    expect((await listed({ status: 'pending' })).uids).toEqual([]);
    const byUid = await read('2');
    expect(byUid.name).toBe('Second of them');
    expect(await read(byUid._id)).toEqual(byUid);
    for (const group_id of ['9', '6345677535474fbb6944b7ce', 'x', '٣', '9'.repeat(30)]) {
      const path = { ...params, group_id };
      expect((await operator.getUserGroupById({ params: path })).status).toBe(404);
      expect((await operator.updateUserGroup({ params: path, body: {} })).status).toBe(404);
    }
  });

  test('a new name starts no import; a new file replaces the members when all of it is in', async () => {
    const { operator, shop, serve, read, imported, ids } = await opened(createShop);
    const group = await imported(`user_id\n${ids[0]}\n${ids[1]}\n`);
    const path = { ...params, group_id: group._id ?? '' };
    const renamed = expectOk(
      await operator.updateUserGroup({ params: path, body: { name: 'Silver' } }),
    ).body;
    expect(renamed).toMatchObject({
      name: 'Silver',
      description: NEW.description,
      status: 'success',
    });
    serve(`user_id\n${ids[2]}\n`);
    const body = { file_url: FILE_URL };
    const changed = expectOk(await operator.updateUserGroup({ params: path, body })).body;
    expect(changed).toMatchObject({ name: 'Silver', status: 'pending', counts: { users: 0 } });
    await shop.runImports();
    expect(await read(group._id)).toMatchObject({ status: 'success', counts: { users: 1 } });
  });

  test('a name or a description that is blank is no name', async () => {
    const { operator } = await opened(createShop);
    for (const field of ['name', 'description', 'file_url']) {
      const refused = await operator.createUserGroup({ params, body: { ...NEW, [field]: '' } });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: `body.${field}` }] } });
    }
  });
});

describe.each(BACKENDS_AND_MOCK)('members of a group on %s', (_, createShop) => {
  test('are listed page by page, by both of its ids, and by nobody without the scope', async () => {
    const { shop, operator, ids, imported } = await opened(createShop);
    const made = await imported(`user_id\n${ids.join('\n')}\n`);
    const sorted = ids.toSorted();
    const whole = expectOk(await operator.members(made._id ?? '')).body;
    expect(whole).toEqual({ items: sorted.map((user_id) => ({ user_id })) });
    const first = expectOk(await operator.members(String(made.uid), { page_size: 2 })).body;
    expect(first).toEqual({
      items: sorted.slice(0, 2).map((user_id) => ({ user_id })),
      next: sorted[1],
    });
    const rest = expectOk(await operator.members(String(made.uid), { after: first.next })).body;
    expect(rest).toEqual({ items: [{ user_id: sorted[2] }] });
    expect(await operator.members('99')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    const authorization = `Bearer ${await accessToken(shop, 'groups:write customers:read')}`;
    const { service } = shop.client({ authorization });
    const path = { ...params, group_id: made._id ?? '' };
    expect(await service.getUserGroupMembers({ params: path })).toMatchObject({
      status: 403,
      body: { meta: { scope: 'groups:read' } },
    });
  });
});
