/**
 * More applications beside the demo one, each with a platform config of its own, in the data of a server that has not
 * started yet. There is no operation that writes a config so far.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareData } from '../../scripts/lib/local-data.ts';
import { demoConfig } from '../../scripts/lib/seed.ts';
import { sha256 } from '../../src/cli/sha256.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import type { PlatformConfig } from '../../src/ports/index.ts';
import { Customer, RELAXED, type Credentials } from './sdk-customer.ts';
import { startServer, type StartedServer } from './started-server.ts';

/** Where links in the messages of these shops point to. */
export const STOREFRONT = 'https://shop.example';

export interface StartedShops<N extends string> {
  server: StartedServer;
  customer(name: N): Customer;
  stop(): Promise<void>;
}

/**
 * One server with a shop for each config.
 * @param configs name → what differs from the demo's config
 */
export async function startShops<N extends string>(
  configs: Record<N, Partial<PlatformConfig>>,
): Promise<StartedShops<N>> {
  const { state, shops } = await shopsOnDisk(configs);
  const server = await startServer({ state, limits: RELAXED });
  return {
    server,
    customer: (name) => new Customer(server.url, shops[name]),
    async stop() {
      await server.stop();
      rmSync(state, { recursive: true });
    },
  };
}

/** Data of a server that has not started yet, as `work` leaves it; the caller removes the folder. */
export async function stateWith(work: (db: D1Database) => Promise<unknown>): Promise<string> {
  const state = mkdtempSync(join(tmpdir(), 'vestibule-shops-'));
  await prepareData(state, 'http://127.0.0.1');
  const { getPlatformProxy } = await import('wrangler');
  const proxy = await getPlatformProxy<{ DB: D1Database }>({
    configPath: join(ROOT, 'wrangler.toml'),
    persist: { path: join(state, 'v3') },
    remoteBindings: false,
  });
  try {
    await work(proxy.env.DB);
  } finally {
    await proxy.dispose();
  }
  return state;
}

/** @returns the folder to start a server on, and what each shop calls with */
async function shopsOnDisk<N extends string>(
  configs: Record<N, Partial<PlatformConfig>>,
): Promise<{ state: string; shops: Record<N, Credentials> }> {
  const shops: Record<string, Credentials> = {};
  const state = await stateWith(async (db) => {
    for (const [index, [name, config]] of Object.entries<Partial<PlatformConfig>>(
      configs,
    ).entries()) {
      const applicationId = String(index + 100).padStart(24, '0');
      const applicationToken = `token-of-${name}`;
      await db
        .prepare(
          `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .bind(
          applicationId,
          DEMO.companyId,
          name,
          sha256(applicationToken),
          '["shop.example"]',
          STOREFRONT,
          '91',
          JSON.stringify({ ...demoConfig(), ...config, name }),
        )
        .run();
      shops[name] = { applicationId, applicationToken };
    }
  });
  return { state, shops };
}
