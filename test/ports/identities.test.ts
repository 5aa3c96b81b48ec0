import { describe, expect, test } from 'vitest';
import type { IdentifierRef, Ports, SocialIdentity } from '../../src/ports.ts';
import { edgeShop, STORES } from '../support/shop.ts';

const GOOGLE: SocialIdentity = { provider: 'google', subject: '1015842246' };
const email = (name: string): IdentifierRef => ({ kind: 'email', value: `${name}@example.com` });

/** A user who has the address, verified or not. */
async function add(ports: Ports, name: string, verified = true, identity?: SocialIdentity) {
  const now = ports.clock.now();
  const [id, userId] = [crypto.randomUUID(), crypto.randomUUID()];
  const next = { id, identity, createdAt: now, expiresAt: now + 60_000 };
  await ports.registrations.store(next, { identifiers: [] }, undefined);
  const identifiers = [{ ...email(name), verified, primary: verified }];
  const user = { id: userId, username: `${name}_${userId}`, identifiers, createdAt: now };
  return { userId, id, settled: await ports.registrations.finish(id, user, now) };
}

describe.each(STORES)('Identities on %s', (_, open) => {
  test('link by a verified identifier of the user, and by nothing else', async () => {
    const { ports } = await open();
    const now = ports.clock.now();
    const { userId } = await add(ports, 'asha');
    const other = await add(ports, 'mallory', false);
    const login = { identity: GOOGLE, userId, now };
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
    const { ports } = await open();
    const now = ports.clock.now();
    const { userId } = await add(ports, 'asha');
    const registration = { id: 'r', userId, createdAt: now, expiresAt: now + 60_000 };
    const endSession = { userId, handle: 'a'.repeat(32), until: now + 1 };
    const login = { identity: GOOGLE, userId, registration, endSession, now };
    expect(await ports.identities.signIn({ ...login, by: [] })).toBeUndefined();
    expect((await ports.registrations.find('r')).registration).toBeUndefined();
    expect((await ports.sessions.find(userId, endSession.handle)).ended).toBe(false);
    await ports.identities.signIn({ ...login, by: [email('asha')] });
    expect((await ports.registrations.find('r')).bound).toMatchObject({ id: userId });
    expect((await ports.sessions.find(userId, endSession.handle)).ended).toBe(true);
  });

  test('of 8 users who claim one identity at once exactly one gets it', async () => {
    const { ports } = await open();
    const now = ports.clock.now();
    const names = Array.from({ length: 8 }, (_one, index) => `user${index}`);
    const made = await Promise.all(
      names.map(async (name) => ({ by: [email(name)], ...(await add(ports, name)) })),
    );
    const done = await Promise.all(
      made.map(async ({ by, userId }) =>
        ports.identities.signIn({ identity: GOOGLE, userId, by, now }),
      ),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
  });

  test('a registration links what began it; one whose identity is someone else’s ends in nobody', async () => {
    const { ports } = await open();
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
  const shop = await edgeShop();
  const { userId } = await add(shop.ports, 'asha', true, GOOGLE);
  const foreign = shop.portsOf({ ...shop.application, id: '000000000000000000000002' });
  expect(await foreign.identities.find(GOOGLE, [email('asha')])).toEqual({ owners: [] });
  const login = { identity: GOOGLE, userId, by: [email('asha')], now: shop.clock.now() };
  expect(await foreign.identities.signIn(login)).toBeUndefined();
});
