/** `npm run deploy`: checks what the deployment needs, migrates its databases, deploys. Nothing is touched before all is checked. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { misused, readArgs } from '../src/cli/args.ts';
import { build } from './lib/build.ts';
import { heading, printFailure, warn } from '../src/cli/terminal.ts';
import { checkDeployment, type Verdict } from './lib/deploy-check.ts';
import {
  readSettings,
  ROOT,
  runWrangler,
  spawnWrangler,
  WRANGLER_ENV,
} from '../src/cli/wrangler.ts';

const USAGE = `
npm run deploy -- [--dry-run [--strict]] [--env NAME]

Checks wrangler.toml and the secrets, applies missing migrations, and deploys the Worker. docs/DEPLOY.md describes every
step from an empty account to a first login.

  --dry-run   only check and build; needs no account. Lists what is still missing
  --strict    with --dry-run: exit with 1 when something is missing, as a gate in CI. Checks secrets when
              CLOUDFLARE_API_TOKEN is set
  --env NAME  an environment of wrangler.toml, such as staging
`;

const args = readArgs(USAGE, {
  'dry-run': { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  env: { type: 'string', default: '' },
});
if (args.strict && !args['dry-run']) misused('--strict is for --dry-run; a real run is strict.');
const environment = ['--env', args.env];
const step = (text: string): void => console.log(`\n${heading(text)}`);
const list = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

function giveUp(message: string): never {
  printFailure(message);
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

function report({ wrong, missing, unseen }: Verdict): void {
  if (wrong.length > 0) printFailure(`\nWrong:\n${list(wrong)}`);
  if (missing.length > 0) console.log(`\n${warn('Still needed:')}\n${list(missing)}`);
  if (unseen.length > 0) {
    console.log(`\nHas to be there, which cannot be seen from here:\n${list(unseen)}`);
  }
}

Object.assign(process.env, WRANGLER_ENV, { WRANGLER_LOG: 'error' });
const config = await readSettings(args.env).catch((error: unknown) => {
  const said = error instanceof Error ? error.message : String(error);
  return /No environment found/.test(said) ? misused(said) : giveUp(said);
});
const dryRun = args['dry-run'];
// A secret of .dev.vars is not one of the deployed Worker.
const hasAccount = !dryRun || process.env['CLOUDFLARE_API_TOKEN'] !== undefined;
const secrets = hasAccount ? await namesOfSecrets() : 'unknown';

step('Configuration');
const verdict = checkDeployment(config, secrets, args.env);
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
  if (args.strict && verdict.missing.length > 0) giveUp('\nSomething is still needed (above).');
  console.log('\nThis was a dry run: nothing was migrated, nothing deployed.');
} else {
  for (const { binding } of config.d1_databases) {
    await show(['d1', 'migrations', 'apply', binding, '--remote', ...environment]);
  }
  step('Deployment');
  await show(['deploy', ...environment]);
  console.log(
    '\nNext: npm run smoke -- --url ADDRESS --test-number N --test-otp CODE (docs/DEPLOY.md)',
  );
}
