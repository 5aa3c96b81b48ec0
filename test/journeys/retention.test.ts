/** The hourly cron: what has expired goes, what has not stays. */
import { env } from 'cloudflare:workers';
import { createScheduledController } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import type { LogLine } from '../../src/http/log.ts';
import { wire } from '../../src/wiring.ts';
import worker from '../../src/worker.ts';
import { countingDatabase } from '../support/counting-database.ts';
import { tablesWith } from '../support/traces.ts';

const HOURLY = '47 * * * *';
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const APP = '000000000000000000000001';

function keeper(more: Record<string, unknown> = {}) {
  const log: LogLine[] = [];
  const config = parseConfig({ ...more, ...env });
  const wired = wire(config, (line) => log.push(line), { clock: { now: () => NOW } });
  return { run: async () => wired.scheduled(HOURLY), log };
}

/** A row of each table that expires, as its columns but for `application_id` and `expires_at`. */
const ROWS: Record<string, Record<string, string | number>> = {
  otp_challenges: {
    id: 'c',
    purpose: 'login',
    kind: 'phone',
    value: '+918652523958',
    resend_token: 't',
    tries_bucket: 'b',
    created_at: 0,
  },
  charges: { bucket: 'b', at: 0, ref: 'r' },
  registrations: { id: 'r', created_at: 0 },
  proofs: { registration: 'r', kind: 'phone', value: '+918652523958' },
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
  audit_events: { id: 'a', at: 0, action: 'delivery.dead', detail: '{}' },
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

async function manyCharges(rows: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO charges (application_id, bucket, at, ref, expires_at) SELECT ?, 'b', i, i, i FROM n`,
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
            ['id', 'ref', 'handle', 'registration', 'resend_token', 'start'].includes(name)
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
          counts: { ...Object.fromEntries(Object.keys(ROWS).map((name) => [name, 0])), [table]: 2 },
          complete: true,
          failed: [],
          internal: '',
        },
      ]);
      await run();
      expect(await expiries(table)).toHaveLength(3);
    },
  );

  test('more than a batch is drained in one run', async () => {
    await manyCharges(2_500);
    const { run, log } = keeper();
    await run();
    expect(await count('charges')).toBe(0);
    expect(log[0]).toMatchObject({ counts: { charges: 2_500 }, complete: true });
  });

  test('a run has an end: the rest is left to the next one, and the log says so', async () => {
    await manyCharges(50_700);
    const { run, log } = keeper();
    await run();
    expect(await count('charges')).toBe(700);
    expect(log[0]).toMatchObject({ level: 'warn', counts: { charges: 50_000 }, complete: false });
    await run();
    expect(await count('charges')).toBe(0);
    expect(log[1]).toMatchObject({ level: 'info', counts: { charges: 700 }, complete: true });
  });

  test('a database that fails stops no other', async () => {
    await manyCharges(10);
    const broken = countingDatabase(env.DB);
    broken.down = true;
    const { run, log } = keeper({ DB_1: broken.database });
    await run();
    expect(broken.roundTrips).toBeGreaterThan(0);
    expect(await count('charges')).toBe(0);
    expect(log).toEqual([
      expect.objectContaining({
        level: 'error',
        counts: expect.objectContaining({ charges: 10 }),
        complete: false,
        failed: ['DB_1'],
        internal: expect.stringContaining('Network connection lost'),
      }),
    ]);
  });

  test('the Worker does it when its cron fires', async () => {
    await manyCharges(10);
    const controller = createScheduledController({ cron: HOURLY, scheduledTime: new Date() });
    await worker.scheduled(controller, { ...env });
    expect(await count('charges')).toBe(0);
  });
});
