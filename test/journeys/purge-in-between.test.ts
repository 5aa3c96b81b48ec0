/** The daily purge: what happens to a user between the look and the removal, and how much of KV a run may use. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { demoConfig, seedDemo } from '../../scripts/lib/seed.ts';
import { PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { parseEnvironment } from '../../src/env/index.ts';
import type { LogLine } from '../../src/http/log.ts';
import { createRuntime } from '../../src/wiring.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { ORIGIN } from '../support/shop.ts';
import { staleKv } from '../support/stale-kv.ts';
import { allRows } from '../support/traces.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const DAYS = demoConfig().delete_account_day;
const OTHER = '000000000000000000000002';

async function keeper(bindings: Record<string, unknown> = {}) {
  const kv = staleKv(() => NOW);
  await seedDemo(env.DB, { storefrontUrl: ORIGIN });
  const log: LogLine[] = [];
  const run = async (namespace: KVNamespace = kv.namespace) => {
    const environment = parseEnvironment({ ...env, ...bindings, KV: namespace });
    const wired = createRuntime(environment, (line) => log.push(line), {
      clock: { now: () => NOW },
    });
    await wired.scheduled(PURGE_CRON);
  };
  return { kv, log, run };
}

async function insertUser(id: string, deletedAt: number, application = DEMO.applicationId) {
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (application_id, id, username, deleted_at, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)`,
    ).bind(application, id, id, deletedAt),
    env.DB.prepare(
      `INSERT INTO identifiers (application_id, user_id, kind, value, verified, is_primary, created_at)
       VALUES (?, ?, 'email', ?, 1, 1, 0)`,
    ).bind(application, id, `${id}@example.com`),
  ]);
}

const users = async () =>
  ((await allRows()).get('users') ?? []).map(({ id }) => String(id)).toSorted();

describe('between the look and the purge', () => {
  /** `kept`: what happens to the user `back` meanwhile. */
  test.each([
    ['is restored', null],
    ['is restored and deleted again', NOW - 1],
    ['is restored and deleted again, whose days are nearly over', NOW - DAYS * DAY + 1],
  ])('a user who %s stays whole', async (_name, deletedAt) => {
    const { kv, log, run } = await keeper();
    await insertUser('back', NOW - DAYS * DAY);
    await insertUser('gone', NOW - DAYS * DAY);
    const ofBack = async () =>
      [...(await allRows())].flatMap(([table, rows]) =>
        rows.filter((row) => row['user_id'] === 'back').map((row) => ({ table, ...row })),
      );
    const whole = await ofBack();
    expect(whole.length).toBeGreaterThan(0);
    // The sessions are looked for after the users were found and before their rows go.
    await run({
      ...kv.namespace,
      list: async (options?: KVNamespaceListOptions) => {
        await env.DB.prepare(`UPDATE users SET deleted_at = ? WHERE id = 'back'`)
          .bind(deletedAt)
          .run();
        return kv.namespace.list(options);
      },
    });
    expect(log).toMatchObject([{ counts: { users: 1 }, complete: true }]);
    expect(await users()).toEqual(['back']);
    expect(await ofBack()).toEqual(whole);
    await run();
    expect(await users()).toEqual(['back']);
  });
});

describe('calls to KV', () => {
  const SESSIONS = 5;
  const USERS = 900;
  /** What a batch of a hundred users may use above the bound: a batch is not broken off. */
  const BATCH_CALLS = 100 * (1 + SESSIONS);
  /** Of an invocation of a Worker. */
  const PLATFORM = 10_000;

  async function fill(kv: ReturnType<typeof staleKv>, applications: readonly string[]) {
    for (const application of applications) {
      await env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO users (application_id, id, username, deleted_at, created_at, updated_at)
         SELECT ?, 'u' || i, 'u' || i, 1, 0, 0 FROM n`,
      )
        .bind(USERS, application)
        .run();
      for (let user = 1; user <= USERS; user += 1) {
        for (let session = 0; session < SESSIONS; session += 1) {
          const key = `session:${application}:u${user}:${session}`;
          await kv.namespace.put(key, '{}', { expirationTtl: 86_400 });
        }
      }
    }
    kv.calls.length = 0;
  }

  async function addApplication(id: string, shard: string): Promise<void> {
    await env.DB.prepare(
      `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config, shard)
       SELECT ?, company_id, name, token_hash, domains, storefront_url, default_country_code, config, ?
       FROM applications WHERE id = ?`,
    )
      .bind(id, shard, DEMO.applicationId)
      .run();
  }

  test('are shared by the databases of a run: however many there are, all of them together stay below the bound', async () => {
    const alone = await keeper();
    await fill(alone.kv, [DEMO.applicationId]);
    await alone.run();
    const bound = alone.kv.calls.length;
    expect(bound).toBeGreaterThan(3 * BATCH_CALLS);
    expect(bound).toBeLessThan(PLATFORM);
    expect(alone.log[0]).toMatchObject({ complete: false });

    // Both bindings are the one database there is; its applications belong to one of them each.
    const two = await keeper({ DB_1: env.DB });
    await env.DB.prepare('DELETE FROM users').run();
    await addApplication(OTHER, 'DB_1');
    await fill(two.kv, [DEMO.applicationId, OTHER]);
    await two.run();
    expect(two.kv.calls.length).toBeLessThan(bound + 2 * BATCH_CALLS);
    // Each had its share, and has something left for the next run.
    const rows = (await allRows()).get('users') ?? [];
    for (const application of [DEMO.applicationId, OTHER]) {
      const left = rows.filter(({ application_id }) => application_id === application).length;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(USERS);
    }
    expect(two.log[0]).toMatchObject({ complete: false, failed: [] });
  }, 180_000);
});
