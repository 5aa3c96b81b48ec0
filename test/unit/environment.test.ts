import { expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import { freshSecrets } from '../../src/cli/dev-vars.ts';
import { EnvironmentError, parseEnvironment } from '../../src/env/index.ts';

const bindings = {
  DB: { prepare: () => undefined },
  KV: { getWithMetadata: () => undefined },
  MESSAGES: { send: () => undefined },
  IMPORTS: { send: () => undefined },
  EVENTS: { send: () => undefined },
  ASSETS: { fetch: () => undefined },
};
const secrets = freshSecrets();
const sound = { ...bindings, ...secrets, ENVIRONMENT: 'development', DELIVERY: 'inbox' };

const problem = (env: Record<string, unknown>): string => {
  try {
    parseEnvironment(env);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as EnvironmentError).message;
  }
};

const SHORT_KEY = `short:${btoa('x'.repeat(31))}`;

test('a key of 32 bytes is long enough', () => {
  const SESSION_SECRETS = `whole:${btoa('x'.repeat(32))}`;
  expect(parseEnvironment({ ...sound, SESSION_SECRETS }).sessionSecrets).toMatchObject([
    { id: 'whole' },
  ]);
});

test('what npm start makes is sound', () => {
  expect(parseEnvironment(sound)).toMatchObject({ production: false, delivery: { inbox: true } });
});

test.each([
  ['SESSION_SECRETS', undefined],
  ['SESSION_SECRETS', 'a:short'],
  ['SESSION_SECRETS', 'a:not*base64'],
  // 31 bytes, alone and beside one that is long enough.
  ['SESSION_SECRETS', SHORT_KEY],
  ['SESSION_SECRETS', `${secrets['SESSION_SECRETS']} ${SHORT_KEY}`],
  ['SEALING_KEYS', SHORT_KEY],
  ['SEALING_KEYS', 'no id'],
  ['SIGNING_KEYS', '{'],
  ['SIGNING_KEYS', '{"keys":[]}'],
  ['DELIVERY', undefined],
  ['DELIVERY', 'pigeon'],
  ['ENVIRONMENT', 'staging'],
  ['LIMITS', '{"otpTriesPerCode":0}'],
  ['LIMITS', '{"otpTires":5}'],
  ['SOCIAL_URLS', '{"googleKeys":"http://keys.example/"}'],
  ['SOCIAL_URLS', '{"googleKeyes":"https://keys.example/"}'],
  ['TURNSTILE_URL', 'http://captcha.example/siteverify'],
  ['TURNSTILE_URL', 'https://captcha.lan/siteverify'],
  ['TURNSTILE_URL', 'siteverify'],
  ['KV', undefined],
  ['MESSAGES', {}],
  ['IMPORTS', undefined],
  ['EVENTS', {}],
  ['LOOPBACK_FILES', 'yes'],
  ['DB', undefined],
])('a bad %s is named, and its value is not: %s', (name, value) => {
  const message = problem({ ...sound, [name]: value });
  expect(message).toContain(name);
  if (typeof value === 'string' && value.length > 3) expect(message).not.toContain(value);
});

test('a missing ENVIRONMENT is production, where the inbox is refused', () => {
  expect(problem({ ...sound, ENVIRONMENT: undefined })).toContain('DELIVERY inbox');
});

test('databases are all bindings by the name of one, and nothing else', () => {
  const database = { prepare: () => undefined };
  // A stub of another kind may claim to have every method.
  const assets = { ...database, fetch: () => undefined };
  const others = { ASSETS: assets, DB_x: database, MYDB: database };
  const environment = parseEnvironment({ ...sound, DB_1: database, DB_12: database, ...others });
  expect(environment.databases().map(({ name }) => name)).toEqual(['DB', 'DB_1', 'DB_12']);
});

const providers = {
  WEBHOOK_URL: 'https://provider.example/messages',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  TWILIO_FROM: '+15005550006',
  RESEND_API_KEY: 're_key',
  EMAIL_FROM: 'Shop <shop@example.com>',
};
const production = { ...sound, ...providers, ENVIRONMENT: undefined, DELIVERY: undefined };

test('production is sound with a real transport for both channels, together or each', () => {
  const apart = { DELIVERY_SMS: 'twilio', DELIVERY_EMAIL: 'resend' };
  for (const delivery of [{ DELIVERY: 'webhook' }, apart, { DELIVERY: 'webhook', ...apart }]) {
    const environment = parseEnvironment({ ...production, ...delivery });
    expect(environment.delivery).toMatchObject({ inbox: false, paidSms: true, timeoutMs: 5_000 });
  }
});

test('fixed codes of test identifiers count in development, and in production only when a var says so', () => {
  const real = { ...production, DELIVERY: 'webhook' };
  const counted = (env: Record<string, unknown>) => parseEnvironment(env).testIdentifiers;
  expect(parseEnvironment(real).production).toBe(true);
  expect(counted(real)).toBe(false);
  expect(counted({ ...real, ENVIRONMENT: 'production' })).toBe(false);
  expect(counted({ ...real, TEST_IDENTIFIERS: 'off' })).toBe(false);
  expect(counted({ ...real, TEST_IDENTIFIERS: 'on' })).toBe(true);
  expect(counted(sound)).toBe(true);
  expect(counted({ ...sound, TEST_IDENTIFIERS: 'off' })).toBe(false);
  expect(problem({ ...real, TEST_IDENTIFIERS: 'yes' })).toContain('TEST_IDENTIFIERS');
});

test('files on this machine are for development, and only when somebody says so', () => {
  expect(parseEnvironment(sound).loopbackFiles).toBe(false);
  expect(parseEnvironment({ ...sound, LOOPBACK_FILES: 'on' }).loopbackFiles).toBe(true);
  expect(problem({ ...production, DELIVERY: 'webhook', LOOPBACK_FILES: 'on' })).toContain(
    'LOOPBACK_FILES',
  );
});

test('the demo shop is for development', () => {
  const demo = { ...DEMO };
  const DEMO_SHOP = JSON.stringify(demo);
  expect(parseEnvironment(sound).demoShop).toBeUndefined();
  expect(parseEnvironment({ ...sound, DEMO_SHOP }).demoShop).toEqual(demo);
  const message = problem({ ...production, DELIVERY: 'webhook', DEMO_SHOP });
  expect(message).toContain('DEMO_SHOP');
  expect(message).not.toContain(demo.oauthSecret);
});

test('providers on this machine are for development', () => {
  const SOCIAL_URLS = '{"appleKeys":"http://127.0.0.1:4000/auth/keys"}';
  expect(parseEnvironment({ ...sound, SOCIAL_URLS }).socialUrls).toMatchObject({
    appleKeys: 'http://127.0.0.1:4000/auth/keys',
    googleKeys: 'https://www.googleapis.com/oauth2/v3/certs',
  });
  const TURNSTILE_URL = 'http://127.0.0.1:4000/siteverify';
  const TURNSTILE_SECRET = 'turnstile-secret';
  expect(parseEnvironment({ ...sound, TURNSTILE_URL, TURNSTILE_SECRET }).captcha).toEqual({
    secret: TURNSTILE_SECRET,
    url: TURNSTILE_URL,
  });
  const addresses = { SOCIAL_URLS, TURNSTILE_URL, TURNSTILE_SECRET };
  const message = problem({ ...production, DELIVERY: 'webhook', ...addresses });
  expect(message).toContain('SOCIAL_URLS.appleKeys');
  expect(message).toContain('TURNSTILE_URL');
  expect(message).not.toContain('4000');
});

test.each([
  ['DELIVERY_EMAIL', { DELIVERY: 'twilio' }],
  ['DELIVERY_SMS', { DELIVERY: 'resend' }],
  ['DELIVERY ', { DELIVERY_SMS: 'twilio' }],
  ['DELIVERY_SMS inbox', { DELIVERY: 'webhook', DELIVERY_SMS: 'inbox' }],
  ['WEBHOOK_SECRET', { DELIVERY: 'webhook', WEBHOOK_SECRET: 'short-secret' }],
  ['WEBHOOK_URL', { DELIVERY: 'webhook', WEBHOOK_URL: 'http://provider.example/in-the-clear' }],
  ['WEBHOOK_URL', { DELIVERY: 'webhook', WEBHOOK_URL: 'http://127.0.0.1:4000/loopback' }],
  ['WEBHOOK_URL', { DELIVERY: 'webhook', WEBHOOK_URL: 'https://10.0.0.1/private' }],
  ['WEBHOOK_URL', { DELIVERY: 'webhook', WEBHOOK_URL: 'https://0xa9fea9fe/link-local' }],
  ['WEBHOOK_URL', { DELIVERY: 'webhook', WEBHOOK_URL: 'https://[::1]/loopback' }],
  ['TWILIO_ACCOUNT_SID', { DELIVERY: 'webhook', DELIVERY_SMS: 'twilio', TWILIO_ACCOUNT_SID: 'XX' }],
  ['EMAIL_FROM', { DELIVERY: 'webhook', DELIVERY_EMAIL: 'resend', EMAIL_FROM: 'a\r\nBcc: b@c.d' }],
  ['EMAIL is', { DELIVERY: 'webhook', DELIVERY_EMAIL: 'cloudflare-email' }],
  ['MSG91_TEMPLATES', { DELIVERY: 'webhook', DELIVERY_SMS: 'msg91', MSG91_AUTH_KEY: 'k' }],
  ['DELIVERY_TIMEOUT', { DELIVERY: 'webhook', DELIVERY_TIMEOUT: '60' }],
  [
    'RESEND_API_KEY',
    { DELIVERY: 'webhook', DELIVERY_EMAIL: 'resend', RESEND_API_KEY: 'short-secret\n' },
  ],
  [
    'TWILIO_AUTH_TOKEN',
    { DELIVERY: 'webhook', DELIVERY_SMS: 'twilio', TWILIO_AUTH_TOKEN: 'short-secret本' },
  ],
  [
    'MSG91_AUTH_KEY',
    { DELIVERY: 'webhook', DELIVERY_SMS: 'msg91', MSG91_AUTH_KEY: 'short-secret é' },
  ],
])('a delivery that cannot work names %s', (name, change: Record<string, string>) => {
  const message = problem({ ...production, ...change });
  expect(message).toContain(name);
  for (const value of [
    'short-secret',
    'in-the-clear',
    'loopback',
    'private',
    'Bcc',
    'twilio-token',
  ]) {
    expect(message).not.toContain(value);
  }
});
