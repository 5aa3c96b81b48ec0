/** Builds a Worker as `wrangler deploy` would upload it, without uploading it, and looks at the outcome. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runWrangler } from '../../src/cli/wrangler.ts';

const METAFILE = 'bundle-meta.json';
/** Lies beside the bundle and is not uploaded as a part of it. */
const NOT_UPLOADED = /^(README\.md|bundle-meta\.json|.+\.map)$/;

export interface Built {
  /** Sum over the files that are uploaded, each compressed alone. */
  gzipBytes: number;
  /** Paths of everything the bundle was made from, relative to the project's folder. */
  inputs: string[];
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param environment of wrangler.toml; the empty one is the real Worker */
export async function build(environment: string): Promise<Built> {
  return inTemporaryFolder(async (folder) => {
    await runWrangler([
      'deploy',
      '--dry-run',
      `--env=${environment}`,
      '--outdir',
      folder,
      '--metafile',
    ]);
    const uploaded = readdirSync(folder).filter((file) => !NOT_UPLOADED.test(file));
    // esbuild's own format; only the keys of `inputs` are used.
    const meta = JSON.parse(readFileSync(join(folder, METAFILE), 'utf8')) as { inputs: object };
    return {
      gzipBytes: uploaded
        .map((file) => gzipSync(readFileSync(join(folder, file))).byteLength)
        .reduce((sum, size) => sum + size, 0),
      inputs: Object.keys(meta.inputs),
    };
  });
}

/** CPU milliseconds before the real Worker can take its first request, profiled in workerd; undefined if wrangler did not say. */
export async function startupMs(): Promise<number | undefined> {
  return inTemporaryFolder(async (folder) => {
    const profile = join(folder, 'startup.cpuprofile');
    const output = await runWrangler(['check', 'startup', '--outfile', profile]);
    const active = /Active: ([\d.]+) ms/.exec(output)?.[1];
    return active === undefined ? undefined : Number(active);
  });
}
