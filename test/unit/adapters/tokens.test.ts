/** Access tokens that one of our own keys has signed, and that are none all the same. */
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTokens } from '../../../src/adapters/jose/tokens.ts';

const clock = { now: () => 1_700_000_000_000 };
const NOW = clock.now() / 1000;
const CLAIMS = { clientKey: 'key', companyId: '1', scopes: ['customers:read', 'groups:write'] };

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

let [first, second]: JWK[] = [];
beforeAll(async () => {
  [first, second] = await Promise.all([newKey('first'), newKey('second')]);
});
const keys = (): [JWK, JWK] => {
  if (!first || !second) throw new Error('no keys');
  return [first, second];
};
const tokens = () => createTokens(keys(), clock);

const GENUINE = {
  iss: 'vestibule',
  aud: 'vestibule-platform',
  sub: 'key',
  company_id: '1',
  scope: 'customers:read groups:write',
  exp: NOW + 60,
};
const HEADER = { alg: 'EdDSA', kid: 'first', typ: 'at+jwt' };

/** A token that our first key has signed. */
const signed = async (claims: object, header: object = {}): Promise<string> =>
  new SignJWT({ ...GENUINE, ...claims })
    .setProtectedHeader({ ...HEADER, ...header })
    .sign(await importJWK(keys()[0], 'EdDSA'));

test('a token is what it was issued for, until its end', async () => {
  const token = await tokens().issue(CLAIMS, 60);
  expect(await tokens().verify(token)).toEqual(CLAIMS);
  const later = createTokens(keys(), { now: () => clock.now() + 60_000 });
  expect(await later.verify(token)).toBeUndefined();
});

test('what is built here is taken as it is', async () => {
  expect(await tokens().verify(await signed({}))).toEqual(CLAIMS);
});

test('every key verifies what it has signed, and nothing that another has', async () => {
  const [one, two] = keys();
  const byTwo = await createTokens([two], clock).issue(CLAIMS, 60);
  expect(await createTokens([one, two], clock).verify(byTwo)).toEqual(CLAIMS);
  expect(await createTokens([one], clock).verify(byTwo)).toBeUndefined();
  expect(await tokens().verify(await signed({}, { kid: 'second' }))).toBeUndefined();
});

describe('a token of our own key', () => {
  test.each<[string, object, object?]>([
    ['of another issuer', { iss: 'elsewhere' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'elsewhere' }],
    ['without an audience', { aud: undefined }],
    ['that is over', { exp: NOW }],
    ['without an end', { exp: undefined }],
    ['that is not good yet', { nbf: NOW + 60 }],
    ['without a client', { sub: undefined }],
    ['without a company', { company_id: undefined }],
    ['without scopes', { scope: undefined }],
    ['under a kid that is not ours', {}, { kid: 'third' }],
    ['under no kid', {}, { kid: undefined }],
    ['of another type', {}, { typ: 'JWT' }],
    ['without a type', {}, { typ: undefined }],
  ])('%s is none', async (_name, claims, header) => {
    expect(await tokens().verify(await signed(claims, header))).toBeUndefined();
  });
});

test('the published keys are the public halves', async () => {
  const { keys: published } = await tokens().jwks();
  expect(published.map(({ kid }) => kid)).toEqual(['first', 'second']);
  expect(published.some((key) => 'd' in key)).toBe(false);
});
