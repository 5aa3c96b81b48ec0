import { describe, expect, test } from 'vitest';
import type { IdentifierRef, Ports, SocialIdentity } from '../../src/ports/index.ts';
import { d1Shop, STORE_BACKENDS } from '../support/shop.ts';
import { eventOf, registerUser, registrationOf, signInOf } from '../support/stored.ts';

const GOOGLE: SocialIdentity = { provider: 'google', subject: '1015842246' };
const email = (name: string): IdentifierRef => ({ kind: 'email', value: `${name}@example.com` });

/** A user who has the address, verified or not. */
async function add(ports: Ports, name: string, verified = true, identity?: SocialIdentity) {
  const userId = crypto.randomUUID();
  const identifiers = [{ ...email(name), verified, primary: verified }];
  const createdAt = ports.clock.now();
  const user = { id: userId, username: `${name}_${userId}`, identifiers, createdAt };
  return { userId, ...(await registerUser(ports, user, { identity })) };
}

/** Nothing was charged for the proof. */
const FREE = { charged: [], chargedAt: 0 };

describe.each(STORE_BACKENDS)('Identities on %s', (_, createShop) => {
  test('link by a verified identifier of the user, and by nothing else', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const { userId } = await add(ports, 'asha');
    const other = await add(ports, 'mallory', false);
    const login = { identity: GOOGLE, userId, now, ...FREE };
    for (const by of [[], [email('nobody')], [email('mallory')]]) {
      expect(await ports.identities.signIn({ ...login, by })).toBeUndefined();
      const unverified = { ...login, userId: other.userId, by };
      expect(await ports.identities.signIn(unverified)).toBeUndefined();
    }
    expect(await ports.identities.find(GOOGLE, [email('mallory')])).toEqual({ owners: [] });
    expect(await ports.identities.find(GOOGLE, [email('asha')])).toMatchObject({
      linked: undefined,
      owners: [{ id: userId }],
    });
    const by = [email('asha')];
    expect(await ports.identities.signIn({ ...login, by })).toMatchObject({
      user: { id: userId },
      linkedNow: true,
    });
    expect(await ports.identities.signIn({ ...login, by: [] })).toMatchObject({ linkedNow: false });
    expect(await ports.identities.find(GOOGLE, [])).toMatchObject({
      linked: { id: userId },
      owners: [],
    });
  });

  test('what is not the user’s brings nothing about', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const { userId } = await add(ports, 'asha');
    const registration = registrationOf('r', now, { userId, userProvenAt: now });
    const ends = { userId, handle: 'a'.repeat(32) };
    const limit = { name: 'x', buckets: ['x'], window: 'w', max: 1, windowMs: 60_000 };
    await ports.budgets.charge([limit], now);
    const charges = { charged: [limit], chargedAt: now };
    const signIn = signInOf(userId, now, [ends]);
    const login = { identity: GOOGLE, userId, registration, signIn, now, ...charges };
    expect(await ports.identities.signIn({ ...login, by: [] })).toBeUndefined();
    expect((await ports.registrations.find('r')).registration).toBeUndefined();
    expect((await ports.sessions.find(userId, ends.handle)).ended).toBe(false);
    expect(await ports.budgets.check([limit], now)).toMatchObject({ limit: 'x' });
    expect(await ports.audit.ofUser(userId, 9)).not.toContainEqual(signIn.event);
    await ports.identities.signIn({ ...login, by: [email('asha')] });
    expect((await ports.registrations.find('r')).bound).toMatchObject({ id: userId });
    expect((await ports.sessions.find(userId, ends.handle)).ended).toBe(true);
    expect(await ports.budgets.check([limit], now)).toBeUndefined();
    expect(await ports.audit.ofUser(userId, 9)).toContainEqual(
      expect.objectContaining({ action: 'sign_in', session: signIn.handle }),
    );
  });

  test('a proof that is older than a revocation signs nobody in, and links nothing', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const { userId } = await add(ports, 'asha');
    await ports.sessions.endAll(userId, eventOf('sessions.ended', userId, now));
    const { sessionsValidFrom = 0 } = (await ports.users.find(userId)) ?? {};
    const login = { identity: GOOGLE, userId, by: [email('asha')], now, ...FREE };
    const by = async (countsUntil: number | undefined) =>
      ports.identities.signIn({ ...login, countsUntil, signIn: signInOf(userId, now) });
    expect(await by(sessionsValidFrom - 1)).toBeUndefined();
    expect((await ports.identities.find(GOOGLE, [])).linked).toBeUndefined();
    expect(await by(sessionsValidFrom)).toMatchObject({ linkedNow: true });
    expect(await by(sessionsValidFrom - 1)).toBeUndefined();
    expect(await by(undefined)).toMatchObject({ linkedNow: false });
  });

  test('of 8 users who claim one identity at once exactly one gets it', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const names = Array.from({ length: 8 }, (_one, index) => `user${index}`);
    const made = await Promise.all(
      names.map(async (name) => ({ by: [email(name)], ...(await add(ports, name)) })),
    );
    const done = await Promise.all(
      made.map(async ({ by, userId }) =>
        ports.identities.signIn({ identity: GOOGLE, userId, by, now, ...FREE }),
      ),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
  });

  test('unlink what is the user’s, with its event and the end of all sessions, and nothing else', async () => {
    const { ports, clock } = await createShop();
    const { userId } = await add(ports, 'asha', true, GOOGLE);
    const other = await add(ports, 'mallory');
    const linkedAt = ports.clock.now();
    const apple: SocialIdentity = { provider: 'apple', subject: GOOGLE.subject };
    clock.advance(1_000);
    const by = [email('asha')];
    await ports.identities.signIn({ identity: apple, userId, by, now: clock.now(), ...FREE });
    const both = [expect.objectContaining(GOOGLE), expect.objectContaining(apple)];
    const listed = await ports.identities.ofUser(userId);
    expect(listed).toEqual(both);
    expect(listed[0]?.linkedAt).toBeLessThanOrEqual(linkedAt);
    expect(await ports.identities.ofUser(other.userId)).toEqual([]);

    const now = ports.clock.now();
    const row = registrationOf('r', now, { userId, userProvenAt: now });
    await ports.registrations.begin(row, { identifiers: [] });
    const before = await ports.users.find(userId);
    const event = (of: string) => eventOf('identity.unlinked', of, ports.clock.now());
    for (const [of, identity] of [
      [other.userId, GOOGLE],
      [userId, { ...GOOGLE, subject: 'else' }],
      ['nobody', GOOGLE],
    ] as const) {
      expect(await ports.identities.unlink(of, identity, event(of))).toBe(false);
      expect(await ports.audit.ofUser(of, 9)).not.toContainEqual(event(of));
    }
    expect(await ports.users.find(userId)).toEqual(before);
    expect((await ports.registrations.find('r')).bound).toMatchObject({ id: userId });

    const done = await Promise.all(
      Array.from({ length: 5 }, async () => ports.identities.unlink(userId, GOOGLE, event(userId))),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    const actions = (await ports.audit.ofUser(userId, 9)).map(({ action }) => action);
    expect(actions.filter((action) => action === 'identity.unlinked')).toHaveLength(1);
    expect(await ports.identities.ofUser(userId)).toEqual([expect.objectContaining(apple)]);
    expect((await ports.identities.find(GOOGLE, [])).linked).toBeUndefined();
    expect((await ports.registrations.find('r')).registration).toBeUndefined();
    const after = await ports.users.find(userId);
    expect(after?.sessionsValidFrom).toBeGreaterThan(before?.sessionsValidFrom ?? Infinity);
  });

  test('a registration links what began it; one whose identity is someone else’s ends in nobody', async () => {
    const { ports } = await createShop();
    const first = await add(ports, 'asha', true, GOOGLE);
    expect(first.settled.state).toBe('done');
    expect((await ports.identities.find(GOOGLE, [])).linked).toMatchObject({ id: first.userId });
    const second = await add(ports, 'mallory', true, GOOGLE);
    expect(second.settled.state).toBe('lost');
    expect((await ports.registrations.find(second.id)).registration).toMatchObject({
      linkedTo: first.userId,
      identity: GOOGLE,
    });
    expect(await ports.users.find(second.userId)).toBeUndefined();
  });
});

test('an identity is known to its own application only', async () => {
  const shop = await d1Shop();
  const { userId } = await add(shop.ports, 'asha', true, GOOGLE);
  const foreign = shop.portsOf({ ...shop.application, id: '000000000000000000000002' });
  expect(await foreign.identities.find(GOOGLE, [email('asha')])).toEqual({ owners: [] });
  const now = shop.clock.now();
  const login = { identity: GOOGLE, userId, by: [email('asha')], now, ...FREE };
  expect(await foreign.identities.signIn(login)).toBeUndefined();
  expect(await foreign.identities.ofUser(userId)).toEqual([]);
  const event = eventOf('identity.unlinked', userId, now);
  expect(await foreign.identities.unlink(userId, GOOGLE, event)).toBe(false);
  // Nor is it that of a user who has the same id there.
  const identifiers = [{ ...email('asha'), verified: true, primary: true }];
  const twin = { id: userId, username: 'twin', identifiers, createdAt: now };
  expect((await registerUser(foreign, twin)).settled.state).toBe('done');
  expect((await foreign.identities.find(GOOGLE, [])).linked).toBeUndefined();
  expect(await foreign.identities.signIn({ ...login, by: [] })).toBeUndefined();
  expect(await foreign.identities.unlink(userId, GOOGLE, event)).toBe(false);
  expect(await shop.ports.identities.ofUser(userId)).toHaveLength(1);
});
