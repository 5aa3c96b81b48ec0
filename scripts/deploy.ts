/** `npm run deploy`: checks what the deployment needs, migrates its databases, deploys. Nothing is touched before all is checked. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readArgs } from '../src/cli/args.ts';
import { build } from './lib/build.ts';
import { checkDeployment, type Verdict } from './lib/deploy-check.ts';
import {
  readSettings,
  ROOT,
  runWrangler,
  spawnWrangler,
  WRANGLER_ENV,
} from '../src/cli/wrangler.ts';

const USAGE = `
npm run deploy -- [--dry-run] [--env NAME]

Checks wrangler.toml and the secrets, applies the migrations that the databases lack, and deploys the Worker.
docs/DEPLOY.md leads from an empty account to a first login.

  --dry-run   only check and build; needs no account. Says what a real run would still need
  --env NAME  an environment of wrangler.toml
`;

const args = readArgs(USAGE, {
  'dry-run': { type: 'boolean', default: false },
  env: { type: 'string', default: '' },
});
const environment = ['--env', args.env];
const step = (text: string): void => console.log(`\n${text}`);
const list = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

function giveUp(message: string): never {
  console.error(message);
  process.exit(1);
}

/** Runs wrangler before the operator's eyes: it may ask. */
async function show(command: readonly string[]): Promise<void> {
  const child = spawnWrangler(command, { stdio: 'inherit' });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0)
    giveUp(
      `\nwrangler ${command.join(' ')} failed. What was done before it stays; run this again.`,
    );
}

/** Names of the secrets of the deployed Worker; of one that does not exist yet, none. */
async function namesOfSecrets(): Promise<string[]> {
  try {
    const output = await runWrangler(['secret', 'list', '--format', 'json', ...environment]);
    const secrets = JSON.parse(output.slice(output.indexOf('['))) as { name: string }[];
    return secrets.map(({ name }) => name);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (/10007|not found|does not exist/i.test(said)) return [];
    return giveUp(`Not logged in to Cloudflare. Run: npx wrangler login\n\n${said}`);
  }
}

function report({ wrong, missing }: Verdict): void {
  if (wrong.length > 0) console.error(`\nWrong:\n${list(wrong)}`);
  if (missing.length > 0) console.log(`\nStill needed:\n${list(missing)}`);
}

Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
const config = await readSettings(args.env).catch((error: unknown) =>
  giveUp(error instanceof Error ? error.message : String(error)),
);
const dryRun = args['dry-run'];
// A secret of .dev.vars is not one of the deployed Worker.
const secrets = dryRun ? [] : await namesOfSecrets();

step('Configuration');
const verdict = checkDeployment(config, secrets);
report(verdict);
if (verdict.wrong.length > 0 || (verdict.missing.length > 0 && !dryRun)) {
  giveUp('\nNothing was deployed. docs/DEPLOY.md says how to set each of these.');
}
if (verdict.missing.length === 0) console.log('  is complete');

step('Build');
const { gzipBytes } = await build(args.env).catch((error: unknown) =>
  giveUp(error instanceof Error ? error.message : String(error)),
);
console.log(`  ${(gzipBytes / 1024).toFixed(1)} KiB gzip`);

step('Migrations');
const migrations = readdirSync(join(ROOT, 'migrations')).filter((file) => file.endsWith('.sql'));
console.log(list(migrations.toSorted()));
if (dryRun) {
  console.log('\nThis was a dry run: nothing was migrated, nothing deployed.');
} else {
  for (const { binding } of config.d1_databases) {
    await show(['d1', 'migrations', 'apply', binding, '--remote', ...environment]);
  }
  step('Deployment');
  await show(['deploy', ...environment]);
  console.log('\nAsk GET /readyz of the address above: 200 says that D1 and KV answer.');
}
