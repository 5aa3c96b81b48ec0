import { describe, expect, test } from 'vitest';
import { timingSafeEqual } from '../../../src/adapters/crypto/encoding.ts';
import { createDeviceTokens } from '../../../src/adapters/crypto/device-tokens.ts';
import { cryptoRandom } from '../../../src/adapters/crypto/random.ts';
import { createSessionTokens } from '../../../src/adapters/crypto/session-tokens.ts';
import { createVault } from '../../../src/adapters/crypto/vault.ts';

const key = (id: string) => ({ id, secret: crypto.getRandomValues(new Uint8Array(32)) });

describe('the vault', () => {
  const [old, fresh] = [key('old'), key('new')];

  test('what an older key sealed opens while that key is listed, and not after', async () => {
    const sealed = await createVault([old]).seal('otp', '123456');
    expect(sealed).toMatch(/^old\./);
    expect(sealed).not.toContain('123456');
    expect(await createVault([fresh, old]).open('otp', sealed)).toBe('123456');
    await expect(createVault([fresh]).open('otp', sealed)).rejects.toThrow('not ours');
  });

  test('a text sealed for one use does not open as another, nor when a byte differs', async () => {
    const vault = createVault([fresh]);
    const sealed = await vault.seal('otp', 'text');
    await expect(vault.open('message', sealed)).rejects.toThrow();
    const at = sealed.length - 5;
    const flipped = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    await expect(vault.open('otp', flipped)).rejects.toThrow();
    expect(await vault.seal('otp', 'text')).not.toBe(sealed);
  });

  test('a keyed hash depends on key, use and text', async () => {
    const vault = createVault([fresh]);
    const hashes = await Promise.all([
      vault.mac('budget', 'a'),
      vault.mac('budget', 'b'),
      vault.mac('other', 'a'),
      createVault([old]).mac('budget', 'a'),
    ]);
    expect(new Set(hashes).size).toBe(4);
    expect(await vault.mac('budget', 'a')).toBe(hashes[0]);
  });
});

describe('session tokens', () => {
  const userId = '5e68af49cfa09bf7233022f1';

  test('a cookie names its user and handle, and holds neither readable', async () => {
    const tokens = createSessionTokens([key('a')], cryptoRandom);
    const { cookie, handle } = await tokens.issue(userId);
    expect(cookie).toMatch(/^s:[\w-]{48}\.[\w-]{43}$/);
    expect(handle).toMatch(/^[0-9a-f]{32}$/);
    expect(cookie).not.toContain(handle);
    expect(await tokens.open(cookie)).toEqual({ userId, handle });
    expect((await tokens.issue(userId)).handle).not.toBe(handle);
  });

  test('secrets rotate: all of the list verify, a stranger’s does not', async () => {
    const [one, two] = [key('1'), key('2')];
    const { cookie } = await createSessionTokens([one], cryptoRandom).issue(userId);
    expect(await createSessionTokens([two, one], cryptoRandom).open(cookie)).toBeDefined();
    expect(await createSessionTokens([two], cryptoRandom).open(cookie)).toBeUndefined();
  });

  test('anything else is no session', async () => {
    const tokens = createSessionTokens([key('a')], cryptoRandom);
    const { cookie } = await tokens.issue(userId);
    for (const bad of ['', 's:', cookie.slice(2), `${cookie}x`, cookie.replace('.', ''), 's:é.é']) {
      expect(await tokens.open(bad)).toBeUndefined();
    }
  });
});

describe('device tokens', () => {
  const userId = '5e68af49cfa09bf7233022f1';
  const of = (...keys: ReturnType<typeof key>[]) =>
    createDeviceTokens(createVault(keys), cryptoRandom);

  test('name their user and a device, under every key that is listed', async () => {
    const [old, fresh] = [key('old'), key('new')];
    const cookie = await of(old).issue(userId);
    const opened = await of(fresh, old).open(cookie);
    expect(opened).toEqual({ userId, id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(await of(fresh).open(cookie)).toBeUndefined();
    expect((await of(old).open(await of(old).issue(userId)))?.id).not.toBe(opened?.id);
  });

  test('are nobody’s with another user, another device or another signature', async () => {
    const one = key('a');
    const [user = '', id = '', signature = ''] = (await of(one).issue(userId)).split('.');
    const flip = (text: string) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
    for (const bad of [
      [flip(user), id, signature],
      [user, flip(id), signature],
      [user, id, flip(signature)],
      [user, id, ''],
      [user, id],
    ]) {
      expect(await of(one).open(bad.join('.'))).toBeUndefined();
    }
    expect(await of(one).open([user, id, signature].join('.'))).toEqual({ userId, id });
  });
});

test('codes are six digits, and every digit is as likely as another', () => {
  const codes = Array.from({ length: 20_000 }, () => cryptoRandom.otp());
  expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
  for (let place = 0; place < 6; place += 1) {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const code of codes) {
      const digit = Number(code[place]);
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    // 2,000 expected; nine standard deviations either way.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(380);
  }
});

test('equality is equality', () => {
  expect(timingSafeEqual('123456', '123456')).toBe(true);
  for (const [a, b] of [
    ['123456', '123457'],
    ['123456', '12345'],
    ['', '1'],
    ['1', ''],
    ['é', 'e'],
  ] as const) {
    expect(timingSafeEqual(a, b)).toBe(false);
  }
  expect(timingSafeEqual('', '')).toBe(true);
});
