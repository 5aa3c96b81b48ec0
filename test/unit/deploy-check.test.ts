import { describe, expect, test } from 'vitest';
import { checkDeployment } from '../../scripts/lib/deploy-check.ts';
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
    expect(checkDeployment(made, SECRETS)).toEqual({ wrong: [], missing: [] });
  });

  test.each(SECRETS)('lacks %s while that is not set', (name) => {
    const others = SECRETS.filter((one) => one !== name);
    const { wrong, missing } = checkDeployment(made, others);
    expect(wrong).toEqual([]);
    expect(missing).toEqual([`the secret ${name}: npx wrangler secret put ${name}`]);
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
      'MESSAGES is not bound (wrangler.toml)',
      'IMPORTS is not bound (wrangler.toml)',
    ]);
  });
});

test('whatever is named as a credential is marked as a secret in its schema', () => {
  const names = [Settings.shape, ...Object.values(transportSettings(true)).map((one) => one.shape)]
    .flatMap((shape) => Object.keys(shape))
    .filter((name) => /SECRET|TOKEN|KEY|PASSWORD|SID$/.test(name));
  expect(names.length).toBeGreaterThan(5);
  expect(MARKED).toEqual(expect.arrayContaining(names));
});

test.each(MARKED)('%s must not stand in wrangler.toml', (name) => {
  const vars = { ...made.vars, [name]: 'x' };
  expect(checkDeployment({ ...made, vars }, SECRETS).wrong).toContain(
    `${name} is a secret and must not stand in wrangler.toml`,
  );
});
