import { describe, expect, test } from 'vitest';
import type { Limit, NewChallenge, NewUser, Ports, Settlement, TryRules } from '../../src/ports.ts';
import { STORES } from '../support/shop.ts';

const PHONE = { kind: 'phone', value: '+918652523958', callingCode: 91 } as const;
const RULES: TryRules = {
  maxTries: 5,
  perIdentifier: { name: 'tries', max: 10, windowMs: 3_600_000 },
};
const LIMITS: Limit[] = [
  { name: 'gap', bucket: 'a', max: 1, windowMs: 30_000 },
  { name: 'hour', bucket: 'a', max: 3, windowMs: 3_600_000 },
  { name: 'ip', bucket: 'b', max: 4, windowMs: 3_600_000 },
];
const hex = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

const challenge = (now: number, change: Partial<NewChallenge> = {}): NewChallenge => ({
  id: hex(16),
  purpose: 'login',
  identifier: PHONE,
  sealedCode: 'sealed',
  resendToken: crypto.randomUUID(),
  createdAt: now,
  expiresAt: now + 600_000,
  ...change,
});

async function opened(ports: Ports, change: Partial<NewChallenge> = {}, limits: Limit[] = []) {
  const made = challenge(ports.clock.now(), change);
  const limited = await ports.otps.open({
    challenge: made,
    limits,
    triesBucket: 'tries',
    refundOnSuccess: 'b',
  });
  expect(limited).toBeUndefined();
  await ports.otps.keep(made);
  return made;
}

async function tried(ports: Ports, id: string, registration?: string) {
  const nonce = hex(16);
  const found = await ports.otps.attempt({
    challenge: { id },
    registration,
    nonce,
    now: ports.clock.now(),
    rules: RULES,
  });
  return { found, nonce };
}

/** One charged try, ready to be settled. */
async function judged(ports: Ports, id: string, registration?: string) {
  const { found, nonce } = await tried(ports, id, registration);
  if (found.state !== 'judge') throw new Error(found.state);
  return (effect: Settlement['effect'], extra: Partial<Settlement> = {}) =>
    ports.otps.settle({
      challenge: found.challenge,
      nonce,
      effect,
      now: ports.clock.now(),
      ...extra,
    });
}

const newUser = (change: Partial<NewUser> = {}): NewUser => ({
  id: hex(12),
  username: `u_${hex(4)}`,
  identifiers: [{ ...PHONE, verified: true, primary: true }],
  createdAt: 1_700_000_000_000,
  ...change,
});

async function register(ports: Ports, user: NewUser) {
  const now = ports.clock.now();
  const { id } = await opened(ports);
  const settle = await judged(ports, id);
  const registration = { id: hex(32), createdAt: now, expiresAt: now + 1_800_000 };
  await settle({ kind: 'prove', registration });
  return { registration, done: await ports.registrations.finish(registration.id, user, now) };
}

describe.each(STORES)('Otps on %s', (_, open) => {
  test('a challenge is charged to every bucket once, and refused when one has no room', async () => {
    const { ports, clock } = await open();
    await opened(ports, {}, LIMITS);
    const again = { challenge: challenge(clock.now()), limits: LIMITS, triesBucket: 'tries' };
    const limited = await ports.otps.open(again);
    expect(limited).toMatchObject({ limit: 'gap' });
    expect(limited?.retryAfter).toBeGreaterThanOrEqual(29);
    expect((await tried(ports, again.challenge.id)).found.state).toBe('unknown');
    for (let sends = 0; sends < 2; sends += 1) {
      clock.advance(30_001);
      await opened(ports, {}, LIMITS);
    }
    clock.advance(30_001);
    const spent = { ...again, challenge: challenge(clock.now()) };
    expect(await ports.otps.open(spent)).toMatchObject({ limit: 'hour' });
  });

  test('cancel gives every charge back and forgets the challenge', async () => {
    const { ports } = await open();
    const { id } = await opened(ports, {}, LIMITS);
    await ports.otps.cancel(id);
    expect((await tried(ports, id)).found.state).toBe('unknown');
    await opened(ports, {}, LIMITS);
  });

  test('of five concurrent settlements, one for each try of a code, exactly one wins', async () => {
    const { ports } = await open({});
    const { id } = await opened(ports);
    const settlers = [];
    for (let tries = 0; tries < 5; tries += 1) settlers.push(await judged(ports, id));
    const states = await Promise.all(settlers.map(async (settle) => settle({ kind: 'none' })));
    expect(states.filter(({ state }) => state === 'done')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'lost')).toHaveLength(4);
    expect((await tried(ports, id)).found.state).toBe('unknown');
  });

  test('tries are charged before judging: the sixth finds the code exhausted', async () => {
    const { ports } = await open();
    const { id } = await opened(ports);
    const found = await Promise.all(Array.from({ length: 20 }, async () => tried(ports, id)));
    const states = found.map((one) => one.found.state);
    expect(states.filter((state) => state === 'judge')).toHaveLength(5);
    expect(states.filter((state) => state === 'exhausted')).toHaveLength(15);
  });

  test('the budget of an identifier outlives its codes, and slides', async () => {
    const { ports, clock } = await open();
    for (let codes = 0; codes < 2; codes += 1) {
      const { id } = await opened(ports);
      for (let tries = 0; tries < 5; tries += 1) await tried(ports, id);
    }
    const { id } = await opened(ports);
    expect((await tried(ports, id)).found).toEqual({
      state: 'limited',
      limited: { limit: 'tries', retryAfter: expect.any(Number) },
    });
    clock.advance(3_600_001);
    const fresh = await opened(ports);
    expect((await tried(ports, fresh.id)).found.state).toBe('judge');
  });

  test('an expired challenge is unknown', async () => {
    const { ports, clock } = await open();
    const { id } = await opened(ports);
    clock.advance(600_000);
    expect((await tried(ports, id)).found.state).toBe('unknown');
  });

  test('a used code gives the try and the address their charges back', async () => {
    const { ports } = await open();
    const { id } = await opened(ports, {}, LIMITS);
    await (
      await judged(ports, id)
    )({ kind: 'none' });
    const now = ports.clock.now();
    const full = (bucket: string) =>
      ports.budgets.check([{ name: bucket, bucket, max: 1, windowMs: 3_600_000 }], now);
    expect(await full('tries')).toBeUndefined();
    expect(await full('b')).toBeUndefined();
    expect(await full('a')).toMatchObject({ limit: 'a' });
  });

  test('unsettle makes a code usable again, for the try that used it only', async () => {
    const { ports } = await open();
    const { id } = await opened(ports);
    const { found, nonce } = await tried(ports, id);
    if (found.state !== 'judge') throw new Error(found.state);
    const now = ports.clock.now();
    await ports.otps.settle({ challenge: found.challenge, nonce, effect: { kind: 'none' }, now });
    await ports.otps.unsettle(id, 'another');
    expect((await tried(ports, id)).found.state).toBe('unknown');
    await ports.otps.unsettle(id, nonce);
    expect((await tried(ports, id)).found.state).toBe('judge');
  });

  test('resend hands out the same code of a live challenge of that identifier', async () => {
    const { ports, clock } = await open();
    const { resendToken, id } = await opened(ports, { sealedCode: 'the code' });
    const limits = { login: LIMITS, profile: [], register: [] };
    const ask = (change: object = {}) =>
      ports.otps.resend({
        token: resendToken,
        identifier: PHONE,
        limits,
        ref: hex(8),
        now: clock.now(),
        ...change,
      });
    const other = { ...PHONE, value: '+919876543210' };
    expect(await ask({ identifier: other })).toEqual({ state: 'unknown' });
    expect(await ask({ token: 'x' })).toEqual({ state: 'unknown' });
    const ref = hex(8);
    expect(await ask({ ref })).toMatchObject({
      state: 'ready',
      sealedCode: 'the code',
      challenge: { id, resendToken },
    });
    expect(await ask()).toMatchObject({ state: 'limited', limited: { limit: 'gap' } });
    await ports.otps.cancelResend(ref);
    expect((await ask()).state).toBe('ready');
    clock.advance(600_000);
    expect(await ask()).toEqual({ state: 'unknown' });
  });

  test('verify takes an identifier over from unverified copies, and never from its owner', async () => {
    const { ports } = await open();
    const owned = { kind: 'phone', value: '+919876543210', callingCode: 91 } as const;
    const one = newUser();
    const two = newUser({ identifiers: [{ ...owned, verified: true, primary: true }] });
    await register(ports, one);
    await register(ports, two);
    const copier = await ports.users.find(two.id);
    const claimed = { kind: 'phone', value: '+917000000001', callingCode: 91 } as const;
    if (!copier) throw new Error('no user');
    await ports.users.update(copier, { profile: {}, add: [claimed], max: 10, now: 1 });
    const mine = await opened(ports, { identifier: claimed, purpose: 'profile', userId: one.id });
    const settle = await judged(ports, mine.id);
    const done = await settle({ kind: 'verify', userId: one.id, max: 10 }, { readBack: one.id });
    expect(done).toMatchObject({
      state: 'done',
      user: { identifiers: [{ primary: true }, { ...claimed, verified: true, primary: false }] },
    });
    expect((await ports.users.find(two.id))?.identifiers).toEqual([
      { ...owned, verified: true, primary: true },
    ]);
    const theirs = await opened(ports, { identifier: owned, purpose: 'profile', userId: one.id });
    const refused = await (
      await judged(ports, theirs.id)
    )({ kind: 'verify', userId: one.id, max: 10 });
    expect(refused).toEqual({ state: 'taken', field: 'phone' });
    expect((await tried(ports, theirs.id)).found.state).toBe('judge');
  });

  test('verify is full at the limit, and uses nothing up', async () => {
    const { ports } = await open();
    const user = newUser();
    await register(ports, user);
    const more = { ...PHONE, value: '+919876543210' };
    const { id } = await opened(ports, { identifier: more, purpose: 'profile', userId: user.id });
    const settle = await judged(ports, id);
    expect(await settle({ kind: 'verify', userId: user.id, max: 1 })).toEqual({ state: 'full' });
    expect((await tried(ports, id)).found.state).toBe('judge');
  });

  test('create ends the registration in one user with its proof, and a twin username is told', async () => {
    const { ports } = await open();
    const now = ports.clock.now();
    const registration = { id: hex(32), createdAt: now, expiresAt: now + 1_800_000 };
    const first = await opened(ports);
    await (
      await judged(ports, first.id)
    )({ kind: 'prove', registration });
    const last = await opened(ports);
    const { found } = await tried(ports, last.id, registration.id);
    expect(found).toMatchObject({ state: 'judge', registration: { proofs: [PHONE] } });
    const user = newUser();
    const settle = await judged(ports, last.id, registration.id);
    const effect = { kind: 'create', registration: registration.id, user } as const;
    expect(await settle(effect, { readBack: user.id })).toMatchObject({
      state: 'done',
      user: { id: user.id, identifiers: [{ ...PHONE, verified: true, primary: true }] },
    });
    const late = await opened(ports);
    const again = await judged(ports, late.id, registration.id);
    expect(await again({ ...effect, user: newUser({ identifiers: [] }) })).toEqual({
      state: 'lost',
    });
    const other = { ...PHONE, value: '+919876543210', verified: true, primary: true };
    const twin = newUser({ username: user.username, identifiers: [other] });
    expect((await register(ports, twin)).done).toEqual({ state: 'taken', field: 'username' });
  });

  test('a settlement ends the session that came with it', async () => {
    const { ports } = await open();
    const user = newUser();
    await register(ports, user);
    const now = ports.clock.now();
    const session = {
      userId: user.id,
      handle: hex(16),
      createdAt: now,
      renewedAt: now,
      expiresAt: now + 86_400_000,
      userAgent: '',
      ip: '',
      domain: '',
    };
    await ports.sessions.put(session);
    expect((await ports.sessions.find(user.id, session.handle)).ended).toBe(false);
    const { id } = await opened(ports);
    const endSession = { userId: user.id, handle: session.handle, until: session.expiresAt };
    await (
      await judged(ports, id)
    )({ kind: 'none' }, { endSession });
    expect((await ports.sessions.find(user.id, session.handle)).ended).toBe(true);
  });
});
