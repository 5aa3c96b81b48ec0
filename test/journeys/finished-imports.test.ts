/** An import that is over: a message that comes late reads no file, and what it has to say of its lines stays to be seen. */
import { createExecutionContext, getQueueResult } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { IMPORTS_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import type { JobMessage } from '../../src/adapters/queue/jobs.ts';
import { expectOk } from '../support/answers.ts';
import { FILES, fileServer, type ServedFile } from '../support/file-server.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, importBatch, type D1Shop } from '../support/shop.ts';
import { allRows } from '../support/traces.ts';

const PATH = '/members.csv';
const body = { name: 'Gold', description: 'Who buys a lot', file_url: `${FILES}${PATH}` };
/** Lines that name nobody, wide enough that they come in several slices. */
const LINES = Array.from({ length: 300 }, (_, n) => `nobody${n},${'x'.repeat(3_000)}`);
const FILE = ['user_id,note', ...LINES, ''].join('\n');

async function opened(more: Partial<ServedFile> = {}) {
  const files = fileServer({ [PATH]: { content: FILE, etag: '"1"', ...more } });
  const shop = await d1Shop({ fetch: files.fetch });
  const operator = await operatorOf(shop);
  const { _id: group_id = '' } = expectOk(await operator.createUserGroup({ params, body })).body;
  await shop.settle();
  const [message] = shop.imports;
  if (!message) throw new Error('no message is waiting');
  const path = { ...params, group_id };
  return {
    shop,
    files,
    message,
    read: async () => expectOk(await operator.getUserGroupById({ params: path })).body,
    change: async () => {
      expectOk(await operator.updateUserGroup({ params: path, body: { file_url: body.file_url } }));
      await shop.settle();
    },
  };
}

async function deliver(shop: D1Shop, message: JobMessage, queue = 'vestibule-imports') {
  const batch = importBatch([message], queue);
  await shop.runtime.consume(batch);
  return getQueueResult(batch, createExecutionContext());
}

/** Until nothing is left to be said. */
async function run(shop: D1Shop): Promise<void> {
  for (let next = shop.imports.shift(); next; next = shop.imports.shift()) {
    await deliver(shop, next);
  }
}

type Opened = Awaited<ReturnType<typeof opened>>;

const OVER: [string, string, (one: Opened) => Promise<unknown>][] = [
  ['that has succeeded', 'success', async ({ shop }) => run(shop)],
  [
    'whose file is refused',
    'failed',
    async ({ shop, files }) => {
      files.files[PATH] = { content: 'no,columns\n1,2\n', etag: '"1"' };
      await run(shop);
    },
  ],
  [
    'that was given up',
    'failed',
    async ({ shop, message }) => {
      shop.imports.length = 0;
      await deliver(shop, message, 'vestibule-imports-dead');
    },
  ],
  [
    'that a newer one has replaced',
    'success',
    async ({ shop, change }) => {
      shop.imports.length = 0;
      await change();
      await run(shop);
    },
  ],
];

describe('a late message of an import', () => {
  test.each(OVER)('%s reads no file and changes nothing', async (_name, status, end) => {
    const one = await opened();
    await end(one);
    expect((await one.read()).status).toBe(status);
    const [requests, rows] = [one.files.requests.length, await allRows()];
    const { explicitAcks, retryMessages } = await deliver(one.shop, one.message);
    expect([explicitAcks.length, retryMessages]).toEqual([1, []]);
    expect(one.files.requests).toHaveLength(requests);
    expect(await allRows()).toEqual(rows);
    expect(one.shop.imports).toEqual([]);
  });
});

describe('the lines that an import could not use', () => {
  const lines = async ({ read }: Opened) =>
    (await read()).errors?.filter(({ line }) => line !== undefined).map(({ line }) => line);

  test.each([
    ['succeeded', 'success', async ({ shop }: Opened) => run(shop)],
    [
      'failed half-way',
      'failed',
      async ({ shop, message }: Opened) => {
        await deliver(shop, message);
        shop.imports.length = 0;
        await deliver(shop, message, 'vestibule-imports-dead');
      },
    ],
  ])('are shown once it has %s, whatever is cleared up since', async (_name, status, end) => {
    const one = await opened(status === 'failed' ? { cutAfter: 600_000 } : {});
    await end(one);
    expect((await one.read()).status).toBe(status);
    const shown = await lines(one);
    expect(shown?.length).toBeGreaterThan(0);
    for (let runs = 0; runs < 2; runs += 1) {
      one.shop.clock.advance(11 * 60_000);
      await one.shop.runtime.scheduled(IMPORTS_CRON);
      expect(await lines(one)).toEqual(shown);
    }
    const kept = (await allRows()).get('group_import_errors')?.length;
    expect(kept).toBeGreaterThanOrEqual(shown?.length ?? 0);
  });

  test('go with the import that a newer file has replaced', async () => {
    const one = await opened({ cutAfter: 600_000 });
    await deliver(one.shop, one.message);
    one.shop.imports.length = 0;
    one.files.files[PATH] = { content: 'user_id\nnobody\n', etag: '"2"' };
    await one.change();
    await run(one.shop);
    await one.shop.runtime.scheduled(IMPORTS_CRON);
    expect(await lines(one)).toEqual([2]);
    expect((await allRows()).get('group_import_errors')).toHaveLength(1);
  });
});
