/** Two Workers in one workerd, bound to each other as their wrangler.toml files say: Vestibule's bundle, and one that asks it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { miniflare, modulesOf } from '../../bench/lib/worker.ts';
import { seedDemo } from '../../scripts/lib/seed.ts';
import { freshSecrets } from '../../src/cli/dev-vars.ts';
import { migrate } from '../../src/cli/migrate.ts';
import { ROOT, WRANGLER_ENV } from '../../src/cli/wrangler.ts';

export interface WorkerPair {
  /** Origins, without a trailing slash. */
  vestibule: string;
  other: string;
  db: D1Database;
  /** The lines that both have logged, as JSON where they are. */
  log: Record<string, unknown>[];
  stop(): Promise<void>;
}

/** As a project with the package has it: `vestibule/session` comes from our sources. */
async function bundled(main: string, folder: string) {
  const made = await rolldown({
    input: main,
    platform: 'browser',
    logLevel: 'warn',
    resolve: { alias: { 'vestibule/session': join(ROOT, 'src/session/index.ts') } },
  });
  const { output } = await made.generate({ format: 'esm' });
  await made.close();
  const path = join(folder, 'index.js');
  writeFileSync(path, output[0].code);
  return [{ path, type: 'ESModule' as const }];
}

/** @param other folder of the Worker that asks; its main file is `src/index.ts` */
export async function startPair(other: string): Promise<WorkerPair> {
  Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
  const { unstable_getMiniflareWorkerOptions: optionsOf } = await import('wrangler');
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-pair-'));
  const log: WorkerPair['log'] = [];
  // Its type leads into packages that come without types; Miniflare checks what it is given.
  const settingsOf = (config: string) => optionsOf(config).workerOptions as Record<string, unknown>;
  const common = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }], modulesRoot: '/' };
  const config = join(ROOT, 'wrangler.toml');
  const options = miniflare.convertV4MiniflareOptions({
    cf: false,
    resourcePersistencePath: join(folder, 'state'),
    handleStructuredLogs: ({ message }: { message: string }) => {
      if (message.startsWith('{')) log.push(JSON.parse(message) as Record<string, unknown>);
    },
    workers: [
      {
        ...settingsOf(config),
        ...common,
        name: 'vestibule',
        modules: await modulesOf(config, join(folder, 'vestibule')),
        bindings: { ...freshSecrets(), ENVIRONMENT: 'development', DELIVERY: 'inbox' },
      },
      {
        ...settingsOf(join(other, 'wrangler.toml')),
        ...common,
        name: 'other',
        modules: await bundled(join(other, 'src/index.ts'), folder),
      },
    ],
  });
  const instance = new miniflare.Miniflare(options);
  const originOf = async (name: string): Promise<string> =>
    (await instance.unsafeGetDirectURL(name)).origin;
  await instance.ready;
  const db = await instance.getD1Database('DB', 'vestibule');
  await migrate(db, join(ROOT, 'migrations'));
  const vestibule = await originOf('vestibule');
  await seedDemo(db, { storefrontUrl: vestibule });
  return {
    vestibule,
    other: await originOf('other'),
    db,
    log,
    async stop() {
      await instance.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
