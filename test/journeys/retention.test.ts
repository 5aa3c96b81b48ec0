/** The hourly cron: what has expired goes, what has not stays. */
import { env } from 'cloudflare:workers';
import { createScheduledController } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../../src/env/index.ts';
import type { LogLine } from '../../src/http/log.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { expiredRows } from '../../src/adapters/d1/maintenance/retention.ts';
import { takeTurns } from '../../src/adapters/d1/maintenance/turns.ts';
import { createRuntime } from '../../src/wiring.ts';
import worker from '../../src/worker.ts';
import { countingDatabase } from '../support/counting-database.ts';
import { tablesWith } from '../support/traces.ts';

const HOURLY = '47 * * * *';
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const APP = '000000000000000000000001';

function keeper(more: Record<string, unknown> = {}) {
  const log: LogLine[] = [];
  const environment = parseEnvironment({ ...more, ...env });
  const wired = createRuntime(environment, (line) => log.push(line), { clock: { now: () => NOW } });
  return { run: async () => wired.scheduled(HOURLY), log };
}

/** A row of each table that expires, as its columns but for `application_id` and `expires_at`. */
const ROWS: Record<string, Record<string, string | number>> = {
  otp_challenges: {
    id: 'c',
    purpose: 'login',
    kind: 'phone',
    value: '+918652523958',
    code_mac: 'm',
    tries_buckets: '[]',
    refund: '[]',
    created_at: 0,
  },
  budgets: { bucket: 'b', counts: '{}' },
  registrations: { id: 'r', origin: 'code', created_at: 0 },
  proofs: { registration: 'r', kind: 'phone', value: '+918652523958', proven_at: 0 },
  links: {
    id: 'l',
    link_kind: 'reset',
    user_id: 'u',
    kind: 'email',
    value: 'a@example.com',
    created_at: 0,
  },
  ended_sessions: { user_id: 'u', handle: 'h' },
  deliveries: { id: 'd', state: 'sent', claimed_at: 0 },
  sms_counts: { name: 'day', start: 0 },
  user_jobs: {
    id: 'j',
    kind: 'users_import',
    file_name: 'users.csv',
    file_format: 'csv',
    created_by: 'key',
    created_at: 0,
    progressed_at: 0,
  },
  events: {
    id: 'e',
    user_id: 'u',
    sequence: 1,
    type: 'customer.created',
    session: '',
    changed: '{}',
    at: 0,
    open: 0,
  },
  event_deliveries: {
    event_id: 'e',
    endpoint_id: 'we',
    state: 'dead',
    attempts: 1,
    due_at: 0,
    claimed_until: 0,
  },
  user_job_errors: { job_id: 'j', byte_offset: 0, errors: '[]' },
};

async function insert(table: string, row: Record<string, string | number>): Promise<void> {
  const columns = Object.keys(row).join(', ');
  const marks = Object.keys(row).map(() => '?');
  await env.DB.prepare(`INSERT INTO ${table} (${columns}) VALUES (${marks.join(', ')})`)
    .bind(...Object.values(row))
    .run();
}

const expiries = async (table: string) =>
  (
    await env.DB.prepare(`SELECT expires_at AS at FROM ${table} ORDER BY 1`).all<{ at: number }>()
  ).results.map(({ at }) => at - NOW);

const count = async (table: string) =>
  (await env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<{ n: number }>())?.n;

/** Rows of a table with an index on its expiry, and of one that is read through by its key. */
const MANY = { links: 'links', budgets: 'budgets' } as const;

async function many(table: keyof typeof MANY, rows: number): Promise<void> {
  const row = {
    links:
      "INTO links (application_id, id, link_kind, user_id, kind, value, created_at, expires_at) SELECT ?, i, 'reset', 'u', 'email', 'e', i, i",
    budgets:
      "INTO budgets (application_id, bucket, counts, expires_at) SELECT ?, printf('%08d', i), '{}', i",
  }[table];
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT ${row} FROM n`,
  )
    .bind(rows, APP)
    .run();
}

describe('retention', () => {
  test('knows every table whose rows expire', async () => {
    expect(await tablesWith('expires_at')).toEqual(Object.keys(ROWS).toSorted());
  });

  test.each(Object.entries(ROWS))(
    '%s: a row goes 24 h after its expiry, not before',
    async (table, row) => {
      for (const [at, over] of [-25 * HOUR, -24 * HOUR, -24 * HOUR + 1, 0, HOUR].entries()) {
        // Differs in what the keys of all tables are made of.
        const own = Object.fromEntries(
          Object.entries(row).map(([name, value]) => [
            name,
            ['id', 'job_id', 'event_id', 'bucket', 'handle', 'registration', 'start'].includes(name)
              ? `${value}${at}`
              : value,
          ]),
        );
        await insert(table, { ...own, application_id: APP, expires_at: NOW + over });
      }
      const { run, log } = keeper();
      await run();
      expect(await expiries(table)).toEqual([-24 * HOUR + 1, 0, HOUR]);
      expect(log).toEqual([
        {
          level: 'info',
          message: 'retention',
          counts: {
            ...Object.fromEntries(Object.keys(ROWS).map((name) => [name, 0])),
            audit_events: 0,
            activity_counts: 0,
            report_counts: 0,
            attribute_definitions: 0,
            attribute_keys: 0,
            user_attributes: 0,
            [table]: 2,
          },
          complete: true,
          failed: [],
          internal: '',
        },
      ]);
      await run();
      expect(await expiries(table)).toHaveLength(3);
    },
  );

  test.each(Object.values(MANY))('more %s than a batch are drained in one run', async (table) => {
    await many(table, 12_500);
    const { run, log } = keeper();
    await run();
    expect(await count(table)).toBe(0);
    expect(log[0]).toMatchObject({ counts: { [table]: 12_500 }, complete: true });
  });

  /** A run that may ask little. */
  const shortRun = async (queries: number) =>
    takeTurns(
      expiredRows(new Database(env.DB), NOW).map((steps) => ({ database: 'DB', steps })),
      { queries, calls: 1 },
    );

  test.each(['links', 'budgets'] as const)(
    'a run over %s has an end: the rest is left to the next one, and told',
    async (table) => {
      await many(table, 12_700);
      const first = await shortRun(29);
      const left = (await count(table)) ?? 0;
      expect(first).toMatchObject({ counts: { [table]: 12_700 - left }, complete: false });
      expect([left > 0, left < 12_700]).toEqual([true, true]);
      expect(await shortRun(1_000)).toMatchObject({ counts: { [table]: left }, complete: true });
      expect(await count(table)).toBe(0);
    },
  );

  test('what has expired goes however many living rows stand before it', async () => {
    await many('budgets', 30_000);
    await env.DB.prepare('UPDATE budgets SET expires_at = ? WHERE CAST(bucket AS INTEGER) <= 25000')
      .bind(NOW)
      .run();
    // Too little for the whole table in any one run.
    for (let runs = 0; runs < 6; runs += 1) {
      expect(await shortRun(28)).toMatchObject({ complete: false });
    }
    expect(await count('budgets')).toBe(25_000);
  });

  test('what is alive in a swept table stays, page after page', async () => {
    await many('budgets', 12_000);
    await env.DB.prepare('UPDATE budgets SET expires_at = ? WHERE CAST(bucket AS INTEGER) % 3 = 0')
      .bind(NOW)
      .run();
    await keeper().run();
    expect(await count('budgets')).toBe(4_000);
  });

  test('an audit row goes 24 h after its 90 days, one of an operator after 400, in every application', async () => {
    const DAY = 24 * HOUR;
    for (const [at, application_id] of [APP, 'another', 'one more'].entries()) {
      for (const [retention, days] of [
        ['security', 90],
        ['admin', 400],
      ] as const) {
        for (const [index, over] of [-1, 0, 1].entries()) {
          await insert('audit_events', {
            application_id,
            retention,
            id: `${at}${index}`,
            at: NOW - (days + 1) * DAY + over,
            action: 'delivery.dead',
            detail: '{}',
          });
        }
      }
    }
    const { run, log } = keeper();
    await run();
    expect(log[0]).toMatchObject({ counts: { audit_events: 12 }, complete: true });
    expect(await count('audit_events')).toBe(6);
  });

  test('values of deleted attributes go, then the definitions; those of others stay, and so does what is deleted later', async () => {
    for (const [id, deleted_at] of [
      ['gone', NOW - 1],
      ['later', NOW],
      ['kept', null],
    ] as const) {
      await env.DB.prepare(
        `INSERT INTO attribute_definitions (application_id, id, slug, fields, deleted_at) VALUES (?, ?, ?, '{}', ?)`,
      )
        .bind(APP, id, id, deleted_at)
        .run();
      const times = { customer_overridden: 0, updated_by: 'key', created_at: 0, updated_at: 0 };
      const place = { application_id: APP, definition_id: id };
      await insert('user_attributes', { ...place, user_id: 'u', id, value: '1', ...times });
      for (const key of ['a', 'b']) await insert('attribute_keys', { ...place, user_id: 'u', key });
    }
    const { run, log } = keeper();
    await run();
    expect(log[0]).toMatchObject({
      counts: { attribute_definitions: 1, attribute_keys: 2, user_attributes: 1 },
      complete: true,
    });
    expect(await count('attribute_definitions')).toBe(2);
    expect(await count('user_attributes')).toBe(2);
    expect(await count('attribute_keys')).toBe(4);
  });

  test('a database that fails stops no other', async () => {
    await many('budgets', 10);
    const broken = countingDatabase(env.DB);
    broken.down = true;
    const { run, log } = keeper({ DB_1: broken.database });
    await run();
    expect(broken.roundTrips).toBeGreaterThan(0);
    expect(await count('budgets')).toBe(0);
    expect(log).toEqual([
      expect.objectContaining({
        level: 'error',
        counts: expect.objectContaining({ budgets: 10 }),
        complete: false,
        failed: ['DB_1'],
        internal: expect.stringContaining('Network connection lost'),
      }),
    ]);
  });

  test('the Worker does it when its cron fires', async () => {
    await many('budgets', 10);
    const controller = createScheduledController({ cron: HOURLY, scheduledTime: new Date() });
    await worker.scheduled(controller, { ...env });
    expect(await count('budgets')).toBe(0);
  });
});
