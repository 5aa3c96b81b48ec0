/** Logins of users who came with a password hash of another system, on D1 and the real hasher. */
import { genSaltSync, hashSync } from 'bcryptjs';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { HashIntake } from '../../src/domain/password/hash-intake.ts';
import type { ImportedHashes } from '../../src/ports/index.ts';
import { expectOk, signUp } from '../support/answers.ts';
import { CORNERS, UNUSABLE } from '../support/known-hashes.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, STORE_BACKENDS, type D1Shop } from '../support/shop.ts';
import { eventOf } from '../support/stored.ts';

const PHONE = '8652523958';
const NEW_PASSWORD = 'another passphrase';
/** Of `pässwörd`. */
const BCRYPT_8 = '$2b$08$DGhuBw/56l2ASI5Rpg3exeRv4Q19Po50HgUj1InqV/rNyCrEX2hC6';
const OLD_PASSWORD = 'pässwörd';
const NEVER = 8e15;
const OURS = 'argon2id m=19456,t=2,p=1';

const login = (shop: D1Shop, username: string, password: string) =>
  shop.client().application.loginWithEmailAndPassword({ body: { username, password } });

/** The record as the import of these hashes leaves it. */
function recordFor(hashes: readonly string[], policy: ImportedHashes): ImportedHashes {
  const intake = new HashIntake(policy, 0);
  for (const hash of hashes) expect(intake.take(hash)).toEqual({ imported: true });
  return intake.changed() ?? policy;
}

async function setPolicy(shop: D1Shop, value: object | null) {
  await env.DB.prepare('UPDATE applications SET imported_hashes = ?')
    .bind(value && JSON.stringify(value))
    .run();
  // Application records are up to 30 s old.
  shop.clock.advance(31_000);
}

const storeHash = (hash: string) =>
  env.DB.prepare('UPDATE users SET password_hash = ?, has_old_password_hash = 1').bind(hash).run();
const stored = () =>
  env.DB.prepare('SELECT password_hash AS hash, has_old_password_hash AS old FROM users').first<{
    hash: string;
    old: number;
  }>();

/** A shop with one user who has the hash; `limits` are those of many tries. */
async function shopWith(hash: string, importedHashes?: ImportedHashes) {
  const limits = { loginFailuresPerAccountQuarter: 1_000, loginFailuresPerIpQuarter: 1_000 };
  const shop = await d1Shop({ argon2: true, limits, record: { importedHashes } });
  await signUp(shop, shop.client());
  await storeHash(hash);
  await shop.settle();
  return shop;
}

/** What a try computes, and what it costs besides. */
async function costOf(shop: D1Shop, name: string, password: string) {
  const { roundTrips } = shop.db;
  const from = shop.hashes.work.length;
  const { status } = await login(shop, name, password);
  await shop.settle();
  const work = shop.hashes.work.slice(from).toSorted();
  return { status, work, d1: shop.db.roundTrips - roundTrips };
}

describe('an imported hash', () => {
  test('signs in once, is replaced, and the mark goes', async () => {
    const shop = await shopWith(BCRYPT_8, { until: NEVER });
    expect((await login(shop, PHONE, 'wrong wrong')).status).toBe(401);
    const done = expectOk(await login(shop, PHONE, OLD_PASSWORD));
    expect(done.body.user?.has_old_password_hash).toBe(false);
    expect(await stored()).toEqual({ hash: expect.stringMatching(/^\$argon2id\$v=19/), old: 0 });
    expectOk(await login(shop, PHONE, OLD_PASSWORD));
  });

  test('that the policy does not count signs nobody in, at the cost of an unknown user', async () => {
    const shop = await shopWith(BCRYPT_8);
    const { brought } = recordFor([BCRYPT_8], { until: NEVER });
    const refused = [
      null,
      { kinds: ['scrypt'], until: NEVER, brought },
      { kinds: [], until: NEVER, brought },
      { until: shop.clock.now(), brought },
      { brought },
    ];
    for (const value of refused) {
      await setPolicy(shop, value);
      await shop.client().application.getPlatformConfig();
      const known = await costOf(shop, PHONE, OLD_PASSWORD);
      expect([value, known]).toMatchObject([value, { status: 401, work: [OURS] }]);
      expect([value, await costOf(shop, 'nobody@example.com', 'x')]).toEqual([value, known]);
    }
  });

  test('proves the old password of somebody signed in while it counts', async () => {
    const shop = await d1Shop({ argon2: true, record: { importedHashes: { until: NEVER } } });
    const browser = shop.client();
    await signUp(shop, browser);
    await storeHash(BCRYPT_8);
    const change = async (old_password: string) =>
      browser.application.updatePassword({ body: { old_password, new_password: NEW_PASSWORD } });
    await setPolicy(shop, null);
    expect((await change(OLD_PASSWORD)).body).toMatchObject({ code: 'password_wrong' });
    await setPolicy(shop, { until: NEVER });
    expect((await change('wrong wrong')).body).toMatchObject({ code: 'password_wrong' });
    expectOk(await change(OLD_PASSWORD));
    expectOk(await login(shop, PHONE, NEW_PASSWORD));
  });

  test('of bcrypt lets a password over 72 bytes in, and stays as it is with its mark', async () => {
    const start = 'x'.repeat(72);
    const hash = hashSync(`${start}TAIL-A`, genSaltSync(4));
    const shop = await shopWith(hash, { until: NEVER });
    for (const tail of ['ANOTHER-TAIL', 'TAIL-A']) {
      const done = expectOk(await login(shop, PHONE, start + tail));
      expect(done.body.user?.has_old_password_hash).toBe(true);
      expect(await stored()).toEqual({ hash, old: 1 });
    }
    expectOk(await login(shop, PHONE, start));
    expect(await stored()).toMatchObject({ old: 0 });
  });

  test('is not rehashed over a password that was changed meanwhile', async () => {
    const shop = await shopWith(BCRYPT_8, { until: NEVER });
    const { hasher } = shop.ports;
    const { hash } = hasher;
    const newer = await hash(NEW_PASSWORD);
    // Somebody sets the password after the login has judged the old one and before it writes.
    hasher.hash = async (password) => {
      await storeHash(newer);
      return hash(password);
    };
    try {
      // It was right when it was judged, and is not any more.
      expect((await login(shop, PHONE, OLD_PASSWORD)).status).toBe(401);
    } finally {
      hasher.hash = hash;
    }
    expect((await stored())?.hash).toBe(newer);
    expect((await login(shop, PHONE, OLD_PASSWORD)).status).toBe(401);
    expectOk(await login(shop, PHONE, NEW_PASSWORD));
  });
});

describe('a stored hash that cannot be computed', () => {
  test('is a wrong password like any other: 401 after the same work, and a line in the log without it', async () => {
    const shop = await shopWith(BCRYPT_8, recordFor([BCRYPT_8], { until: NEVER }));
    const unknown = await costOf(shop, 'nobody@example.com', OLD_PASSWORD);
    expect(unknown).toMatchObject({ status: 401, work: [OURS, 'bcrypt 8'] });
    const { id } = (await env.DB.prepare('SELECT id FROM users').first<{ id: string }>()) ?? {};
    for (const [hash, reason] of UNUSABLE.slice(0, 8)) {
      await storeHash(hash);
      expect([hash, await costOf(shop, PHONE, OLD_PASSWORD)]).toEqual([hash, unknown]);
      const line = shop.log.findLast((one) => one.code === 'login_failed');
      expect(line?.internal).toMatch(reason);
      expect(line?.internal).toMatch(`user ${id}`);
      if (hash.length > 10) expect(JSON.stringify(line)).not.toContain(hash);
    }
  });

  test('is a wrong old password too', async () => {
    const shop = await d1Shop({ argon2: true });
    const browser = shop.client();
    await signUp(shop, browser);
    for (const [hash] of UNUSABLE.slice(0, 5)) {
      await storeHash(hash);
      const body = { old_password: OLD_PASSWORD, new_password: NEW_PASSWORD };
      const answer = await browser.application.updatePassword({ body });
      expect([hash, answer.status, answer.body]).toMatchObject([
        hash,
        400,
        { code: 'password_wrong' },
      ]);
    }
  });
});

describe('the work of a login while imported hashes count', () => {
  const find = (start: string) => CORNERS.find((hash) => hash.startsWith(start)) ?? '';

  test('is one bcrypt-10 and one hash of ours, for any user', async () => {
    const bcrypt10 = find('$2b$10');
    const shop = await shopWith(bcrypt10, recordFor([bcrypt10], { until: NEVER }));
    // One without a password.
    await signUp(shop, shop.client(), '9876543210');
    const wrong = { status: 401, work: [OURS, 'bcrypt 10'] };
    const unknown = await costOf(shop, 'nobody@example.com', 'wrong wrong');
    expect(unknown).toMatchObject(wrong);
    for (const name of [PHONE, '9876543210', 'nobody_1', 'a@b@c']) {
      expect([name, await costOf(shop, name, 'wrong wrong')]).toEqual([name, unknown]);
    }
    expectOk(await login(shop, PHONE, OLD_PASSWORD));
    // Now the hash is one of ours.
    expect(await costOf(shop, PHONE, 'wrong wrong')).toEqual(unknown);
    expect(await costOf(shop, PHONE, OLD_PASSWORD)).toMatchObject({ ...wrong, status: 200 });
  });

  test('is one of each kind that was brought, and none of them after its time', async () => {
    const brought = ['$2y$04', '$pbkdf2-sha256$i=1$', '$scrypt$ln=1,r=1', '$argon2id$v=19$m=8,t=1'];
    const hashes = brought.map(find);
    const shop = await shopWith(hashes[0] ?? '');
    const policy = recordFor(hashes, { until: shop.clock.now() + 60_000 });
    await setPolicy(shop, policy);
    await shop.client().application.getPlatformConfig();
    const unknown = await costOf(shop, 'nobody@example.com', 'wrong wrong');
    expect(unknown.work).toHaveLength(5);
    for (const hash of hashes) {
      await storeHash(hash);
      expect([hash, await costOf(shop, PHONE, 'wrong wrong')]).toEqual([hash, unknown]);
    }
    shop.clock.advance(31_000);
    await shop.client().application.getPlatformConfig();
    expect(await costOf(shop, PHONE, OLD_PASSWORD)).toMatchObject({ status: 401, work: [OURS] });
  });
});

describe.each(STORE_BACKENDS)('passwords on %s', (_, createShop) => {
  test('a rehash meets a password that was changed: the new one stays', async () => {
    const shop = await createShop({ argon2: true });
    const userId = (await signUp(shop, shop.client())).body.user?._id ?? '';
    const { passwords } = shop.ports;
    const at = shop.clock.now();
    const event = eventOf('password.changed', userId, at);
    expect(await passwords.set(userId, undefined, 'newer', event)).toMatchObject({ id: userId });
    const compared = { charged: [], chargedAt: at, userId, rehash: 'rehashed' };
    expect(await passwords.succeed({ ...compared, hash: 'old' })).toBeUndefined();
    expect(await passwords.hashOf(userId)).toBe('newer');
    expect(await passwords.succeed({ ...compared, hash: 'newer' })).toMatchObject({ id: userId });
    expect(await passwords.hashOf(userId)).toBe('rehashed');
  });

  test('the right password of a blocked user is never counted as a wrong one', async () => {
    const shop = await createShop({ argon2: true });
    const browser = shop.client();
    const id = (await signUp(shop, browser)).body.user?._id ?? '';
    expectOk(await browser.application.updatePassword({ body: { new_password: NEW_PASSWORD } }));
    const operator = await operatorOf(shop);
    expectOk(await operator.blockOrUnblockUsers({ params, body: { status: true, user_id: [id] } }));
    for (let at = 0; at < 11; at += 1) {
      const body = { username: PHONE, password: NEW_PASSWORD };
      const answer = await shop.client().application.loginWithEmailAndPassword({ body });
      expect([at, answer.status, answer.body]).toMatchObject([
        at,
        403,
        { code: 'account_blocked' },
      ]);
    }
  });
});
