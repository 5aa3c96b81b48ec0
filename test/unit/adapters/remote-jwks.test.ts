/** Key sets of others: how often they are asked for, whatever the tokens name. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { createRemoteJwks } from '../../../src/adapters/jose/remote-jwks.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';

const URL_OF_KEYS = 'https://keys.example/jwks';
const MINUTE = 60_000;
const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const KEY: JWK = { ...(await exportJWK(publicKey)), kid: 'one' };

/** A verifier whose time stands still until it is moved, and whose keys come from `host`. */
function verifier() {
  const host = { body: { keys: [KEY] } as unknown, status: 200, asked: 0 };
  const time = { now: 1_800_000_000_000 };
  const outbound = createOutbound(async () => {
    host.asked += 1;
    await Promise.resolve();
    return Response.json(host.body, { status: host.status });
  });
  const { verify } = createRemoteJwks(outbound, { now: () => time.now });
  const token = async (kid?: string) =>
    new SignJWT({ sub: 'asha', iss: 'https://shop.example', aud: 'shop' })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setExpirationTime(time.now / 1000 + 240)
      .sign(privateKey);
  /** `ok`, or why not. */
  const read = async (kid?: string): Promise<string> =>
    verify(
      await token(kid),
      { url: URL_OF_KEYS },
      { issuer: ['https://shop.example'], audience: ['shop'], algorithms: ['EdDSA'], required: [] },
    ).then(
      () => 'ok',
      (error: unknown) => String(error),
    );
  return { host, time, read };
}

test('a key is found by its kid, and a sole one without', async () => {
  const { host, read } = verifier();
  expect([await read('one'), await read()]).toEqual(['ok', 'ok']);
  host.body = { keys: [KEY, { ...KEY, kid: 'two' }] };
  expect(await read('two')).toBe('ok');
  expect(await read()).toContain('ERR_JWKS_MULTIPLE_MATCHING_KEYS');
  expect(host.asked).toBe(2);
});

test('keys are kept for an hour', async () => {
  const { host, time, read } = verifier();
  await read('one');
  time.now += 59 * MINUTE;
  expect([await read('one'), host.asked]).toEqual(['ok', 1]);
  time.now += 2 * MINUTE;
  expect([await read('one'), host.asked]).toEqual(['ok', 2]);
});

test('made-up kids that come at once ask once', async () => {
  const { host, time, read } = verifier();
  await read('one');
  time.now += MINUTE;
  const outcomes = await Promise.all(Array.from({ length: 20 }, async (_, at) => read(`no-${at}`)));
  expect(outcomes.every((one) => one.includes('signed by no known key'))).toBe(true);
  expect(host.asked).toBe(2);
});

test('made-up kids ask once in 30 s while the keys cannot be had, and known kids go on', async () => {
  const { host, time, read } = verifier();
  await read('one');
  time.now += MINUTE;
  host.status = 500;
  const outcomes = [await read('no-1'), await read('no-2'), await read('no-3'), await read('one')];
  expect(outcomes).toEqual([
    'Error: keys.example answered 500',
    expect.stringContaining('signed by no known key'),
    expect.stringContaining('signed by no known key'),
    'ok',
  ]);
  expect(host.asked).toBe(2);
  time.now += MINUTE / 2;
  await read('no-4');
  expect(host.asked).toBe(3);
});

test.each([
  ['no list', { keys: 'one' }],
  ['no keys in it', { keys: ['one', null] }],
  ['nothing', {}],
])('a host that publishes %s has no keys', async (_, body) => {
  const { host, read } = verifier();
  host.body = body;
  expect(await read('one')).toBe('Error: no keys at keys.example');
});

test.each([
  ['another algorithm', { alg: 'RS256' }],
  ['encryption', { use: 'enc' }],
  ['signing only', { key_ops: ['sign'] }],
  ['another curve', { crv: 'Ed448' }],
])('a key for %s signs nothing', async (_, published) => {
  const { host, read } = verifier();
  host.body = { keys: [{ ...KEY, ...published }] };
  expect(await read('one')).toContain('signed by no known key');
});
