import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import type { Identifier, NewUser, Ports, Proof, Session } from '../../src/ports/index.ts';
import { readQuery } from '../../src/domain/operators/customer-query.ts';
import { scansOf } from '../support/query-plans.ts';
import { d1Shop, STORE_BACKENDS } from '../support/shop.ts';
import { eventOf, registerUser, registrationOf, sessionOf, signInOf } from '../support/stored.ts';

const phone = (national: number): Identifier => ({
  kind: 'phone',
  value: `+91${national}`,
  callingCode: 91,
  verified: true,
  primary: true,
});

let seconds = 1_700_000_000;
/** A user whose id is newer than all before it. */
function person(change: Partial<NewUser> = {}): NewUser {
  seconds += 1;
  return {
    id: seconds.toString(16).padStart(8, '0') + '0123456789abcdef',
    username: `user_${seconds}`,
    identifiers: [phone(7_000_000_000 + (seconds % 1_000_000))],
    createdAt: seconds * 1000,
    ...change,
  };
}

async function add(ports: Ports, ...users: NewUser[]) {
  for (const user of users) {
    expect((await registerUser(ports, user)).settled).toMatchObject({ state: 'done' });
  }
  return users.map(({ id }) => id);
}

const session = (userId: string, createdAt: number, letter: string): Session =>
  sessionOf(userId, createdAt, letter.repeat(32));

describe.each(STORE_BACKENDS)('Registrations on %s', (_, createShop) => {
  test('of 8 concurrent finishes exactly one makes its user', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    await ports.registrations.begin(registrationOf('r', now), { identifiers: [] });
    const candidates = Array.from({ length: 8 }, () => person());
    const states = await Promise.all(
      candidates.map(async (user) =>
        ports.registrations.finish('r', user, signInOf(user.id, now), now),
      ),
    );
    expect(states.filter(({ state }) => state === 'done')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'lost')).toHaveLength(7);
    const { users, total } = await ports.customers.list({ pageNo: 1, pageSize: 100 });
    expect([users.length, total]).toEqual([1, 1]);
  });

  test('a form and proofs are found until the one end, which a new form does not move', async () => {
    const { ports, clock } = await createShop();
    const now = clock.now();
    const email = { kind: 'email', value: 'a@example.com' } as const;
    const form = { firstName: 'A', identifiers: [email] };
    const next = registrationOf('next', now);
    const proof = { ...email, provenAt: now };
    await ports.registrations.begin(next, form, [proof]);
    const found = await ports.registrations.find('next');
    expect(found).toMatchObject({ registration: { ...next, proofs: [proof] }, form, owners: [] });
    expect(found.bound).toBeUndefined();
    expect(await ports.registrations.find('other')).toMatchObject({ registration: undefined });
    clock.advance(1_799_000);
    const changed = { firstName: 'B', identifiers: [] };
    if (!found.registration) throw new Error('no registration');
    expect(await ports.registrations.keep(found.registration, changed, clock.now())).toBe(true);
    expect(await ports.registrations.find('next')).toMatchObject({
      registration: { expiresAt: next.expiresAt, proofs: [proof] },
      form: changed,
    });
    clock.advance(1_001);
    expect((await ports.registrations.find('next')).registration).toBeUndefined();
    expect(await ports.registrations.keep(found.registration, form, clock.now())).toBe(false);
  });

  test('a registration that is over cannot be finished', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const [id = ''] = await add(ports, person());
    const bound = { userId: id, userProvenAt: now };
    await ports.registrations.begin(registrationOf('r', now, bound), { identifiers: [] });
    const close = async () => ports.registrations.close('r', id, signInOf(id, now), now, []);
    expect((await close()).state).toBe('done');
    expect((await close()).state).toBe('lost');
    const late = person();
    const finish = async (of: string, at: number) =>
      (await ports.registrations.finish(of, late, signInOf(late.id, now), at)).state;
    expect(await finish('r', now)).toBe('lost');
    await ports.registrations.begin(registrationOf('s', now), { identifiers: [] });
    expect(await finish('s', now + 1_800_000)).toBe('lost');
  });
});

describe.each(STORE_BACKENDS)('Users on %s', (_, createShop) => {
  test('an update changes what is given and adds unverified identifiers once', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person({ firstName: 'Asha', gender: 'female' }));
    const user = await ports.users.find(id);
    if (!user) throw new Error('no user');
    const email = { kind: 'email', value: 'a@example.com' } as const;
    const change = { profile: { lastName: 'Rao' }, add: [email], max: 10, now: 5 };
    await ports.users.update(user, change);
    const updated = await ports.users.update(user, change);
    expect(updated).toMatchObject({
      firstName: 'Asha',
      lastName: 'Rao',
      gender: 'female',
      updatedAt: 5,
    });
    expect(updated?.identifiers).toEqual([
      expect.objectContaining({ kind: 'phone' }),
      { ...email, callingCode: undefined, verified: false, primary: false },
    ]);
    const full = await ports.users.update(user, {
      ...change,
      add: [{ kind: 'email', value: 'b@example.com' }],
      max: 1,
    });
    expect(full?.identifiers).toHaveLength(2);
    expect(await ports.users.find('0'.repeat(24))).toBeUndefined();
  });

  test('what is refused leaves a user as it was, and what is done does not', async () => {
    const { ports, clock } = await createShop();
    const [number, unverified, other] = [
      phone(7_100_000_001),
      phone(7_100_000_002),
      phone(7_100_000_003),
    ];
    const identifiers = [number, { ...unverified, verified: false, primary: false }];
    const [id = ''] = await add(ports, person({ identifiers }));
    const before = await ports.users.find(id);
    clock.advance(5000);
    const now = clock.now();
    const rule = { demanded: true };
    expect((await ports.users.setPrimary(id, unverified, now)).state).toBe('unverified');
    expect((await ports.users.setPrimary(id, other, now)).state).toBe('missing');
    expect((await ports.users.remove(id, number, rule, now)).state).toBe('last');
    const free = { demanded: false };
    expect((await ports.users.remove(id, number, free, now)).state).toBe('last');
    expect((await ports.users.remove(id, other, rule, now)).state).toBe('missing');
    expect(await ports.users.find(id)).toEqual(before);
    expect(await ports.users.setPrimary(id, number, now)).toMatchObject({
      user: { updatedAt: now },
    });
    expect(await ports.users.remove(id, unverified, rule, now + 1)).toMatchObject({
      user: { updatedAt: now + 1 },
    });
  });
});

describe.each(STORE_BACKENDS)('Customers on %s', (_, createShop) => {
  test('pages come newest first, with exact totals', async () => {
    const { ports } = await createShop();
    const ids = await add(ports, ...Array.from({ length: 5 }, () => person()));
    const first = await ports.customers.list({ pageNo: 1, pageSize: 2 });
    const last = await ports.customers.list({ pageNo: 3, pageSize: 2 });
    expect(first.users.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, 2));
    expect([first.total, first.hasNext]).toEqual([5, true]);
    expect(last.users.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect([last.total, last.hasNext]).toEqual([5, false]);
  });

  test('pages of a search come newest first, with exact totals, behind the last page too', async () => {
    const { ports } = await createShop();
    await add(ports, person({ firstName: 'Ravi' }));
    const ids = await add(ports, ...Array.from({ length: 5 }, () => person({ firstName: 'Asha' })));
    const terms = readQuery('asha', '91');
    const page = async (pageNo: number) => {
      const { users, ...counts } = await ports.customers.list({ terms, pageNo, pageSize: 2 });
      return { ids: users.map(({ id }) => id), ...counts };
    };
    const newest = ids.toReversed();
    expect(await page(1)).toEqual({ ids: newest.slice(0, 2), total: 5, hasNext: true });
    expect(await page(3)).toEqual({ ids: newest.slice(4), total: 5, hasNext: false });
    expect(await page(4)).toEqual({ ids: [], total: 5, hasNext: false });
    const nobody = await ports.customers.list({
      terms: readQuery('nobody', '91'),
      pageNo: 1,
      pageSize: 2,
    });
    expect(nobody).toEqual({ users: [], total: 0, hasNext: false });
  });

  test('a search finds by phone, email, username, id and the beginnings of names, and nothing else', async () => {
    const { ports } = await createShop();
    const [asha = '', jose = ''] = await add(
      ports,
      person({
        firstName: 'Asha',
        lastName: 'Rao',
        identifiers: [phone(8_652_523_958)],
        username: 'asha.rao_1',
      }),
      person({
        firstName: 'José',
        lastName: 'Ñandú',
        identifiers: [{ kind: 'email', value: 'jose@example.com', verified: true, primary: true }],
      }),
    );
    const find = async (q: string) => {
      const page = await ports.customers.list({
        terms: readQuery(q, '91'),
        pageNo: 1,
        pageSize: 10,
      });
      expect(page.total).toBe(page.users.length);
      return page.users.map(({ id }) => id);
    };
    for (const q of [
      '8652523958',
      '+918652523958',
      ' 918652523958',
      asha,
      'asha.rao_1',
      'Ash',
      'rao ash',
      'RAO',
    ]) {
      expect([q, await find(q)]).toEqual([q, [asha]]);
    }
    for (const q of ['jose@example.com', 'JOSE@EXAMPLE.COM', 'jose', 'ñan', 'nandu josé']) {
      expect([q, await find(q)]).toEqual([q, [jose]]);
    }
    for (const q of ['sha', 'asha nandu', '865252395', '%', "' OR 1=1 --", '*', 'x'.repeat(300)]) {
      expect([q, await find(q)]).toEqual([q, []]);
    }
  });

  test('a renamed user is found under the new name only', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person({ firstName: 'Asha' }));
    const user = await ports.users.find(id);
    if (!user) throw new Error('no user');
    await ports.users.update(user, { profile: { firstName: 'Bina' }, add: [], max: 10, now: 1 });
    const count = async (q: string) =>
      (await ports.customers.list({ terms: readQuery(q, '91'), pageNo: 1, pageSize: 10 })).total;
    expect([await count('asha'), await count('bina')]).toEqual([0, 1]);
  });
});

describe.each(STORE_BACKENDS)('Sessions on %s', (_, createShop) => {
  test('what is put is found and listed, newest first, and survives the limits of KV', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person());
    const now = ports.clock.now();
    const [old, recent] = [session(id, now - 2000, 'a'), session(id, now - 1000, 'b')];
    await ports.sessions.put(old);
    await ports.sessions.put(recent);
    expect(await ports.sessions.find(id, old.handle)).toMatchObject({
      session: old,
      user: { id },
      ended: false,
    });
    expect(await ports.sessions.list(id, now)).toEqual([recent, old]);
    expect(await ports.sessions.find(id, 'c'.repeat(32))).toMatchObject({ session: undefined });
  });

  test('an ended session is gone from look-up and list, twice over too', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person());
    const now = ports.clock.now();
    const one = session(id, now, 'a');
    await ports.sessions.put(one);
    for (let times = 0; times < 2; times += 1) {
      await ports.sessions.end(id, [one.handle], now + 86_400_000);
    }
    expect(await ports.sessions.find(id, one.handle)).toMatchObject({ ended: true });
    expect(await ports.sessions.list(id, now)).toEqual([]);
    // A renewal that comes too late writes its value once more.
    await ports.sessions.put(one);
    expect(await ports.sessions.find(id, one.handle)).toMatchObject({ ended: true });
    expect(await ports.sessions.list(id, now)).toEqual([]);
  });

  test('ending all ends what was opened before, whatever its clock says, and spares what comes after', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person());
    const now = ports.clock.now();
    await ports.sessions.put(session(id, now + 60_000, 'a'));
    await ports.sessions.endAll(id, eventOf('sessions.ended', id, now));
    const user = await ports.users.find(id);
    const validFrom = user?.sessionsValidFrom ?? 0;
    await ports.sessions.put({ ...session(id, validFrom, 'b'), validFrom });
    await ports.sessions.endAll('somebody else', eventOf('sessions.ended', undefined, now));
    expect((await ports.sessions.list(id, now)).map(({ handle }) => handle)).toEqual([
      'b'.repeat(32),
    ]);
  });

  test('ending all twice at one time, or by a clock that is behind, ends what was opened in between', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person());
    const now = ports.clock.now();
    const seen: number[] = [];
    for (const at of [now, now, now - 5_000]) {
      await ports.sessions.endAll(id, eventOf('sessions.ended', id, at));
      seen.push((await ports.users.find(id))?.sessionsValidFrom ?? 0);
    }
    expect(seen[0]).toBeGreaterThan(now);
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
  });

  test('ending all ends the registrations that could sign the user in, with their proofs, and no others', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const email = (value: string, verified: boolean) =>
      ({ kind: 'email', value, verified, primary: verified }) as const;
    const [verified, claimed] = [email('a@example.com', true), email('b@example.com', false)];
    const identifiers = [phone(7_200_000_001), verified, claimed];
    const [id = '', other = ''] = await add(ports, person({ identifiers }), person());
    const proofOf = ({ kind, value }: Identifier) => ({ kind, value, provenAt: now });
    const begun = async (name: string, userId?: string, proofs: Proof[] = []) => {
      const bound = userId === undefined ? {} : { userId, userProvenAt: now };
      const next = registrationOf(name, now, bound);
      await ports.registrations.begin(next, { identifiers: [] }, proofs);
    };
    await begun('bound', id, [proofOf(verified)]);
    await begun('proving', undefined, [proofOf(verified)]);
    await begun('of another', other);
    await begun('of what is only claimed', undefined, [proofOf(claimed)]);
    await begun('finished', id);
    await ports.registrations.close('finished', id, signInOf(id, now), now, []);
    await ports.sessions.endAll(id, eventOf('sessions.ended', id, now));
    const found = async (name: string) => (await ports.registrations.find(name)).registration;
    for (const name of ['of another', 'of what is only claimed', 'finished']) {
      expect(await found(name)).toMatchObject({ id: name });
    }
    for (const name of ['bound', 'proving']) {
      expect([name, await found(name)]).toEqual([name, undefined]);
      await begun(name);
      expect(await found(name)).toMatchObject({ proofs: [] });
    }
  });

  test('a session of one user is not another one’s', async () => {
    const { ports } = await createShop();
    const [one = '', two = ''] = await add(ports, person(), person());
    await ports.sessions.put(session(one, ports.clock.now(), 'a'));
    expect((await ports.sessions.find(two, 'a'.repeat(32))).session).toBeUndefined();
  });
});

describe.each(STORE_BACKENDS)('what callers say, in keys and metadata on %s,', (_, createShop) => {
  test('never makes KV throw: unshaped names name nothing, long texts are cut by bytes', async () => {
    const { ports } = await createShop();
    const [id = ''] = await add(ports, person());
    const now = ports.clock.now();
    for (const text of ['', ':', 'a:b', 'x'.repeat(600), '本'.repeat(200), '../x', 'a\nb', '\0']) {
      expect((await ports.sessions.find(id, text)).session).toBeUndefined();
      expect((await ports.sessions.find(text, 'a'.repeat(32))).session).toBeUndefined();
      expect(await ports.sessions.list(text, now)).toEqual([]);
      expect((await ports.registrations.find(text)).registration).toBeUndefined();
      const perIdentifier = { name: 'x', window: 'x', max: 10, windowMs: 60_000 };
      const rules = { maxTries: 5, perIdentifier };
      const by = { codeMacs: [], requestId: 'test' };
      const purposes = ['login'] as const;
      const tried = { challenge: { id: text }, purposes, nonce: 'n', now, rules, ...by };
      expect(await ports.otps.attempt(tried)).toMatchObject({ state: 'unknown' });
      await ports.sessions.end(id, [text], now + 60_000);
    }
    const longest = {
      ip: 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255',
      domain: 'd'.repeat(253),
      fixed: true as const,
    };
    for (const [at, userAgent] of ['本'.repeat(200), '"'.repeat(200), '😀'.repeat(200)].entries()) {
      const one = { ...session(id, now - at, String(at)), ...longest, userAgent };
      await ports.sessions.put(one);
      const [kept] = (await ports.sessions.list(id, now)).filter(
        ({ handle }) => handle === one.handle,
      );
      expect(kept?.domain).toBe(longest.domain);
      expect(userAgent.startsWith(kept?.userAgent ?? '-')).toBe(true);
    }
  });
});

describe.each(STORE_BACKENDS)('Links and budgets on %s', (_, createShop) => {
  test('a link is charged, refused without room, and given back when it is cancelled', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const limits = [{ name: 'gap', buckets: ['l'], window: 'gap', max: 1, windowMs: 30_000 }];
    const link = (id: string) => ({
      kind: 'verify_email' as const,
      id,
      userId: 'u',
      identifier: { kind: 'email' as const, value: 'a@example.com' },
      createdAt: now,
      expiresAt: now + 60_000,
    });
    expect(await ports.links.open(link('a'), limits)).toBeUndefined();
    expect(await ports.links.open(link('b'), limits)).toMatchObject({
      limit: 'gap',
      retryAfterSeconds: 30,
    });
    await ports.links.cancel(link('a'), limits);
    await ports.links.cancel(link('a'), limits);
    expect(await ports.links.open(link('c'), limits)).toBeUndefined();
  });

  test('a reset link is for the active user who has the address verified', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const known = async (value: string) => {
      const identifier = { kind: 'email', value } as const;
      const link = { id: crypto.randomUUID(), identifier, createdAt: now, expiresAt: now + 60_000 };
      const opened = await ports.links.openReset(link, []);
      const user = await ports.links.findReset(link.id, 'reset', now);
      expect([value, user !== undefined]).toEqual([value, opened.known]);
      return opened.known;
    };
    const state = async (name: string, verified = true) => {
      const one = { kind: 'email', value: `${name}@example.com`, verified, primary: verified };
      const [id = ''] = await add(ports, person({ identifiers: [one as Identifier] }));
      return { id, email: one.value };
    };
    const [active, unverified] = [await state('active'), await state('unverified', false)];
    const [blocked, archived] = [await state('blocked'), await state('archived')];
    const event = eventOf('customer.blocked', undefined, now);
    await ports.customers.setState([blocked.id], 'block', event);
    await ports.customers.setState([archived.id], 'archive', event);
    expect(await known(active.email)).toBe(true);
    for (const { email } of [unverified, blocked, archived]) {
      expect([email, await known(email)]).toEqual([email, false]);
    }
    expect(await known('nobody@example.com')).toBe(false);
  });

  test('of 20 concurrent charges as many pass as there is room', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const limit = { name: 'x', buckets: ['x'], window: 'w', max: 7, windowMs: 60_000 };
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => ports.budgets.charge([limit], now)),
    );
    expect(answers.filter((limited) => limited === undefined)).toHaveLength(7);
  });
});

test('a reset link that a lost address has left behind is of no use, on D1', async () => {
  const { ports } = await d1Shop();
  const now = ports.clock.now();
  const email = { kind: 'email', value: 'a@example.com' } as const;
  const identifiers = [{ ...email, verified: true, primary: true }];
  const [id = ''] = await add(ports, person({ identifiers }));
  const link = { id: 'l', identifier: email, createdAt: now, expiresAt: now + 60_000 };
  await ports.links.openReset(link, []);
  const event = eventOf('password.reset', id, now);
  const verify = async (verified: boolean) =>
    env.DB.prepare('UPDATE identifiers SET verified = ?').bind(Number(verified)).run();
  // As a call leaves it that a revocation has overtaken.
  await verify(false);
  expect(await ports.links.describe(link.id, now)).toBeUndefined();
  expect(await ports.links.findReset(link.id, 'reset', now)).toBeUndefined();
  expect(await ports.links.reset(link.id, 'reset', 'a hash', event)).toEqual({ state: 'lost' });
  expect(await ports.passwords.hashOf(id)).toBeUndefined();
  await verify(true);
  expect(await ports.links.reset(link.id, 'reset', 'a hash', event)).toMatchObject({
    state: 'done',
  });
});

describe('tenancy on D1', () => {
  test('one application never sees another one’s users, codes or sessions', async () => {
    const shop = await d1Shop();
    const [id = ''] = await add(shop.ports, person({ firstName: 'Asha' }));
    const { handle } = session(id, shop.clock.now(), 'a');
    await shop.ports.sessions.put(session(id, shop.clock.now(), 'a'));
    await env.DB.prepare('SELECT 1').run();
    const foreign = shop.portsOf({ ...shop.application, id: 'f'.repeat(24) });
    expect(await foreign.users.find(id)).toBeUndefined();
    expect(await foreign.sessions.find(id, handle)).toEqual({
      session: undefined,
      user: undefined,
      ended: false,
    });
    expect(await foreign.sessions.list(id, shop.clock.now())).toEqual([]);
    expect(await foreign.customers.list({ pageNo: 1, pageSize: 10 })).toEqual({
      users: [],
      total: 0,
      hasNext: false,
    });
    const terms = readQuery('asha', '91');
    expect((await foreign.customers.list({ terms, pageNo: 1, pageSize: 10 })).users).toEqual([]);
  });

  test('every list and search statement uses an index', async () => {
    const shop = await d1Shop();
    const seen: string[] = [];
    shop.db.onPrepare = (sql) => seen.push(sql);
    await shop.ports.customers.list({ pageNo: 2, pageSize: 10 });
    for (const q of ['8652523958', 'a@example.com', 'asha rao', 'f'.repeat(24)]) {
      await shop.ports.customers.list({ terms: readQuery(q, '91'), pageNo: 1, pageSize: 10 });
    }
    await shop.ports.sessions.find('0'.repeat(24), 'a'.repeat(32));
    expect(seen).toHaveLength(7);
    for (const sql of seen) {
      const scans = await scansOf(sql);
      expect([sql, scans]).toEqual([sql, []]);
    }
  });
});
