/** Files of customers come in and go out, by jobs of operators. */
import { describe, expect, test } from 'vitest';
import { expectOk } from '../support/answers.ts';
import { FILES, fileServer, type ServedFile } from '../support/file-server.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK, type Shop, type ShopOptions } from '../support/shop.ts';

const AGREED =
  '"{""privacy_policy"":{""value"":true,""updated_at"":""2026-01-01T00:00:00.000Z""}}"';
const CSV = `External_ID,first_name,last_name,email,phone_number,consent
1,Asha,Rao,asha@example.com,9810000001,${AGREED}
2,Ravi,=cmd,ravi@example.com,9810000002,
3,Nobody,,no address,,
4,Twin,,asha@example.com,,
`;
const FILE_URL = `${FILES}/customers.csv`;
const BODY = { absolute_url: FILE_URL, file_format: 'CSV', relative_url: 'in/customers.csv' };

type Create = (options?: ShopOptions) => Promise<Shop>;

async function opened(create: Create, served: Partial<ServedFile> = {}, options: ShopOptions = {}) {
  const files = fileServer({ '/customers.csv': { content: CSV, etag: '"1"', ...served } });
  const shop = await create({ fetch: files.fetch, ...options });
  // With a token of its own each time, since tests move the clock.
  const operate = async () => operatorOf(shop);
  const operator = await operate();
  const job = async (job_id: string) =>
    expectOk(await (await operate()).getUsersJobByJobId({ params: { ...params, job_id } })).body;
  return {
    shop,
    files,
    operator,
    operate,
    job,
    async imported(body: object = BODY) {
      const started = await (
        await operate()
      ).bulkImportStoreFrontUsers({
        params,
        body: body as typeof BODY,
      });
      const { _id } = expectOk(started).body;
      await shop.runImports();
      return job(_id);
    },
    async exported(file_format: string) {
      const started = await (
        await operate()
      ).createBulkExportUsers({ params, body: { file_format } });
      const { _id } = expectOk(started).body;
      await shop.runImports();
      return job(_id);
    },
  };
}

describe.each(BACKENDS_AND_MOCK)('on %s', (_, create) => {
  test('an import adds the customers of a file, and tells of each line that it refuses', async () => {
    const { shop, operator, imported, job } = await opened(create);
    const done = await imported();
    expect(done).toMatchObject({
      file_name: 'customers.csv',
      file_format: 'csv',
      action_type: 'import',
      created_by: { name: 'dev-api-key', user_id: 'dev-api-key' },
      status: 'success',
      count: { total: 4, success: 2, error: 2, already_there: 0 },
      links: { file: { absolute_url: FILE_URL, relative_url: 'in/customers.csv' } },
      application_id: params.application_id,
      company_id: params.company_id,
    });
    const errors = await shop.fetch(done.links?.error?.relative_url ?? '');
    expect([errors.status, errors.headers.get('content-type')]).toEqual([
      200,
      'text/csv; charset=utf-8',
    ]);
    expect(await errors.text()).toBe(
      'line,error\n4,"email is not valid"\n5,"email belongs to another account"\n',
    );
    const { items = [] } = expectOk(await operator.getCustomers({ params, query: {} })).body;
    expect(new Set(items.map(({ first_name }) => first_name))).toEqual(new Set(['Asha', 'Ravi']));
    const again = await imported();
    expect(again.count).toEqual({ total: 4, success: 2, error: 2, already_there: 2 });
    expect((await job(done._id)).count).toEqual(done.count);
  });

  test.each(['csv', 'xlsx'])('an export in %s is imported again', async (format) => {
    const { shop, files, imported, exported } = await opened(create);
    await imported();
    const done = await exported(format);
    expect(done).toMatchObject({
      file_format: format,
      action_type: 'export',
      status: 'success',
      count: { total: 2, success: 2, error: 0 },
    });
    const file = await shop.fetch(done.links?.file?.relative_url ?? '');
    expect(file.status).toBe(200);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="users-.*"$/);
    const content = new Uint8Array(await file.arrayBuffer());
    if (format === 'csv') {
      expect(new TextDecoder().decode(content)).toContain(`,'=cmd,`);
      expect(file.headers.get('content-length')).toBe(String(content.length));
    }
    Object.assign(files.files, { [`/back.${format}`]: { content, etag: '"2"' } });
    const back = await opened(create, { content, etag: '"2"' });
    const read = await back.imported({ ...BODY, file_format: format });
    expect(read).toMatchObject({ status: 'success', count: { total: 2, success: 2, error: 0 } });
    const { items = [] } = expectOk(await back.operator.getCustomers({ params, query: {} })).body;
    expect(new Set(items.map(({ last_name }) => last_name))).toEqual(new Set(['=cmd', 'Rao']));
  });

  test('the file of refused lines runs nothing that the imported one calls a column', async () => {
    const { shop, imported } = await opened(create, { content: 'email,=cmd()\na@example.com,x\n' });
    const { links } = await imported();
    const errors = await shop.fetch(links?.error?.relative_url ?? '');
    expect((await errors.text()).split('\n')[1]).not.toMatch(/^\d+,"?[=+@-]/);
  });

  test('a link to a file ends after an hour, and the file after a day', async () => {
    const { shop, imported, exported, job } = await opened(create);
    await imported();
    const done = await exported('csv');
    const link = done.links?.file?.relative_url ?? '';
    for (const wrong of [
      link.replace(/until=\d+/, (until) => `${until}0`),
      link.replace(/key=.{4}/, 'key=0000'),
      link.replace(/key=.*/, ''),
      link.replace('/file?', '/errors?'),
      link.replace(done._id, '5e0be1000000000000000000'),
      link.replace('/company/1/', '/company/2/'),
    ]) {
      const refused = await shop.fetch(wrong);
      expect([wrong, refused.status, await refused.json()]).toMatchObject([
        wrong,
        400,
        { code: 'link_invalid' },
      ]);
    }
    shop.clock.advance(3_599_000);
    expect((await shop.fetch(link)).status).toBe(200);
    shop.clock.advance(2_000);
    expect((await shop.fetch(link)).status).toBe(400);
    const next = (await job(done._id)).links?.file?.relative_url ?? '';
    expect((await shop.fetch(next)).status).toBe(200);
    shop.clock.advance(82_400_000);
    const last = (await job(done._id)).links?.file?.relative_url ?? '';
    expect((await shop.fetch(last)).status).toBe(200);
    shop.clock.advance(1_000_000);
    expect((await shop.fetch(last)).status).toBe(400);
    expect((await job(done._id)).links).toEqual({});
  });

  test('lists show the jobs of a kind, the newest first, by what is asked for', async () => {
    const { shop, operate, imported, exported } = await opened(create);
    const first = await imported();
    shop.clock.advance(86_400_000);
    const second = await imported({ ...BODY, absolute_url: `${FILES}/missing.csv` });
    const out = await exported('xlsx');
    expect(second).toMatchObject({ status: 'failed', message: 'The server answered 404.' });
    const operator = await operate();
    const ids = async (query: object) =>
      (expectOk(await operator.getBulkImportUsersList({ params, query })).body.items ?? []).map(
        ({ _id }) => _id,
      );
    const [day, next] = [first, second].map(({ created_at = '' }) => created_at.slice(0, 10));
    expect(await ids({})).toEqual([second._id, first._id]);
    expect(await ids({ page_no: 2, page_size: 1 })).toEqual([first._id]);
    expect(await ids({ search: 'MISSING' })).toEqual([second._id]);
    expect(await ids({ status: 'success' })).toEqual([first._id]);
    expect(await ids({ start_date: next })).toEqual([second._id]);
    expect(await ids({ end_date: day })).toEqual([first._id]);
    expect(await ids({ end_date: first.created_at })).toEqual([first._id]);
    expect(await ids({ file_format: 'XLSX' })).toEqual([]);
    const exports = expectOk(await operator.getBulkExportUsersList({ params, query: {} })).body;
    expect(exports.items?.map(({ _id }) => _id)).toEqual([out._id]);
    expect(exports.page).toMatchObject({ item_total: 1, has_next: false });
  });

  test('bad requests are refused by the name of the field', async () => {
    const { operator } = await opened(create);
    for (const [body, field] of [
      [{ ...BODY, file_format: 'xls' }, 'body.file_format'],
      [{ ...BODY, absolute_url: 'http://10.0.0.1/a.csv' }, 'body.absolute_url'],
      [{ ...BODY, absolute_url: 'http://127.0.0.1:8000/a.csv' }, 'body.absolute_url'],
      [{ ...BODY, relative_url: undefined }, 'body.relative_url'],
    ] as const) {
      const answer = await operator.bulkImportStoreFrontUsers({
        params,
        body: body as typeof BODY,
      });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: field }] } });
    }
    const query = { start_date: 'yesterday' };
    const answer = await operator.getBulkImportUsersList({ params, query });
    expect(answer).toMatchObject({ body: { errors: [{ path: 'query.start_date' }] } });
    const params404 = { ...params, job_id: 'nothing' };
    expect((await operator.getUsersJobByJobId({ params: params404 })).status).toBe(404);
    const empty = { ...BODY, relative_url: '' };
    expectOk(await operator.bulkImportStoreFrontUsers({ params, body: empty }));
  });
});
