/** The local data of `npm start`: where it lies, and what is in it before the Worker starts. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE, dataFolder } from '../../src/cli/databases.ts';
import { migrate } from '../../src/cli/migrate.ts';
import { createVault } from '../../src/adapters/crypto/vault.ts';
import { keyList } from '../../src/env/index.ts';
import { seedDemo } from './seed.ts';
import { DEMO } from './welcome.ts';
import { ROOT, WRANGLER_ENV } from '../../src/cli/wrangler.ts';

export function clearData(state: string): void {
  rmSync(dataFolder(state), { recursive: true, force: true });
}

/** Migrates every D1 binding (users can be spread over several) and seeds the demo application into the directory's. */
export async function prepareData(state: string, storefrontUrl: string): Promise<void> {
  await withLocalData(state, storefrontUrl, async () => undefined);
}

/** The same, and then `work` on the directory's database. */
export async function withLocalData(
  state: string,
  storefrontUrl: string,
  work: (directory: D1Database) => Promise<unknown>,
): Promise<void> {
  // Wrangler reads its settings from here; at its usual level it would announce that it found .dev.vars.
  Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
  const { getPlatformProxy } = await import('wrangler');
  const proxy = await getPlatformProxy<{ DB: D1Database } & Record<string, unknown>>({
    configPath: join(ROOT, 'wrangler.toml'),
    persist: { path: dataFolder(state) },
    remoteBindings: false,
  });
  try {
    for (const [name, binding] of Object.entries(proxy.env)) {
      if (DATABASE.test(name)) await migrate(binding as D1Database, join(ROOT, 'migrations'));
    }
    // Of .dev.vars, as the Worker gets them.
    const keys = keyList.safeParse(proxy.env['SEALING_KEYS']).data;
    const sealedToken =
      keys && (await createVault(keys).seal('application_token', DEMO.applicationToken));
    await seedDemo(proxy.env.DB, { storefrontUrl, sealedToken });
    await work(proxy.env.DB);
  } finally {
    await proxy.dispose();
  }
}
