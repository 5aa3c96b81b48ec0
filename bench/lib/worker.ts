/**
 * A Worker in workerd, as its bundle is deployed: built by `wrangler deploy --dry-run`, run by Miniflare with the local D1, KV
 * and queues that `wrangler dev` has too, but without the proxies in front of it.
 */
import { createRequire } from 'node:module';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type * as MiniflareModule from 'miniflare';
import { readSettings, ROOT, runWrangler, WRANGLER_ENV } from '../../src/cli/wrangler.ts';
import { childrenOf, pin } from './cpu.ts';

const require = createRequire(import.meta.resolve('wrangler'));
/** Wrangler's own Miniflare, and with it its workerd. */
export const miniflare = require('miniflare') as typeof MiniflareModule;
// The package's own statement of what it is.
export const workerdVersion = (require('workerd/package.json') as { version: string }).version;

/** The entrypoint by which a socket reaches the Worker itself, without the Workers that route static files in front of it. */
const DIRECT = 'direct';

export interface RunningWorker {
  /** Of the Worker alone. */
  url: string;
  /** The same through the router of its static files, as `wrangler dev` runs it; of a Worker without any it is the same way. */
  routedUrl: string;
  /** Of its workerd, in which the local D1, KV and queues run too. */
  pid: number;
  db: D1Database;
  kv: KVNamespace;
  stop(): Promise<void>;
}

export interface WorkerSource {
  /** Its wrangler.toml or wrangler.json. */
  config: string;
  vars?: Record<string, string>;
  /** Answers what the Worker fetches from elsewhere. */
  outbound?(request: Request): Promise<Response>;
}

/**
 * A configuration of a Worker of the bench: the same date, flags and bindings as Vestibule's.
 * @param options `assets` gives it Vestibule's static files too
 */
export async function writeConfig(
  folder: string,
  main: string,
  { assets = false, alias = {} }: { assets?: boolean; alias?: Record<string, string> } = {},
): Promise<string> {
  const settings = await readSettings('');
  const { compatibility_date, compatibility_flags, d1_databases, kv_namespaces } = settings;
  const file = join(folder, 'wrangler.json');
  const name = 'bench';
  const same = { compatibility_date, compatibility_flags, d1_databases, kv_namespaces };
  const directory = join(ROOT, 'public');
  const files = assets ? { assets: { ...settings.assets, directory } } : {};
  writeFileSync(file, JSON.stringify({ name, main, minify: true, alias, ...same, ...files }));
  return file;
}

const TYPES: Readonly<Record<string, 'ESModule' | 'CompiledWasm'>> = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
};

/** Builds a Worker into `folder`. @returns its modules, the entry first */
export async function modulesOf(config: string, folder: string) {
  const words = ['deploy', '--dry-run', `--config=${config}`, '--outdir', folder];
  // The root's environment is named, so that wrangler does not warn of the other one.
  await runWrangler(config.startsWith(ROOT) ? [...words, '--env='] : words);
  return (
    readdirSync(folder)
      .flatMap((file) => ({ path: join(folder, file), type: TYPES[extname(file)] }))
      .flatMap(({ path, type }) => (type ? [{ path, type }] : []))
      // The first is the entry.
      .toSorted((a) => (a.type === 'ESModule' ? -1 : 1))
  );
}

/** Puts an entry in front of a built Worker that has it under a second name. @returns its modules with that entry first */
function withDirectEntry(folder: string, modules: Awaited<ReturnType<typeof modulesOf>>) {
  const [worker] = modules;
  if (!worker) throw new Error('nothing was built');
  const path = join(folder, 'bench-entry.js');
  const from = JSON.stringify(`./${basename(worker.path)}`);
  writeFileSync(
    path,
    `export * from ${from};\nexport { default, default as ${DIRECT} } from ${from};\n`,
  );
  return [{ path, type: worker.type }, ...modules];
}

/** Builds and starts the Worker on core 0, with empty storage. */
export async function startWorker({
  config,
  vars,
  outbound,
}: WorkerSource): Promise<RunningWorker> {
  Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
  const { unstable_getMiniflareWorkerOptions: optionsOf } = await import('wrangler');
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const others = new Set(childrenOf(process.pid));
  // Its type leads into packages that come without types; Miniflare checks what it is given.
  const workerOptions = optionsOf(config).workerOptions as Record<string, unknown>;
  const built = join(folder, 'built');
  const modules = withDirectEntry(built, await modulesOf(config, built));
  const options = miniflare.convertV4MiniflareOptions({
    ...workerOptions,
    name: 'bench',
    modules,
    modulesRoot: built,
    bindings: vars ?? {},
    // Past Miniflare's own entry, which a deployment does not have.
    unsafeDirectSockets: ['default', DIRECT].map((entrypoint) => ({
      entrypoint,
      host: '127.0.0.1',
      port: 0,
    })),
    ...(outbound && { outboundService: outbound as never }),
    cf: false,
    resourcePersistencePath: join(folder, 'state'),
    // The lines are written and leave the process, as in production; of them only what went wrong is of interest.
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
      if (level === 'error' || level === 'warn') console.error(message);
    },
  });
  const instance = new miniflare.Miniflare(options);
  await instance.ready;
  const urlOf = async (entrypoint: string): Promise<string> =>
    (await instance.unsafeGetDirectURL('bench', entrypoint)).href.replace(/\/$/, '');
  const [pid] = childrenOf(process.pid).filter((child) => !others.has(child));
  if (pid === undefined) throw new Error('workerd is not to be found among the processes');
  pin(pid, 0);
  return {
    url: await urlOf(DIRECT),
    routedUrl: await urlOf('default'),
    pid,
    db: await instance.getD1Database('DB'),
    // Its overloads stand in another order than those of the Workers' types.
    kv: (await instance.getKVNamespace('KV')) as unknown as KVNamespace,
    async stop() {
      await instance.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
