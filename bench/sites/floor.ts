/** The floor's Worker on the schema and the rows of Vestibule, with a session of the same size in KV. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO } from '../../mocks/demo.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import { startWorker, writeConfig } from '../lib/worker.ts';
import { addressOf, shopper, SIGNED_IN, type Site } from './site.ts';
import { seedShop } from './vestibule.ts';

const DAY_MS = 86_400_000;

/** @param customers how many are in the shop */
export async function startFloor(customers: number): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const main = join(ROOT, 'bench/workers/floor.ts');
  const config = await writeConfig(folder, main, { assets: true });
  const worker = await startWorker({ config });
  rmSync(folder, { recursive: true });
  await seedShop(worker.db, customers);
  const keys: string[] = [];
  for (let at = 0; at < SIGNED_IN; at += 1) {
    const { id: userId } = shopper(at);
    const handle = randomBytes(16).toString('hex');
    const key = `session:${DEMO.applicationId}:${userId}:${handle}`;
    const now = Date.now();
    const times = { createdAt: now, renewedAt: now, expiresAt: now + 30 * DAY_MS };
    const about = { validFrom: 0, userAgent: '', ip: addressOf(at), domain: '127.0.0.1' };
    const session = { userId, handle, ...about, ...times };
    await worker.kv.put(key, JSON.stringify(session), { metadata: session });
    keys.push(key);
  }
  return {
    name: 'floor',
    ...worker,
    readSession: (at) => ({
      method: 'GET',
      path: '/service/session',
      headers: { cookie: keys[at] ?? '' },
      status: 200,
    }),
  };
}
