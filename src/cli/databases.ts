/** The databases of a deployment, or of the local data, as the Worker's stores know them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../adapters/d1/database.ts';
import { Values } from '../adapters/kv/values.ts';
import { migrate } from './migrate.ts';
import { readSettings, ROOT, WRANGLER_ENV } from './wrangler.ts';

export interface Databases {
  directory: Database;
  database(binding: string): Database | undefined;
  databases(): { name: string; database: Database }[];
  values: Values;
}

/** Wrangler keeps everything in this folder of the state folder, and nothing else in there is ours to delete. */
export const dataFolder = (state: string): string => join(state, 'v3');

/** `DB`, `DB_1`, … by name: a stub of another kind, such as that of the assets, claims to have every method. */
export const DATABASE = /^DB(_\d+)?$/;

/** Where the data are: a folder, or an environment of wrangler.toml in the account that wrangler is logged in to. */
export type Where = { state: string } | { remote: true; env?: string };

/**
 * Writes a configuration that has databases and KV and nothing else, each reached over the network.
 * @param env of wrangler.toml; the empty one is its top level
 * @returns the file
 */
export async function remoteConfig(folder: string, env = ''): Promise<string> {
  const { d1_databases, kv_namespaces, name, compatibility_date, account_id } =
    await readSettings(env);
  const file = join(folder, 'wrangler.json');
  const databases = d1_databases.map((one) => ({ ...one, remote: true }));
  const namespaces = kv_namespaces.map((one) => ({ ...one, remote: true }));
  const config = {
    name,
    compatibility_date,
    account_id,
    d1_databases: databases,
    kv_namespaces: namespaces,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Local data are brought up to date first; deployed ones are `npm run deploy`'s. */
export async function withDatabases<T>(
  where: Where,
  work: (databases: Databases) => Promise<T>,
): Promise<T> {
  Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
  const { getPlatformProxy } = await import('wrangler');
  const remote = 'remote' in where;
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-admin-'));
  try {
    const proxy = await getPlatformProxy(
      remote
        ? {
            configPath: await remoteConfig(folder, where.env),
            persist: false,
            remoteBindings: true,
          }
        : {
            configPath: join(ROOT, 'wrangler.toml'),
            persist: { path: dataFolder(where.state) },
            remoteBindings: false,
          },
    );
    try {
      const bound = Object.entries(proxy.env)
        .filter(([name]) => DATABASE.test(name))
        .map(([name, client]) => ({ name, client: client as D1Database }));
      if (!remote) {
        for (const { client } of bound) await migrate(client, join(ROOT, 'migrations'));
      }
      const known = new Map(bound.map(({ name, client }) => [name, new Database(client)]));
      const directory = known.get('DB');
      if (!directory) throw new Error('wrangler.toml binds no DB');
      return await work({
        directory,
        database: (binding) => known.get(binding),
        databases: () => [...known].map(([name, database]) => ({ name, database })),
        // Bound by wrangler.toml under this name.
        values: new Values(proxy.env['KV'] as KVNamespace),
      });
    } finally {
      await proxy.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
