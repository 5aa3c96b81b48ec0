import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkDeployment } from '../../scripts/lib/deploy-check.ts';
import { remoteConfig } from '../../src/cli/databases.ts';
import { readSettings } from '../../src/cli/wrangler.ts';
import { SECRETS as MARKED } from '../../src/cli/secret-settings.ts';
import { Settings } from '../../src/env/index.ts';
import { transportSettings } from '../../src/env/delivery.ts';

const asCloned = await readSettings('');
const [database] = asCloned.d1_databases;
const [namespace] = asCloned.kv_namespaces;
if (!database || !namespace) throw new Error('wrangler.toml has no database or no namespace');
const made = {
  ...asCloned,
  d1_databases: [{ ...database, database_id: '2f1d6a52-6a7e-4e7c-9d4e-6f2b3c4d5e6f' }],
  kv_namespaces: [{ ...namespace, id: '0123456789abcdef0123456789abcdef' }],
  vars: {
    DELIVERY_SMS: 'msg91',
    DELIVERY_EMAIL: 'resend',
    EMAIL_FROM: 'Shop <shop@example.com>',
    MSG91_TEMPLATES: '{"en":{"otp":"1"}}',
  },
};
const SECRETS = [
  'SESSION_SECRETS',
  'SEALING_KEYS',
  'SIGNING_KEYS',
  'MSG91_AUTH_KEY',
  'RESEND_API_KEY',
];

describe('a deployment', () => {
  test('of a fresh clone lacks everything that has to be made, and nothing in it is wrong', () => {
    const { wrong, missing } = checkDeployment(asCloned);
    expect(wrong).toEqual([]);
    for (const name of [
      'DB',
      'KV',
      'SESSION_SECRETS',
      'SEALING_KEYS',
      'SIGNING_KEYS',
      'DELIVERY',
    ]) {
      expect(missing.join('\n')).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });

  test('with its resources, secrets and transports lacks nothing', () => {
    expect(checkDeployment(made, SECRETS)).toMatchObject({ wrong: [], missing: [] });
  });

  test('names its queues and its bucket, each with the command that makes it', () => {
    const commands = [
      ...['messages', 'messages-dead', 'imports', 'imports-dead', 'events'].map(
        (name) => `the queue vestibule-${name}: npx wrangler queues create vestibule-${name}`,
      ),
      'the bucket vestibule-files: npx wrangler r2 bucket create vestibule-files',
    ];
    // Nothing has been made yet; later nobody can tell.
    expect(checkDeployment(asCloned).missing).toEqual(expect.arrayContaining(commands));
    expect(checkDeployment(made, SECRETS).unseen).toEqual(commands);
  });

  test('without an account its secrets are not judged, and still named', () => {
    const { missing, unseen } = checkDeployment(made, 'unknown');
    expect(missing).toEqual([]);
    for (const name of SECRETS) {
      expect(unseen.join('\n')).toMatch(new RegExp(`^the secret ${name}: `, 'm'));
    }
  });

  test('offers no transport that production refuses, and says where to set it', () => {
    const { missing } = checkDeployment({ ...made, vars: {} }, SECRETS);
    expect(missing).toContain(
      'DELIVERY is not one of webhook, twilio, msg91, resend, cloudflare-email: set it in [vars] of wrangler.toml',
    );
    const { missing: staging } = checkDeployment({ ...made, vars: {} }, SECRETS, 'staging');
    expect(staging.join('\n')).toContain('set it in [env.staging.vars] of wrangler.toml');
  });

  test.each(SECRETS)('lacks %s while that is not set', (name) => {
    const others = SECRETS.filter((one) => one !== name);
    const { wrong, missing } = checkDeployment(made, others);
    expect(wrong).toEqual([]);
    // Three are made by a command: a prompt would ask for a value that nobody has.
    const isMade = /^(SESSION_SECRETS|SEALING_KEYS|SIGNING_KEYS)$/.test(name);
    const make = isMade ? `npm run --silent admin -- keys rotate ${name} --remote | ` : '';
    expect(missing).toEqual([`the secret ${name}: ${make}npx wrangler secret put ${name}`]);
    expect(checkDeployment(made, others, 'staging').missing.join()).toMatch(/ --env staging$/);
  });

  test.each<[string, string]>([
    ['LIMITS', '{"otpTires":5}'],
    ['DELIVERY_SMS', 'pigeon'],
    ['ENVIRONMENT', 'staging'],
    ['LOOPBACK_FILES', 'on'],
    ['DELIVERY_EMAIL', 'inbox'],
  ])('with a bad %s is wrong', (name, value) => {
    const vars = { ...made.vars, [name]: value };
    expect(checkDeployment({ ...made, vars }, SECRETS).wrong.join()).toContain(name);
  });

  test('with a secret among the vars, for all who read the repository, is wrong', () => {
    const vars = { ...made.vars, RESEND_API_KEY: 're_1' };
    const { wrong } = checkDeployment({ ...made, vars }, SECRETS);
    expect(wrong).toEqual(['RESEND_API_KEY is a secret and must not stand in wrangler.toml']);
  });

  test('without a binding lacks it by name', () => {
    const { missing } = checkDeployment(
      { ...made, queues: { ...made.queues, producers: [] } },
      SECRETS,
    );
    expect(missing).toEqual([
      'MESSAGES is not bound: docs/CONFIGURATION.md shows its binding in wrangler.toml',
      'IMPORTS is not bound: docs/CONFIGURATION.md shows its binding in wrangler.toml',
      'EVENTS is not bound: docs/CONFIGURATION.md shows its binding in wrangler.toml',
    ]);
  });
});

test('whatever is named as a credential is marked as a secret in its schema', () => {
  const names = [Settings.shape, ...Object.values(transportSettings(true)).map((one) => one.shape)]
    .flatMap((shape) => Object.keys(shape))
    // The site key of a captcha stands in every page.
    .filter((name) => /SECRET|TOKEN|(?<!SITE_)KEY|PASSWORD|SID$/.test(name));
  expect(names.length).toBeGreaterThan(5);
  expect(MARKED).toEqual(expect.arrayContaining(names));
});

test.each(MARKED)('%s must not stand in wrangler.toml', (name) => {
  const vars = { ...made.vars, [name]: 'x' };
  expect(checkDeployment({ ...made, vars }, SECRETS).wrong).toContain(
    `${name} is a secret and must not stand in wrangler.toml`,
  );
});

describe('the environment staging of wrangler.toml', async () => {
  const staging = await readSettings('staging');
  /** As they stand in its place. */
  const renamed = (text: string): string => text.replaceAll('vestibule-staging', 'vestibule');

  test('binds what the top level binds, with the same settings', () => {
    const shared = ({
      d1_databases,
      kv_namespaces,
      queues,
      r2_buckets,
      send_email,
      analytics_engine_datasets,
      assets,
      triggers,
      compatibility_date,
      compatibility_flags,
    }: typeof staging) => ({
      d1_databases,
      kv_namespaces,
      queues,
      r2_buckets,
      send_email,
      analytics_engine_datasets,
      assets,
      triggers,
      compatibility_date,
      compatibility_flags,
    });
    expect(JSON.parse(renamed(JSON.stringify(shared(staging))))).toEqual(
      JSON.parse(JSON.stringify(shared(asCloned))),
    );
    expect(asCloned.queues.consumers).toHaveLength(5);
    expect(staging.triggers?.crons).toHaveLength(4);
  });

  test('shares no resource with it', () => {
    const names = ({ name, d1_databases, queues, r2_buckets = [] }: typeof staging) => [
      name,
      ...d1_databases.map(({ database_name }) => database_name),
      ...(queues.producers ?? []).map(({ queue }) => queue),
      ...(queues.consumers ?? []).map(({ dead_letter_queue }) => dead_letter_queue),
      ...r2_buckets.map(({ bucket_name }) => bucket_name),
    ];
    const top = new Set(names(asCloned).filter((name) => name !== undefined));
    expect(top.size).toBeGreaterThan(5);
    expect(names(staging).filter((name) => name !== undefined && top.has(name))).toEqual([]);
  });
});

test('the admin command line reaches the databases of an environment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-env-'));
  try {
    const read = async (env?: string): Promise<unknown> =>
      JSON.parse(readFileSync(await remoteConfig(folder, env), 'utf8'));
    expect(await read()).toMatchObject({
      name: 'vestibule',
      d1_databases: [{ database_name: 'vestibule', remote: true }],
    });
    expect(await read('staging')).toMatchObject({
      name: 'vestibule-staging',
      d1_databases: [{ database_name: 'vestibule-staging', remote: true }],
    });
    await expect(read('stagging')).rejects.toThrow(/No environment found.*"stagging"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
