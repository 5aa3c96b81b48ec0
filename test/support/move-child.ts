/**
 * A process that is killed: it fills a shop on a disk, or moves it from `DB` to `DB_1`, until somebody ends it.
 * `node test/support/move-child.ts FOLDER fill 100000`, `… FOLDER move`, `… FOLDER look`
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BATCH_CUSTOMERS, seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { seedDemo } from '../../scripts/lib/seed.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { moveApplication } from '../../src/adapters/d1/moves/move.ts';
import { MOVED } from '../../src/adapters/d1/moves/tables.ts';
import { migrate } from '../../src/cli/migrate.ts';
import { ROOT, WRANGLER_ENV } from '../../src/cli/wrangler.ts';

const DATABASES = ['DB', 'DB_1'] as const;
const [folder = '', task = '', count = '0'] = process.argv.slice(2);
const applicationId = DEMO.applicationId;

Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
const { getPlatformProxy } = await import('wrangler');
mkdirSync(folder, { recursive: true });
const configPath = join(folder, 'wrangler.json');
if (!existsSync(configPath)) {
  const d1_databases = DATABASES.map((binding, at) => ({
    binding,
    database_name: binding,
    database_id: `00000000-0000-0000-0000-00000000000${at}`,
  }));
  writeFileSync(configPath, JSON.stringify({ name: 'move', d1_databases }));
}
const proxy = await getPlatformProxy<Record<(typeof DATABASES)[number], D1Database>>({
  configPath,
  persist: { path: join(folder, 'v3') },
  remoteBindings: false,
});
const { env } = proxy;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Customers, and of each two audit rows and an ended session. */
async function fill(customers: number): Promise<void> {
  for (const name of DATABASES) await migrate(env[name], join(ROOT, 'migrations'));
  await seedDemo(env.DB, { storefrontUrl: 'http://localhost' });
  const newest = Date.now();
  for (let from = 0; from < customers; from += BATCH_CUSTOMERS) {
    await seedCustomers(env.DB, applicationId, { from, count: BATCH_CUSTOMERS, newest });
  }
  const ofAll = `FROM users WHERE application_id = '${applicationId}'`;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO audit_events (application_id, retention, at, id, action, user_id, detail)
       SELECT application_id, 'security', created_at, id, 'sign_in', id, '{}' ${ofAll}`,
    ),
    env.DB.prepare(
      `INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
       SELECT application_id, id, 'handle', created_at ${ofAll}`,
    ),
  ]);
}

/** Rows of every table, and a digest of what is in them. */
async function look(): Promise<void> {
  for (const name of DATABASES) {
    const tables: Record<string, number> = {};
    const digest = createHash('sha256');
    for (const moved of MOVED) {
      const keys = moved.key.map((column) => `"${column.name}"`).join(', ');
      let rows = 0;
      for (let offset = 0; ; offset += 5_000) {
        const { results } = await env[name]
          .prepare(
            `SELECT * FROM ${moved.name} WHERE application_id = ? AND ${moved.name === 'counters' ? "name <> 'users'" : 'TRUE'} ORDER BY ${keys} LIMIT 5000 OFFSET ?`,
          )
          .bind(applicationId, offset)
          .all();
        rows += results.length;
        // The move adds a row of its own there.
        if (moved.name !== 'audit_events') digest.update(JSON.stringify(results));
        if (results.length < 5_000) break;
      }
      if (rows > 0) tables[moved.name] = rows;
    }
    say({ name, tables, digest: digest.digest('hex') });
  }
}

async function move(): Promise<void> {
  const at = (name: (typeof DATABASES)[number]) => new Database(env[name]).patient(60_000);
  const moved = await moveApplication({
    applicationId,
    runner: randomUUID(),
    directory: at('DB'),
    source: at('DB'),
    target: at('DB_1'),
    from: 'DB',
    to: 'DB_1',
    now: () => Date.now(),
    sleep: async () => undefined,
    knownAfterMs: 0,
    sliceRows: 2_000,
    tell: say,
  });
  say({ frozenMs: moved?.frozenMs });
}

if (task === 'fill') await fill(Number(count));
if (task === 'move') await move();
if (task === 'look') await look();
await proxy.dispose();
