import { expect, test } from 'vitest';
import { freshSecrets } from '../../scripts/lib/dev-vars.ts';
import { ConfigError, parseConfig } from '../../src/config.ts';

const bindings = {
  DB: { prepare: () => undefined },
  KV: { getWithMetadata: () => undefined },
  MESSAGES: { send: () => undefined },
};
const sound = { ...bindings, ...freshSecrets(), ENVIRONMENT: 'development', DELIVERY: 'inbox' };

const problem = (env: Record<string, unknown>): string => {
  try {
    parseConfig(env);
    return 'none';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
};

test('what npm start makes is sound', () => {
  expect(parseConfig(sound)).toMatchObject({ production: false, delivery: 'inbox' });
});

test.each([
  ['SESSION_SECRETS', undefined],
  ['SESSION_SECRETS', 'a:short'],
  ['SEALING_KEYS', 'no id'],
  ['SIGNING_KEYS', '{'],
  ['SIGNING_KEYS', '{"keys":[]}'],
  ['DELIVERY', undefined],
  ['DELIVERY', 'pigeon'],
  ['ENVIRONMENT', 'staging'],
  ['LIMITS', '{"otpTriesPerCode":0}'],
  ['LIMITS', '{"otpTires":5}'],
  ['KV', undefined],
  ['MESSAGES', {}],
  ['DB', undefined],
])('a bad %s is named, and its value is not: %s', (name, value) => {
  const message = problem({ ...sound, [name]: value });
  expect(message).toContain(name);
  if (typeof value === 'string' && value.length > 3) expect(message).not.toContain(value);
});

test('a missing ENVIRONMENT is production, where the inbox is refused', () => {
  expect(problem({ ...sound, ENVIRONMENT: undefined })).toContain('DELIVERY inbox');
});
