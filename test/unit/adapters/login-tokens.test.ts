/** Tokens of a company's own system: what is no such token, however well it is signed. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';
import { loginTokens } from '../../../src/adapters/social/login-tokens.ts';

const clock = { now: () => 1_700_000_000_000 };
const NOW = clock.now() / 1000;
const SECRET = 'thirty-two bytes of a secret....';
const JWKS_URL = 'https://crm.example/keys';
const CLAIMS = { iss: 'crm', aud: 'app', sub: 'customer-1', jti: 'j', exp: NOW + 60 };

const by = (keys: JWK[] = []) =>
  loginTokens(
    createOutbound(async () => Response.json({ keys })),
    clock,
    (url) => url === JWKS_URL,
  );
const shared = async (claims: object, secret = SECRET, alg = 'HS256') =>
  new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret));
const RULE = { issuer: 'crm', audience: 'app' };

describe('under a shared secret, a token', () => {
  test.each<[string, object, string]>([
    ['that is genuine', {}, 'verified'],
    ['of another issuer', { iss: 'other' }, 'refused'],
    ['for another application', { aud: 'other' }, 'refused'],
    ['without an audience', { aud: undefined }, 'refused'],
    ['that is over', { exp: NOW - 60 }, 'refused'],
    ['without an end', { exp: undefined }, 'refused'],
    ['without an id of its own', { jti: undefined }, 'refused'],
    ['with an empty id', { jti: '' }, 'refused'],
    ['with an id that is too long', { jti: 'j'.repeat(201) }, 'refused'],
    ['of nobody', { sub: undefined }, 'refused'],
    ['of an empty name', { sub: '' }, 'refused'],
  ])('%s', async (_name, claims, state) => {
    const found = await by().verify(await shared(claims), { ...RULE, secret: SECRET });
    expect(found.state).toBe(state);
  });

  test('of another secret, or another algorithm, is none', async () => {
    const rule = { ...RULE, secret: SECRET };
    const other = await shared({}, `${SECRET.slice(0, -1)}!`);
    expect((await by().verify(other, rule)).state).toBe('refused');
    const longer = await shared({}, SECRET, 'HS512');
    expect((await by().verify(longer, rule)).state).toBe('refused');
  });

  test('is not even looked at when the secret can be guessed', async () => {
    const secret = SECRET.slice(0, 31);
    const found = await by().verify(await shared({}, secret), { ...RULE, secret });
    expect(found.state).toBe('down');
  });
});

describe('by published keys, a token', () => {
  test('counts under RS256, ES256 and EdDSA, and never under the text of a key', async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const keys = [{ ...(await exportJWK(publicKey)), kid: 'k' }];
      const token = await new SignJWT(CLAIMS)
        .setProtectedHeader({ alg, kid: 'k' })
        .sign(privateKey);
      const rule = { ...RULE, jwksUrl: JWKS_URL };
      expect([alg, (await by(keys).verify(token, rule)).state]).toEqual([alg, 'verified']);
      const confused = await shared({}, JSON.stringify(keys[0]));
      expect([alg, (await by(keys).verify(confused, rule)).state]).toEqual([alg, 'refused']);
    }
  });

  test('is not looked at when the keys may not be fetched', async () => {
    const rule = { ...RULE, jwksUrl: 'https://127.0.0.1/keys' };
    expect((await by().verify(await shared({}), rule)).state).toBe('down');
  });
});
