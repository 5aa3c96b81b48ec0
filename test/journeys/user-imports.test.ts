/** Jobs on users that meet crashes, second deliveries, other files and faults: in the end there is what one whole run makes. */
import { createExecutionContext, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { MAX_JSON_BYTES } from '../../src/shared/json-parts.ts';
import { IMPORTS_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { runUserExport } from '../../src/domain/jobs/export-users.ts';
import { d1UserExports } from '../../src/adapters/d1/stores/user-exports.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { r2JobFiles } from '../../src/adapters/r2/job-files.ts';
import { seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { writeBatch } from '../../src/adapters/d1/stores/user-intake.ts';
import { sha256Bytes } from '../../src/adapters/node/sha256.ts';
import { readUserLine } from '../../src/user-file/line.ts';
import { expectOk } from '../support/answers.ts';
import { FILES, fileServer, type ServedFile } from '../support/file-server.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, importBatch, type D1Shop, type ShopOptions } from '../support/shop.ts';

const BODY = {
  absolute_url: `${FILES}/users.csv`,
  file_format: 'csv',
  relative_url: 'users.csv',
};

/** Lines wide enough that a few hundred of them are several slices; each tenth is none. */
function fileOf(count: number): string {
  const lines = Array.from({ length: count }, (_, at) =>
    at % 10 === 9
      ? `,,${'x'.repeat(3_000)}`
      : `e${at},u${at}@example.com,"{""note"":""${'x'.repeat(3_000)}""}"`,
  );
  return ['external_id,email,meta', ...lines, ''].join('\n');
}

const LINES = 200;
const DONE = {
  status: 'success',
  count: { total: LINES, success: LINES * 0.9, error: LINES * 0.1 },
};

async function opened(served: Partial<ServedFile> = {}, options: ShopOptions = {}) {
  const files = fileServer({ '/users.csv': { content: fileOf(LINES), etag: '"1"', ...served } });
  const shop = await d1Shop({ fetch: files.fetch, ...options });
  const operator = await operatorOf(shop);
  return {
    shop,
    files,
    operator,
    async start(body = BODY) {
      const { _id } = expectOk(await operator.bulkImportStoreFrontUsers({ params, body })).body;
      await shop.settle();
      return _id;
    },
    job: async (job_id: string) =>
      expectOk(await operator.getUsersJobByJobId({ params: { ...params, job_id } })).body,
  };
}

/** Every row of the users who were imported, whatever the clock and the run have made of them. */
async function customers(): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    `SELECT u.id, u.username, u.external_id, u.meta, i.kind, i.value, i.verified, w.words
     FROM users u JOIN identifiers i ON i.user_id = u.id
     JOIN (SELECT user_id, group_concat(word) AS words FROM user_words GROUP BY user_id) w ON w.user_id = u.id
     ORDER BY u.id`,
  ).all();
  return results;
}

/** One delivery of a waiting message; says whether it was acknowledged. */
async function deliver(shop: D1Shop, attempts = 1, queue = 'vestibule-imports') {
  const [message] = shop.imports;
  if (!message) throw new Error('no message is waiting');
  const batch = importBatch([message], queue, attempts);
  await shop.runtime.consume(batch);
  const result = await getQueueResult(batch, createExecutionContext());
  if (result.explicitAcks.length > 0) shop.imports.shift();
  return result;
}

const clear = async (): Promise<void> => {
  for (const table of ['users', 'identifiers', 'user_words', 'user_jobs', 'user_job_errors']) {
    await env.DB.exec(`DELETE FROM ${table}`);
  }
};

describe('an import of users', () => {
  test.each([false, true])(
    'ends the same wherever D1 fails (with only the answer lost: %j)',
    async (answerLost) => {
      const { shop, start, job } = await opened();
      const first = await start();
      shop.db.roundTrips = 0;
      await shop.runImports();
      const trips = shop.db.roundTrips;
      const whole = await customers();
      expect(whole).toHaveLength(LINES * 0.9);
      const errors = (await job(first)).links?.error?.relative_url ?? '';
      const lines = await (await shop.fetch(errors)).text();
      let interrupted = 0;
      for (let trip = 1; trip <= trips; trip += 1) {
        await clear();
        const again = await opened();
        const id = await again.start();
        again.shop.db.roundTrips = 0;
        again.shop.db.failAt = { trip, answerLost };
        interrupted += (await deliver(again.shop)).retryMessages.length;
        await again.shop.runImports();
        const done = await again.job(id);
        expect([trip, done]).toMatchObject([trip, DONE]);
        expect([trip, await customers()]).toEqual([trip, whole]);
        const link = done.links?.error?.relative_url ?? '';
        expect([trip, await (await again.shop.fetch(link)).text()]).toEqual([trip, lines]);
      }
      expect(interrupted).toBeGreaterThan(3);
    },
    60_000,
  );

  test('that is delivered twice at once, and late, counts everybody once', async () => {
    const { shop, start, job } = await opened();
    const id = await start();
    const [message] = shop.imports;
    if (!message) throw new Error('no message is waiting');
    const both = [1, 2, 3].map(async () => shop.runtime.consume(importBatch([message])));
    await Promise.all(both);
    await shop.runImports();
    await shop.runtime.consume(importBatch([message]));
    expect(await job(id)).toMatchObject(DONE);
    expect(await customers()).toHaveLength(LINES * 0.9);
  });

  test('of a file that changes on the way reads the new one from its start', async () => {
    const { shop, files, start, job } = await opened({ cutAfter: 450_000 });
    const id = await start();
    expect((await deliver(shop)).retryMessages).toHaveLength(1);
    expect((await job(id)).count?.total).toBeGreaterThan(0);
    const content = 'external_id,email\ne1,u1@example.com\nnew,new@example.com\n';
    files.files['/users.csv'] = { content, etag: '"2"' };
    await shop.runImports();
    expect(await job(id)).toMatchObject({
      status: 'success',
      count: { total: 2, success: 2, error: 0, already_there: 0 },
    });
  });

  test('whose last try failed says why', async () => {
    const { shop, start, job } = await opened({
      answer: () => new Response(null, { status: 503 }),
    });
    const id = await start();
    expect((await deliver(shop)).retryMessages).toHaveLength(1);
    await deliver(shop, 1, 'vestibule-imports-dead');
    expect(await job(id)).toMatchObject({
      status: 'failed',
      message: 'The file could not be read: the server answered 503.',
    });
  });

  test('whose message was lost goes on when the cron finds it, or the operator looks', async () => {
    const { shop, start, job } = await opened();
    const id = await start();
    shop.imports.length = 0;
    shop.clock.advance(11 * 60_000);
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(shop.imports).toEqual([
      { kind: 'users_import', applicationId: params.application_id, id },
    ]);
    shop.imports.length = 0;
    shop.clock.advance(61_000);
    await job(id);
    await shop.settle();
    expect(shop.imports).toHaveLength(1);
    await shop.runImports();
    expect(await job(id)).toMatchObject(DONE);
  });

  test('takes a hash of another system only where logins expect its parameters', async () => {
    const hash = '$2b$08$DGhuBw/56l2ASI5Rpg3exeRv4Q19Po50HgUj1InqV/rNyCrEX2hC6';
    const content = `external_id,email,password_hash\n1,a@example.com,${hash}\n`;
    const unknown = await opened({ content });
    const first = await unknown.start();
    await unknown.shop.runImports();
    expect(await unknown.job(first)).toMatchObject({ count: { success: 0, error: 1 } });
    await clear();
    const until = Date.now() + 86_400_000;
    const importedHashes = { until, brought: [{ kind: 'bcrypt', cost: 8 } as const] };
    const known = await opened({ content }, { record: { importedHashes } });
    const second = await known.start();
    await known.shop.runImports();
    expect(await known.job(second)).toMatchObject({ count: { success: 1, error: 0 } });
  });

  test('never binds more than a megabyte at once', async () => {
    await d1Shop();
    const sizes: number[] = [];
    const watched = new Proxy(env.DB, {
      get(target, name) {
        if (name !== 'prepare') return target.batch.bind(target);
        return (text: string) => {
          const statement = target.prepare(text);
          const bind = (...values: unknown[]) => {
            const texts = values.filter((value) => typeof value === 'string');
            sizes.push(...texts.map((value) => new TextEncoder().encode(value).length));
            return statement.bind(...values);
          };
          return { bind };
        };
      },
    });
    const rules = {
      applicationId: params.application_id,
      callingCode: '91',
      hashes: { take: () => ({ imported: false }) },
      now: 1e12,
      digest: sha256Bytes,
    };
    const users = Array.from({ length: 1_000 }, (_, at) => {
      const meta = { note: '€'.repeat(1_300) };
      const read = readUserLine(
        at,
        { external_id: `e${at}`, email: `u${at}@example.com`, meta },
        rules,
      );
      if ('field' in read) throw new Error(JSON.stringify(read));
      return read;
    });
    const done = await writeBatch(new Database(watched), params.application_id, users, 1e12);
    expect(done).toEqual({ imported: 1_000, alreadyThere: 0, problems: [] });
    expect(Math.max(...sizes)).toBeGreaterThan(900_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_JSON_BYTES);
  });
});

describe('an export of users', () => {
  const FORMAT = { params, body: { file_format: 'csv' } };
  const USERS = 2_500;

  async function begun(options: ShopOptions = {}) {
    const shop = await d1Shop(options);
    await seedCustomers(env.DB, params.application_id, { from: 0, count: USERS, newest: 1e12 });
    const operator = await operatorOf(shop);
    const { _id } = expectOk(await operator.createBulkExportUsers(FORMAT)).body;
    await shop.settle();
    const job = async () =>
      expectOk(await operator.getUsersJobByJobId({ params: { ...params, job_id: _id } })).body;
    return { shop, id: _id, job };
  }
  const idsIn = (file: string): string[] =>
    file
      .split('\n')
      .slice(1, -1)
      .map((line) => line.slice(0, 24));
  const keysUnder = async (prefix: string): Promise<string[]> =>
    (await env.FILES.list({ prefix })).objects.map(({ key }) => key);

  /** A bucket that fails once, at the `at`-th part that is written. */
  function failingBucket(broken: { at: number }): R2Bucket {
    return new Proxy(env.FILES, {
      get(target, name: keyof R2Bucket) {
        if (name !== 'put') return (target[name] as () => unknown).bind(target);
        return async (key: string, value: Uint8Array) => {
          broken.at -= 1;
          if (broken.at === 0) throw new Error('the bucket is down');
          return target.put(key, value);
        };
      },
    });
  }

  test('killed at each step, while people come and go, holds everybody once who stays', async () => {
    const broken = { at: 0 };
    const { shop } = await begun({ bucket: failingBucket(broken) });
    const operator = await operatorOf(shop);
    await shop.runImports();
    const { results } = await env.DB.prepare('SELECT id FROM users ORDER BY id').all<{
      id: string;
    }>();
    const ids = results.map(({ id }) => id);
    let interrupted = 0;
    for (let step = 1; step <= 10; step += 1) {
      const { _id: job_id } = expectOk(await operator.createBulkExportUsers(FORMAT)).body;
      await shop.settle();
      shop.db.roundTrips = 0;
      if (step <= 8) shop.db.failAt = { trip: step, answerLost: step % 2 === 0 };
      else broken.at = step - 8;
      interrupted += (await deliver(shop)).retryMessages.length;
      shop.db.failAt = undefined;
      const gone = ids.splice(step * 200, 1);
      await env.DB.prepare('DELETE FROM users WHERE id = ?').bind(gone[0]).run();
      const come = { from: USERS + step, count: 1, newest: 1e12 };
      await seedCustomers(env.DB, params.application_id, come);
      await shop.runImports();
      const path = { ...params, job_id };
      const done = expectOk(await operator.getUsersJobByJobId({ params: path })).body;
      const file = await (await shop.fetch(done.links?.file?.relative_url ?? '')).text();
      const held = idsIn(file);
      const there = new Set(held);
      expect([step, there.size, done.count?.total]).toEqual([step, held.length, held.length]);
      expect([step, ids.filter((id) => !there.has(id))]).toEqual([step, []]);
    }
    expect(interrupted).toBeGreaterThan(3);
  }, 60_000);

  test('that two deliveries write at once keeps the parts of one, and no others', async () => {
    const { shop, id, job } = await begun();
    const [message] = shop.imports;
    if (!message) throw new Error('no message is waiting');
    await Promise.all([1, 2, 3].map(async () => shop.runtime.consume(importBatch([message]))));
    await shop.runImports();
    const done = await job();
    const file = await (await shop.fetch(done.links?.file?.relative_url ?? '')).text();
    expect(idsIn(file)).toHaveLength(USERS);
    expect(await keysUnder(`jobs/${params.application_id}/${id}/`)).toHaveLength(2);
  });

  test('leaves nothing behind a day later, nor when it fails', async () => {
    const { shop, id } = await begun();
    await shop.runImports();
    const prefix = `jobs/${params.application_id}/${id}/`;
    expect(await keysUnder(prefix)).toHaveLength(2);
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(await keysUnder(prefix)).toHaveLength(2);
    shop.clock.advance(86_400_000);
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(await keysUnder(prefix)).toEqual([]);

    await env.FILES.put(`${prefix}part`, 'x');
    await env.DB.exec(`UPDATE user_jobs SET state = 'failed', cleared = 0 WHERE id = '${id}'`);
    await shop.runtime.scheduled(IMPORTS_CRON);
    expect(await keysUnder(prefix)).toEqual([]);
  });

  test('is cleared away in one run with all others whose day is over', async () => {
    const { shop } = await begun();
    await shop.runImports();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45)
       INSERT INTO user_jobs (application_id, id, kind, file_name, file_format, created_by, state, created_at, progressed_at,
         file_expires_at, expires_at)
       SELECT application_id, id || i, kind, file_name, file_format, created_by, state, created_at, progressed_at,
         file_expires_at, expires_at FROM user_jobs CROSS JOIN n`,
    ).run();
    shop.clock.advance(86_400_000);
    await shop.runtime.scheduled(IMPORTS_CRON);
    const left = await env.DB.prepare(
      'SELECT COUNT(*) AS n FROM user_jobs WHERE cleared = 0',
    ).first();
    expect(left).toEqual({ n: 0 });
  });

  test('as a spreadsheet ends where a spreadsheet has no more rows', async () => {
    const { shop, id, job } = await begun();
    await env.DB.exec(
      `UPDATE user_jobs SET rows = 1048000, file_format = 'xlsx' WHERE id = '${id}'`,
    );
    await shop.runImports();
    expect(await job()).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('Export them as CSV') as string,
    });
  });

  test('without a bucket is refused with the name of what is to be bound', async () => {
    const shop = await d1Shop({ bucket: null });
    const refused = await (await operatorOf(shop)).createBulkExportUsers(FORMAT);
    expect(refused).toMatchObject({ status: 503, body: { code: 'file_storage_missing' } });
    expect(JSON.stringify(refused.body)).toContain('FILES');
  });

  test('at most five jobs are at work at once', async () => {
    const shop = await d1Shop();
    const operator = await operatorOf(shop);
    for (let more = 0; more < 5; more += 1) {
      expectOk(await operator.createBulkExportUsers(FORMAT));
    }
    expect(await operator.createBulkExportUsers(FORMAT)).toMatchObject({
      status: 400,
      body: { code: 'job_limit' },
    });
    await shop.runImports();
    expectOk(await operator.createBulkExportUsers(FORMAT));
  });

  test('of an application is not there for another', async () => {
    const { shop, id } = await begun();
    const other = { ...shop.application, id: '000000000000000000000002' };
    const ports = shop.portsOf(other);
    expect(await ports.jobs.find(id)).toBeUndefined();
    expect(await ports.jobs.parts(id, shop.clock.now())).toBeUndefined();
    expect((await ports.jobs.list({ kind: 'users_export', pageNo: 1, pageSize: 10 })).total).toBe(
      0,
    );
    const exports = d1UserExports(new Database(env.DB), other.id);
    const files = r2JobFiles(env.FILES);
    const { clock, random } = shop.ports;
    await runUserExport({ applicationId: other.id, exports, files, clock, random }, id);
    expect(await shop.ports.jobs.find(id)).toMatchObject({ state: 'pending' });
  });
});
