/** `npm run deploy` where there is no account: it says what a deployment needs, and touches nothing. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../../src/cli/wrangler.ts';

function deploy(...flags: string[]) {
  const { CLOUDFLARE_API_TOKEN: _, ...env } = process.env;
  return spawnSync('npm', ['run', '--silent', 'deploy', '--', ...flags], {
    cwd: ROOT,
    // An empty home: the developer who runs the tests may be logged in.
    env: { ...env, HOME: '/nonexistent', XDG_CONFIG_HOME: '/nonexistent' },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

test('a dry run checks, builds, lists the migrations, and says what is still needed', () => {
  const { status, stdout, stderr } = deploy('--dry-run');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toMatch(/the database of DB: npx wrangler d1 create vestibule/);
  expect(stdout).toMatch(/the queue vestibule-imports-dead: npx wrangler queues create/);
  expect(stdout).toMatch(
    /the secret SEALING_KEYS: .*keys rotate SEALING_KEYS --remote \| npx wrangler secret put SEALING_KEYS/,
  );
  expect(stdout).toMatch(/\d+\.\d KiB gzip/);
  expect(stdout).toMatch(/0000_first_light\.sql/);
  expect(stdout).toMatch(/nothing was migrated, nothing deployed/);
});

test('a real run without an account says how to log in', () => {
  const { status, stderr } = deploy();
  expect(status).toBe(1);
  expect(stderr).toMatch(/Not logged in to Cloudflare\. Run: npx wrangler login/);
});

test('a strict one ends with 1 as long as something is missing, in an environment too', () => {
  const { status, stdout, stderr } = deploy('--dry-run', '--strict', '--env', 'staging');
  expect([status, stderr.trim()]).toEqual([1, 'Something is still needed (above).']);
  expect(stdout).toMatch(/npx wrangler d1 create vestibule-staging/);
  expect(stdout).toMatch(/\[env\.staging\.vars\]/);
});

test('an unknown environment is named', () => {
  const { status, stderr } = deploy('--dry-run', '--env', 'stagging');
  expect(status).toBe(2);
  expect(stderr).toMatch(/No environment found.*"stagging"/);
});
