/** Session tokens: what `verifySessionToken` takes, and everything that looks like one and is none. */
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTokens } from '../../../src/adapters/jose/tokens.ts';
import { EXAMPLE_KEY, EXAMPLE_SESSION_TOKEN } from '../../../src/schemas/session-token.ts';
import {
  sessionKeys,
  SessionTokenError,
  verifySessionToken,
  type SessionTokenReason,
  type VerifyOptions,
} from '../../../src/session/index.ts';

const clock = { now: () => 1_800_000_000_000 };
const NOW = clock.now() / 1000;
const application = '000000000000000000000001';
const CLAIMS = {
  userId: '5e68af49cfa09bf7233022f1',
  applicationId: application,
  session: '66f1a3c49c1e4f6a0b2d4c8e9c1e4f6a',
  emails: ['asha@example.com'],
  phoneNumbers: ['+918652523958'],
};
const GENUINE = {
  iss: 'vestibule',
  aud: 'vestibule-session',
  sub: CLAIMS.userId,
  application_id: application,
  sid: CLAIMS.session,
  emails: CLAIMS.emails,
  phone_numbers: CLAIMS.phoneNumbers,
  iat: NOW,
  exp: NOW + 300,
};
const HEADER = { alg: 'EdDSA', kid: 'first', typ: 'vestibule-session+jwt' };

let first: JWK;
let stranger: JWK;
let options: VerifyOptions;
beforeAll(async () => {
  const made = async (kid: string): Promise<JWK> => {
    const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    return { ...(await exportJWK(privateKey)), kid };
  };
  [first, stranger] = await Promise.all([made('first'), made('first')]);
  options = { application, keys: await createTokens([first], clock).jwks(), now: clock.now };
});

const issue = async (lifeSeconds = 300) =>
  createTokens([first], clock).issueSession(CLAIMS, lifeSeconds);

const signed = async (claims: object, header: object = {}, key: JWK = first): Promise<string> =>
  new SignJWT({ ...GENUINE, ...claims })
    .setProtectedHeader({ ...HEADER, ...header })
    .sign(await importJWK(key, 'EdDSA'));

/** Why it is refused. */
async function reasonFor(token: string, given: VerifyOptions = options): Promise<string> {
  const error: unknown = await verifySessionToken(token, given).then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SessionTokenError)) throw error;
  for (const part of token.split('.').filter((one) => one.length > 8)) {
    expect(`${error.message} ${String(error.cause)}`).not.toContain(part);
  }
  return error.reason;
}

test('a token is who it was issued for, until its end', async () => {
  const token = await issue();
  const times = { issuedAt: new Date(clock.now()), expiresAt: new Date(clock.now() + 300_000) };
  expect(await verifySessionToken(token, options)).toEqual({ ...CLAIMS, ...times });
  const at = (ms: number) => ({ ...options, now: () => clock.now() + ms });
  await verifySessionToken(token, at(299_000));
  expect(await reasonFor(token, at(300_000))).toBe('expired');
  // A verifier whose clock is ahead says how far.
  await verifySessionToken(token, { ...at(304_000), clockToleranceSeconds: 5 });
});

test('what is built here is taken as it is', async () => {
  await verifySessionToken(await signed({}), options);
});

test('the documented example verifies under the documented key', async () => {
  const claims = await verifySessionToken(EXAMPLE_SESSION_TOKEN, {
    application,
    keys: { keys: [EXAMPLE_KEY] },
  });
  expect(claims).toMatchObject({ userId: CLAIMS.userId, phoneNumbers: CLAIMS.phoneNumbers });
});

describe('operators’ tokens and session tokens, signed by the same key', () => {
  test('are not taken for each other', async () => {
    const tokens = createTokens([first], clock);
    const access = await tokens.issue({ clientKey: 'k', companyId: '1', scopes: ['a'] }, 300);
    expect(await tokens.verify(access)).toBeDefined();
    expect(await tokens.verify(await issue())).toBeUndefined();
    expect(await reasonFor(access)).toBe('type_wrong');
  });

  test.each<[string, object, object, SessionTokenReason]>([
    ['with the type of a session token', {}, {}, 'audience_wrong'],
    ['with its audience', { aud: 'vestibule-session' }, { typ: 'at+jwt' }, 'type_wrong'],
  ])('nor is one %s', async (_name, claims, header, reason) => {
    const access = { aud: 'vestibule-platform', company_id: '1', scope: 'a', ...claims };
    expect(await reasonFor(await signed(access, header))).toBe(reason);
  });

  test.each<[string, object, object]>([
    ['with the audience of an access token', { aud: 'vestibule-platform' }, {}],
    ['with its type', {}, { typ: 'at+jwt' }],
  ])('nor for operators a session token %s', async (_name, claims, header) => {
    const tokens = createTokens([first], clock);
    const token = await signed({ company_id: '1', scope: 'customers:read', ...claims }, header);
    expect(await tokens.verify(token)).toBeUndefined();
  });
});

describe('a token of our own key', () => {
  test.each<[string, SessionTokenReason, object, object?]>([
    ['of another application', 'application_wrong', { application_id: '0'.repeat(24) }],
    ['without an application', 'claim_missing', { application_id: undefined }],
    ['of another issuer', 'issuer_wrong', { iss: 'elsewhere' }],
    ['without an issuer', 'issuer_wrong', { iss: undefined }],
    ['for another audience', 'audience_wrong', { aud: 'elsewhere' }],
    ['without an audience', 'audience_wrong', { aud: undefined }],
    ['that is over', 'expired', { exp: NOW }],
    ['without an end', 'claim_missing', { exp: undefined }],
    ['that is not good yet', 'not_yet_valid', { nbf: NOW + 60 }],
    ['without a user', 'claim_missing', { sub: undefined }],
    ['without a session', 'claim_missing', { sid: undefined }],
    ['without emails', 'claim_missing', { emails: undefined }],
    ['with emails that are none', 'claim_missing', { emails: [1] }],
    ['of another type', 'type_wrong', {}, { typ: 'JWT' }],
    ['without a type', 'type_wrong', {}, { typ: undefined }],
    ['under a kid that is not ours', 'key_unknown', {}, { kid: 'third' }],
    ['under no kid', 'key_unknown', {}, { kid: undefined }],
  ])('%s is %s', async (_name, reason, claims, header) => {
    expect(await reasonFor(await signed(claims, header))).toBe(reason);
  });
});

describe('a token that our key has not signed', () => {
  const encode = (value: object): string =>
    btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');

  test('is refused, whatever its head says', async () => {
    const [head = '', payload = '', signature = ''] = (await issue()).split('.');
    const text = new TextEncoder().encode(String(first.x));
    const hs256 = await new SignJWT(GENUINE)
      .setProtectedHeader({ ...HEADER, alg: 'HS256' })
      .sign(text);
    expect(await reasonFor(await signed({}, {}, stranger))).toBe('signature_wrong');
    expect(await reasonFor(hs256)).toBe('algorithm_refused');
    for (const alg of ['none', 'None', 'RS256']) {
      const forged = `${encode({ ...HEADER, alg })}.${payload}`;
      expect(await reasonFor(`${forged}.${signature}`)).toBe('algorithm_refused');
      expect(await reasonFor(`${forged}.`)).toBe('algorithm_refused');
    }
    const other = encode({ ...GENUINE, application_id: application, sub: 'other' });
    expect(await reasonFor(`${head}.${other}.${signature}`)).toBe('signature_wrong');
    const brought = {
      jwk: await exportJWK(await importJWK(stranger, 'EdDSA', { extractable: true })),
    };
    expect(await reasonFor(await signed({}, brought, stranger))).toBe('signature_wrong');
  });

  test.each(['', 'x', '..', 'a.b.c', 'x'.repeat(9_000), 'Bearer a.b.c'])(
    'nor is %#',
    async (text) => {
      expect(await reasonFor(text)).toBe('malformed');
    },
  );
});

describe('options', () => {
  test.each<[string, object]>([
    ['no application', { application: undefined }],
    ['an empty application', { application: '' }],
    ['neither address nor keys', { keys: undefined }],
    ['both', { url: 'https://login.shop.example' }],
    ['an address by plain http', { keys: undefined, url: 'http://login.shop.example' }],
    ['no address', { keys: undefined, url: 'login.shop.example' }],
    ['keys that are none', { keys: { keys: 'none' } }],
    ['a tolerance without end', { clockToleranceSeconds: Infinity }],
  ])('with %s are refused before anything is taken', async (_name, wrong) => {
    expect(await reasonFor(await issue(), { ...options, ...wrong })).toBe('options_wrong');
  });
});

describe('keys of an address', () => {
  const served = async (answer: () => Promise<Response>) => {
    const calls: string[] = [];
    const keys = sessionKeys('https://login.shop.example/any?path', {
      fetch: async (url) => {
        calls.push(url);
        return answer();
      },
    });
    return { calls, given: { application, keys, now: clock.now } };
  };
  const jwks = async () => Response.json(await createTokens([first], clock).jwks());

  test('are fetched once for all tokens, and not for made-up key ids', async () => {
    const { calls, given } = await served(jwks);
    const token = await issue();
    await Promise.all([token, token, token].map((one) => verifySessionToken(one, given)));
    await verifySessionToken(token, given);
    for (const kid of ['a', 'b', 'c']) {
      expect(await reasonFor(await signed({}, { kid }), given)).toBe('key_unknown');
    }
    expect(calls).toEqual(['https://login.shop.example/.well-known/jwks.json']);
  });

  test('a token that could not be ours costs no call', async () => {
    const { calls, given } = await served(jwks);
    expect(await reasonFor('a.b.c', given)).toBe('malformed');
    expect(await reasonFor(await signed({}, { kid: undefined }), given)).toBe('key_unknown');
    expect(calls).toEqual([]);
  });

  test.each<[string, () => Promise<Response>]>([
    ['no answer', async () => Promise.reject(new Error('down'))],
    ['an error', async () => new Response('no', { status: 503 })],
    ['no key set', async () => Response.json({ keys: 1 })],
    ['no JSON', async () => new Response('<html>')],
  ])('%s is told from a wrong token', async (_name, answer) => {
    const { given } = await served(answer);
    expect(await reasonFor(await issue(), given)).toBe('keys_unavailable');
  });

  test('while they cannot be had, tokens make no flood of calls', async () => {
    const { calls, given } = await served(async () => new Response('no', { status: 503 }));
    const token = await issue();
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await reasonFor(token, given)).toBe('keys_unavailable');
    }
    expect(calls).toHaveLength(1);
  });
});
