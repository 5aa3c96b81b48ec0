/**
 * A registration that stands for a user, written by a call that a revocation has overtaken: it was not there to be ended, so
 * its use compares the time of the proof once more, in its own statement.
 */
import { describe, expect, test } from 'vitest';
import type { Challenge, Effect, IdentifierRef, NewUser, Ports } from '../../src/ports/index.ts';
import { BACKENDS } from '../support/shop.ts';
import { eventOf, registerUser, registrationOf, signInOf } from '../support/stored.ts';

const PHONE = { kind: 'phone', value: '+918652523958', callingCode: 91 } as const;
const EMAIL = { kind: 'email', value: 'asha@example.com' } as const;
const MAC = 'mac of the right code';

const user = (now: number): NewUser => ({
  id: 'a'.repeat(24),
  username: 'asha_1',
  identifiers: [{ ...PHONE, verified: true, primary: true }],
  createdAt: now,
});

/** A code for an email of the registration, judged as right. */
async function rightCode(
  ports: Ports,
  registration: string,
  identifier: IdentifierRef = EMAIL,
): Promise<[Challenge, string]> {
  const id = crypto.randomUUID().replaceAll('-', '');
  const [now, nonce] = [ports.clock.now(), crypto.randomUUID()];
  await ports.otps.open({
    challenge: {
      id,
      purpose: 'register',
      identifier,
      sealedCode: 'sealed',
      codeMac: MAC,
      registration,
      createdAt: now,
      expiresAt: now + 600_000,
    },
    limits: { limits: [] },
    refund: [],
    triesBuckets: ['tries'],
  });
  const found = await ports.otps.attempt({
    challenge: { id },
    purposes: ['register'],
    registration,
    codeMacs: [MAC],
    nonce,
    now,
    rules: {
      maxTries: 5,
      perIdentifier: { name: 'tries', window: 'tries', max: 10, windowMs: 3_600_000 },
    },
    requestId: 'test',
  });
  if (found.state !== 'right') throw new Error(found.state);
  return [found.challenge, nonce];
}

describe.each(BACKENDS)('a registration bound to a user, on %s', (_, createShop) => {
  /** Bound `age` milliseconds before (or, below zero, after) the last revocation. */
  async function bound(age: number) {
    const { ports, clock } = await createShop();
    const one = user(clock.now() - 5000);
    await registerUser(ports, one);
    await ports.sessions.endAll(one.id, eventOf('sessions.ended', one.id, clock.now()));
    const { sessionsValidFrom = 0 } = (await ports.users.find(one.id)) ?? {};
    const id = 'b'.repeat(64);
    const proven = { userId: one.id, userProvenAt: sessionsValidFrom - age };
    await ports.registrations.begin(registrationOf(id, clock.now(), proven), { identifiers: [] });
    return { ports, id, userId: one.id, now: clock.now() };
  }

  test.each([
    ['before', 1, 'lost'],
    ['after', 0, 'done'],
  ] as const)('%s the last revocation: a code for it is %3$s', async (_name, age, state) => {
    const { ports, id, userId, now } = await bound(age);
    const [challenge, nonce] = await rightCode(ports, id);
    const effect = { kind: 'verify', userId, max: 10, registration: id, finish: true } as const;
    expect(await ports.otps.consume({ challenge, nonce, effect, now })).toMatchObject({ state });
    const { identifiers = [] } = (await ports.users.find(userId)) ?? {};
    expect(identifiers).toHaveLength(state === 'done' ? 2 : 1);
  });

  test.each([
    ['before', 1, 'lost'],
    ['after', 0, 'done'],
  ] as const)('%s the last revocation: signing in by it is %3$s', async (_name, age, state) => {
    const { ports, id, userId, now } = await bound(age);
    const settled = await ports.registrations.close(id, userId, signInOf(userId, now), now, []);
    expect(settled).toMatchObject({ state });
    const entered = (await ports.audit.ofUser(userId, 9)).filter(
      ({ action }) => action === 'sign_in',
    );
    // The first one is that of its registration.
    expect(entered).toHaveLength(state === 'done' ? 2 : 1);
  });

  test('a finished one verifies nothing more', async () => {
    const { ports, id, userId, now } = await bound(0);
    const effect = { kind: 'verify', userId, max: 10, registration: id, finish: true } as const;
    const states = [];
    for (const value of ['asha@example.com', 'late@example.com']) {
      const [challenge, nonce] = await rightCode(ports, id, { kind: 'email', value });
      states.push((await ports.otps.consume({ challenge, nonce, effect, now })).state);
    }
    expect(states).toEqual(['done', 'lost']);
    expect((await ports.users.find(userId))?.identifiers).toHaveLength(2);
  });

  test('a code ends it in nobody else, nor gives it to anybody else', async () => {
    const { ports, id, userId, now } = await bound(0);
    const [challenge, nonce] = await rightCode(ports, id);
    const other: NewUser = { ...user(now), id: 'd'.repeat(24), username: 'd', identifiers: [] };
    await registerUser(ports, other);
    const made = { ...other, id: 'e'.repeat(24), username: 'e' };
    const event = eventOf('account.registered', made.id, now);
    const effects: Effect[] = [
      { kind: 'create', registration: id, user: made, event },
      { kind: 'close', registration: id, userId: other.id, adopts: [] },
      { kind: 'bind', registration: id, userId: other.id, adopts: [] },
      { kind: 'prove', registration: registrationOf(id, now), isNew: false },
    ];
    for (const effect of effects) {
      const { state } = await ports.otps.consume({ challenge, nonce, effect, now });
      expect([effect.kind, state]).toEqual([effect.kind, 'lost']);
    }
    const { registration } = await ports.registrations.find(id);
    expect(registration).toMatchObject({ userId, proofs: [] });
    expect(registration?.finishedAt).toBeUndefined();
    expect(await ports.users.find(made.id)).toBeUndefined();
  });

  test('a proof of before the last revocation, the account or its verification signs nobody in', async () => {
    for (const [index, late] of ['revoked', 'made', 'verified'].entries()) {
      const { ports, clock } = await createShop();
      const value = `+91865252395${index}`;
      const phone = { ...PHONE, value };
      const now = clock.now();
      const one = {
        ...user(now - 5000),
        id: String(index).repeat(24),
        username: `asha_${index}`,
        identifiers: [{ ...phone, verified: true, primary: true }],
      };
      await registerUser(ports, one);
      if (late === 'revoked') {
        await ports.sessions.endAll(one.id, eventOf('sessions.ended', one.id, now));
      }
      const id = String(index).repeat(64);
      const provenAt = late === 'revoked' ? now : one.createdAt - 1;
      const proof = { ...phone, provenAt };
      await ports.registrations.begin(registrationOf(id, now), { identifiers: [] }, [proof]);
      const settled = await ports.registrations.close(id, one.id, signInOf(one.id, now), now, []);
      expect([late, settled]).toEqual([late, { state: 'lost' }]);
    }
  });
});
