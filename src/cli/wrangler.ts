/** How the scripts call wrangler: always on this process's own Node, quietly, and without asking the internet first. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '../..');

/** Without the first, a start without internet waits up to a minute for Cloudflare's request data. */
export const WRANGLER_ENV = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_WRITE_LOGS: 'false',
  // The level at which the Worker's own lines come through.
  WRANGLER_LOG: 'log',
};

/** `node_modules/.bin/wrangler` would start on the host's Node, which may be too old for it. */
export function spawnWrangler(args: readonly string[], options: SpawnOptions): ChildProcess {
  const bin = join(ROOT, 'node_modules/.bin/wrangler');
  return spawn(process.execPath, [bin, ...args], {
    cwd: ROOT,
    ...options,
    env: { ...process.env, ...options.env, ...WRANGLER_ENV },
  });
}

/** Runs wrangler to its end and returns what it printed; throws that when it fails. */
export async function runWrangler(args: readonly string[]): Promise<string> {
  const child = spawnWrangler(args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(output.trim());
  return output;
}

/** The part of wrangler.toml that is read; wrangler's own type for it leads into a package that comes without types. */
export interface Settings {
  name?: string;
  account_id?: string;
  compatibility_date?: string;
  compatibility_flags: string[];
  vars: Record<string, unknown>;
  d1_databases: { binding: string; database_name?: string; database_id?: string }[];
  kv_namespaces: { binding: string; id?: string }[];
  queues: {
    producers?: { binding: string; queue: string }[];
    consumers?: { queue: string; dead_letter_queue?: string }[];
  };
  triggers?: { crons?: string[] };
  assets?: { binding?: string };
  send_email: { name: string }[];
  analytics_engine_datasets?: { binding: string; dataset?: string }[];
  r2_buckets?: { binding: string; bucket_name?: string }[];
}

/**
 * wrangler.toml as wrangler itself reads it.
 * @param environment of its environments; the empty one is the real Worker
 * @throws Error whose message says what is wrong with the file
 */
export async function readSettings(environment: string): Promise<Settings> {
  const { unstable_readConfig: readConfig } = await import('wrangler');
  return readConfig({
    config: join(ROOT, 'wrangler.toml'),
    env: environment || undefined,
  }) as Settings;
}
