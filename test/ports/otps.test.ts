import { describe, expect, test } from 'vitest';
import type {
  DeviceRef,
  Limit,
  NewChallenge,
  NewUser,
  OpenChallenge,
  Ports,
  Settlement,
  TryRules,
} from '../../src/ports/index.ts';
import { STORE_BACKENDS } from '../support/shop.ts';
import { eventOf, registerUser, registrationOf, sessionOf, signInOf } from '../support/stored.ts';

const PHONE = { kind: 'phone', value: '+918652523958', callingCode: 91 } as const;
const HOUR_MS = 3_600_000;
const RULES: TryRules = {
  maxTries: 5,
  perIdentifier: { name: 'tries', window: 'tries', max: 10, windowMs: HOUR_MS },
};
const LIMITS: Limit[] = [
  { name: 'gap', buckets: ['a'], window: 'gap', max: 1, windowMs: 30_000 },
  { name: 'hour', buckets: ['a'], window: 'hour', max: 3, windowMs: HOUR_MS },
];
const ADDRESS: Limit = { name: 'ip', buckets: ['b'], window: 'ip', max: 4, windowMs: HOUR_MS };
const ALL = { limits: [...LIMITS, ADDRESS] };
const NO_LIMITS = { limits: [] };
/** What the code is hashed to; the store never sees the code itself. */
const RIGHT = 'mac of the right code';

const hex = (bytes: number) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

const challenge = (now: number, change: Partial<NewChallenge> = {}): NewChallenge => ({
  id: hex(16),
  purpose: 'login',
  identifier: PHONE,
  sealedCode: 'sealed',
  codeMac: RIGHT,
  createdAt: now,
  expiresAt: now + 600_000,
  ...change,
});

const opening = (
  ports: Ports,
  change: Partial<NewChallenge> = {},
  more: Partial<OpenChallenge> = {},
): OpenChallenge => ({
  challenge: challenge(ports.clock.now(), change),
  limits: NO_LIMITS,
  refund: [],
  triesBuckets: ['tries'],
  ...more,
});

async function opened(
  ports: Ports,
  change: Partial<NewChallenge> = {},
  more: Partial<OpenChallenge> = {},
) {
  const request = opening(ports, change, more);
  expect(await ports.otps.open(request)).toEqual({ known: true });
  await ports.otps.keep(request.challenge);
  return request.challenge;
}

interface Typed {
  mac?: string;
  registration?: string;
  userId?: string;
  device?: DeviceRef;
}

async function tried(ports: Ports, id: string, typed: Typed = {}) {
  const { mac = RIGHT, registration, userId, device } = typed;
  const nonce = hex(16);
  const found = await ports.otps.attempt({
    challenge: { id },
    purposes: ['login', 'profile', 'register'],
    userId,
    registration,
    codeMacs: ['mac under a newer key', mac],
    nonce,
    now: ports.clock.now(),
    rules: {
      ...RULES,
      ...(device && { device: { userId: device.userId, buckets: [`device:${device.id}`] } }),
    },
    requestId: 'test',
  });
  return { found, nonce };
}

const wrong = async (ports: Ports, id: string, device?: DeviceRef) =>
  (await tried(ports, id, { mac: 'mac of another code', device })).found.state;

/** A right try, ready to be settled. */
async function judged(ports: Ports, id: string, typed: Typed = {}) {
  const { found, nonce } = await tried(ports, id, typed);
  if (found.state !== 'right') throw new Error(found.state);
  return (effect: Settlement['effect'], extra: Partial<Settlement> = {}) =>
    ports.otps.consume({
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

describe.each(STORE_BACKENDS)('Otps on %s', (_, createShop) => {
  test('a challenge is charged to every limit once, and refused when one has no room', async () => {
    const { ports, clock } = await createShop();
    await opened(ports, {}, { limits: ALL });
    const again = opening(ports, {}, { limits: ALL });
    const { limited } = await ports.otps.open(again);
    expect(limited).toMatchObject({ limit: 'gap' });
    expect(limited?.retryAfterSeconds).toBeGreaterThanOrEqual(29);
    expect((await tried(ports, again.challenge.id)).found.state).toBe('unknown');
    for (let sends = 0; sends < 2; sends += 1) {
      clock.advance(30_001);
      await opened(ports, {}, { limits: ALL });
    }
    clock.advance(30_001);
    expect(await ports.otps.open(opening(ports, {}, { limits: ALL }))).toMatchObject({
      limited: { limit: 'hour' },
    });
  });

  test('charges under an older key count, and the newest key is charged', async () => {
    const { ports, clock } = await createShop();
    const under = (...buckets: string[]) => ({
      limits: [{ name: 'hour', buckets, window: 'hour', max: 3, windowMs: HOUR_MS }],
    });
    await opened(ports, {}, { limits: under('old') });
    await opened(ports, {}, { limits: under('old') });
    await opened(ports, {}, { limits: under('new', 'old') });
    expect(
      await ports.otps.open(opening(ports, {}, { limits: under('new', 'old') })),
    ).toMatchObject({ limited: { limit: 'hour' } });
    expect(await ports.budgets.check(under('old').limits, clock.now())).toBeUndefined();
  });

  test('cancel gives every charge back, once, and forgets the challenge', async () => {
    const { ports } = await createShop();
    await opened(ports, {}, { limits: { limits: [ADDRESS] } });
    const request = opening(ports, {}, { limits: ALL });
    expect(await ports.otps.open(request)).toEqual({ known: true });
    for (let times = 0; times < 3; times += 1) await ports.otps.cancel(request);
    expect((await tried(ports, request.challenge.id)).found.state).toBe('unknown');
    await opened(ports, {}, { limits: ALL });
    // The first charge of the address is still there: two of four.
    const rest = { ...ADDRESS, max: 2 };
    expect(await ports.budgets.check([rest], ports.clock.now())).toMatchObject({ limit: 'ip' });
    expect(await ports.budgets.check([{ ...ADDRESS, max: 3 }], ports.clock.now())).toBeUndefined();
  });

  test('of five concurrent settlements, one for each try of a code, exactly one wins', async () => {
    const { ports } = await createShop({});
    const { id } = await opened(ports);
    const settlers = [];
    for (let tries = 0; tries < 8; tries += 1) settlers.push(await judged(ports, id));
    const states = await Promise.all(settlers.map(async (settle) => settle({ kind: 'none' })));
    expect(states.filter(({ state }) => state === 'done')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'lost')).toHaveLength(7);
    expect((await tried(ports, id)).found.state).toBe('unknown');
  });

  test('of 20 wrong tries at once five are judged, and the right code is of no use then', async () => {
    const { ports } = await createShop();
    const { id } = await opened(ports);
    const states = await Promise.all(Array.from({ length: 20 }, async () => wrong(ports, id)));
    expect(states.filter((state) => state === 'wrong')).toHaveLength(5);
    expect(states.filter((state) => state === 'exhausted')).toHaveLength(15);
    expect((await tried(ports, id)).found.state).toBe('exhausted');
  });

  test('the right code costs nothing, however often it is found before it is used', async () => {
    const { ports } = await createShop();
    const { id } = await opened(ports);
    for (let tries = 0; tries < 12; tries += 1) {
      expect((await tried(ports, id)).found.state).toBe('right');
    }
    expect(await wrong(ports, id)).toBe('wrong');
  });

  test('a code of another user or registration is wrong, and charged', async () => {
    const { ports } = await createShop();
    const profile = await opened(ports, { purpose: 'profile', userId: 'asha' });
    const register = await opened(ports, { purpose: 'register', registration: 'r' });
    const states = [
      await tried(ports, profile.id),
      await tried(ports, profile.id, { userId: 'mallory' }),
      await tried(ports, register.id),
      await tried(ports, register.id, { registration: 's' }),
      await tried(ports, profile.id, { userId: 'asha' }),
      await tried(ports, register.id, { registration: 'r' }),
    ].map(({ found }) => found.state);
    expect(states).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'right', 'right']);
    for (const { id } of [profile, register]) {
      for (let tries = 0; tries < 3; tries += 1) expect(await wrong(ports, id)).toBe('wrong');
      expect(await wrong(ports, id)).toBe('exhausted');
    }
  });

  test('the budget of an identifier outlives its codes, until its window ends', async () => {
    const { ports, clock } = await createShop();
    for (let codes = 0; codes < 2; codes += 1) {
      const { id } = await opened(ports);
      for (let tries = 0; tries < 5; tries += 1) await wrong(ports, id);
    }
    const { id } = await opened(ports);
    expect((await tried(ports, id)).found).toEqual({
      state: 'limited',
      limited: { limit: 'tries', retryAfterSeconds: expect.any(Number) },
    });
    clock.advance(HOUR_MS + 1);
    const fresh = await opened(ports);
    expect((await tried(ports, fresh.id)).found.state).toBe('right');
  });

  test('a device of the owner has its own tries: strangers use up neither them nor the code', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const device = { userId: user.id, id: 'd' };
    for (let codes = 0; codes < 2; codes += 1) {
      const { id } = await opened(ports);
      for (let tries = 0; tries < 5; tries += 1) await wrong(ports, id);
      expect((await tried(ports, id)).found.state).toBe('exhausted');
      expect((await tried(ports, id, { device })).found.state).toBe('right');
    }
    const { id } = await opened(ports);
    expect((await tried(ports, id)).found.state).toBe('limited');
    // The device of somebody else buys nothing.
    const other = { userId: 'mallory', id: 'd' };
    expect((await tried(ports, id, { device: other })).found.state).toBe('limited');
    const states = [];
    for (let tries = 0; tries < 6; tries += 1) states.push(await wrong(ports, id, device));
    expect(states).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'exhausted']);
  });

  test('the wrong tries of the owner’s device are its own: everybody else’s stay whole', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const device = { userId: user.id, id: 'd' };
    const { id } = await opened(ports);
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await wrong(ports, id, device)).toBe('wrong');
    }
    expect(await wrong(ports, id, device)).toBe('exhausted');
    expect((await tried(ports, id)).found.state).toBe('right');
    for (let tries = 0; tries < 5; tries += 1) expect(await wrong(ports, id)).toBe('wrong');
    expect(await wrong(ports, id)).toBe('exhausted');
  });

  test('a device of the owner has its own sends', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const own = LIMITS.map((limit) => ({ ...limit, buckets: ['device:d'] }));
    const limits = { limits: LIMITS, device: { userId: user.id, limits: own } };
    await opened(ports, {}, { limits: { limits: LIMITS } });
    expect(await ports.otps.open(opening(ports, {}, { limits: { limits: LIMITS } }))).toMatchObject(
      { limited: { limit: 'gap' } },
    );
    await opened(ports, {}, { limits });
    expect(await ports.otps.open(opening(ports, {}, { limits }))).toMatchObject({
      limited: { limit: 'gap' },
    });
    const foreign = { limits: LIMITS, device: { userId: 'mallory', limits: own } };
    expect(await ports.otps.open(opening(ports, {}, { limits: foreign }))).toMatchObject({
      limited: { limit: 'gap' },
    });
  });

  test('a device of the owner has its own resends', async () => {
    const { ports, clock } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const own = LIMITS.map((limit) => ({ ...limit, buckets: ['device:d'] }));
    const { id } = await opened(ports, {}, { limits: { limits: LIMITS } });
    const resend = async (userId?: string) => {
      const { state } = await ports.otps.resend({
        id,
        nonce: hex(8),
        identifier: PHONE,
        limits: {
          login: { limits: LIMITS, ...(userId && { device: { userId, limits: own } }) },
          profile: { limits: LIMITS },
        },
        maxTries: 5,
        registrationSends: { perIdentifier: 1, total: 1, identifiersPerKind: 1 },
        now: clock.now(),
      });
      return state;
    };
    expect([await resend(), await resend('mallory')]).toEqual(['limited', 'limited']);
    expect([await resend(user.id), await resend(user.id)]).toEqual(['ready', 'limited']);
  });

  test('the wrong try that spends the budget leaves one row about its owner', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    for (let codes = 0; codes < 3; codes += 1) {
      const { id } = await opened(ports);
      for (let tries = 0; tries < 6; tries += 1) await wrong(ports, id);
    }
    const locks = (await ports.audit.ofUser(user.id, 50)).filter(
      ({ action }) => action === 'sign_in.locked',
    );
    expect(locks).toEqual([
      expect.objectContaining({ requestId: 'test', detail: { limit: 'tries' } }),
    ]);
  });

  test('a registration causes so many messages, to so many identifiers, and no more', async () => {
    const { ports } = await createShop();
    const bounds = { perIdentifier: 2, total: 4, identifiersPerKind: 2 };
    const registrationSends = { registration: 'r', ...bounds };
    const to = (value: string) => ({ ...PHONE, value });
    const send = async (value: string) => {
      const change = {
        purpose: 'register',
        registration: 'r',
        identifier: to(value),
      } as const;
      return (await ports.otps.open(opening(ports, change, { registrationSends }))).limited?.limit;
    };
    const full = 'messages_per_registration';
    expect([await send('+911'), await send('+911'), await send('+911')]).toEqual([
      undefined,
      undefined,
      full,
    ]);
    expect([
      await send('+912'),
      await send('+913'),
      await send('+912'),
      await send('+912'),
    ]).toEqual([undefined, full, undefined, full]);
    const { id } = await opened(ports, { purpose: 'register', registration: 's' });
    const resend = async () =>
      ports.otps.resend({
        id,
        nonce: hex(8),
        identifier: PHONE,
        limits: { login: NO_LIMITS, profile: NO_LIMITS, register: NO_LIMITS },
        maxTries: 5,
        registrationSends: bounds,
        now: ports.clock.now(),
      });
    expect((await resend()).state).toBe('ready');
    expect(await resend()).toMatchObject({ state: 'limited', limited: { limit: full } });
  });

  test('a registration causes so many messages in all, to however many identifiers', async () => {
    const { ports } = await createShop();
    const bounds = { perIdentifier: 10, total: 3, identifiersPerKind: 10 };
    const registrationSends = { registration: 'r', ...bounds };
    const send = async (value: string) => {
      const identifier = { ...PHONE, value };
      const change = { purpose: 'register', registration: 'r', identifier } as const;
      return (await ports.otps.open(opening(ports, change, { registrationSends }))).limited?.limit;
    };
    expect([await send('+911'), await send('+911'), await send('+912')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await send('+911')).toBe('messages_per_registration');
    expect(await send('+913')).toBe('messages_per_registration');
  });

  test('an expired challenge is unknown', async () => {
    const { ports, clock } = await createShop();
    const { id } = await opened(ports);
    clock.advance(600_000);
    expect((await tried(ports, id)).found.state).toBe('unknown');
  });

  test('a try of a code that is used or over costs its owner nothing', async () => {
    const { ports, clock } = await createShop();
    const used = await opened(ports);
    await (
      await judged(ports, used.id)
    )({ kind: 'none' });
    const over = await opened(ports, { expiresAt: clock.now() });
    for (const { id } of [used, over]) expect(await wrong(ports, id)).toBe('unknown');
    const tries = { ...RULES.perIdentifier, buckets: ['tries'], max: 1 };
    expect(await ports.budgets.check([tries], clock.now())).toBeUndefined();
    // Of a living one it does.
    const { id } = await opened(ports);
    expect(await wrong(ports, id)).toBe('wrong');
    expect(await ports.budgets.check([tries], clock.now())).toMatchObject({ limit: 'tries' });
  });

  test('a used code gives the address its charge back', async () => {
    const { ports } = await createShop();
    const { id } = await opened(ports, {}, { limits: ALL, refund: [ADDRESS] });
    await (
      await judged(ports, id)
    )({ kind: 'none' });
    const now = ports.clock.now();
    expect(await ports.budgets.check([{ ...ADDRESS, max: 1 }], now)).toBeUndefined();
    expect(await ports.budgets.check([LIMITS[0] ?? ADDRESS], now)).toMatchObject({ limit: 'gap' });
  });

  test('unsettle makes a code usable again, for the try that used it only', async () => {
    const { ports } = await createShop();
    const { id } = await opened(ports);
    const { found, nonce } = await tried(ports, id);
    if (found.state !== 'right') throw new Error(found.state);
    const now = ports.clock.now();
    await ports.otps.consume({ challenge: found.challenge, nonce, effect: { kind: 'none' }, now });
    await ports.otps.unconsume(id, 'another');
    expect((await tried(ports, id)).found.state).toBe('unknown');
    await ports.otps.unconsume(id, nonce);
    expect((await tried(ports, id)).found.state).toBe('right');
  });

  test('resend hands out the same code of a live challenge of that identifier', async () => {
    const { ports, clock } = await createShop();
    const { id } = await opened(ports, { sealedCode: 'the code' });
    const limits = { login: { limits: LIMITS }, profile: NO_LIMITS, register: NO_LIMITS };
    const ask = (change: object = {}) =>
      ports.otps.resend({
        id,
        nonce: hex(8),
        identifier: PHONE,
        limits,
        maxTries: 5,
        registrationSends: { perIdentifier: 1, total: 1, identifiersPerKind: 1 },
        now: clock.now(),
        ...change,
      });
    const other = { ...PHONE, value: '+919876543210' };
    expect(await ask({ identifier: other })).toEqual({ state: 'unknown' });
    expect(await ask({ id: 'x' })).toEqual({ state: 'unknown' });
    const nonce = hex(8);
    expect(await ask({ nonce })).toMatchObject({
      state: 'ready',
      sealedCode: 'the code',
      challenge: { id, sends: 2 },
    });
    expect(await ask()).toMatchObject({ state: 'limited', limited: { limit: 'gap' } });
    const charged = { identifier: PHONE, limits: limits.login, chargedAt: clock.now() };
    await ports.otps.cancelResend({ id, nonce: 'another', ...charged });
    expect((await ask()).state).toBe('limited');
    for (let times = 0; times < 2; times += 1) {
      await ports.otps.cancelResend({ id, nonce, ...charged });
    }
    expect(await ask()).toMatchObject({ state: 'ready', challenge: { sends: 2 } });
    for (let tries = 0; tries < 5; tries += 1) await wrong(ports, id);
    // Not for want of room.
    clock.advance(30_001);
    expect(await ask()).toEqual({ state: 'exhausted' });
    clock.advance(600_000);
    expect(await ask()).toEqual({ state: 'unknown' });
  });

  test('verify takes an identifier over from unverified copies, and never from its owner', async () => {
    const { ports } = await createShop();
    const owned = { kind: 'phone', value: '+919876543210', callingCode: 91 } as const;
    const one = newUser();
    const two = newUser({ identifiers: [{ ...owned, verified: true, primary: true }] });
    await registerUser(ports, one);
    await registerUser(ports, two);
    const copier = await ports.users.find(two.id);
    const claimed = { kind: 'phone', value: '+917000000001', callingCode: 91 } as const;
    if (!copier) throw new Error('no user');
    await ports.users.update(copier, { profile: {}, add: [claimed], max: 10, now: 1 });
    const mine = await opened(ports, { identifier: claimed, purpose: 'profile', userId: one.id });
    const settle = await judged(ports, mine.id, { userId: one.id });
    const done = await settle({ kind: 'verify', userId: one.id, max: 10 }, { readBack: one.id });
    expect(done).toMatchObject({
      state: 'done',
      user: { identifiers: [{ primary: true }, { ...claimed, verified: true, primary: false }] },
    });
    expect((await ports.users.find(two.id))?.identifiers).toEqual([
      { ...owned, verified: true, primary: true, verifiedAt: two.createdAt },
    ]);
    const theirs = await opened(ports, { identifier: owned, purpose: 'profile', userId: one.id });
    const refused = await (
      await judged(ports, theirs.id, { userId: one.id })
    )({ kind: 'verify', userId: one.id, max: 10 });
    expect(refused).toEqual({ state: 'taken', field: 'phone' });
    expect((await tried(ports, theirs.id, { userId: one.id })).found.state).toBe('right');
  });

  test('verify again leaves an identifier as old as its first proof', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const { id } = await opened(ports, { purpose: 'profile', userId: user.id });
    const settle = await judged(ports, id, { userId: user.id });
    const effect = { kind: 'verify', userId: user.id, max: 10 } as const;
    expect(await settle(effect, { readBack: user.id })).toMatchObject({
      state: 'done',
      user: { identifiers: [{ ...PHONE, verified: true, verifiedAt: user.createdAt }] },
    });
  });

  test('verify is full at the limit, and uses nothing up', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const more = { ...PHONE, value: '+919876543210' };
    const { id } = await opened(ports, { identifier: more, purpose: 'profile', userId: user.id });
    const settle = await judged(ports, id, { userId: user.id });
    expect(await settle({ kind: 'verify', userId: user.id, max: 1 })).toEqual({ state: 'full' });
    expect((await tried(ports, id, { userId: user.id })).found.state).toBe('right');
  });

  test('create ends the registration in one user with its proof, and a twin username is told', async () => {
    const { ports } = await createShop();
    const now = ports.clock.now();
    const registration = registrationOf(hex(32), now);
    const of = { registration: registration.id };
    const first = await opened(ports);
    await (
      await judged(ports, first.id)
    )({ kind: 'prove', registration, isNew: true });
    const last = await opened(ports);
    const { found } = await tried(ports, last.id, of);
    expect(found).toMatchObject({
      state: 'right',
      registration: { proofs: [{ ...PHONE, provenAt: expect.any(Number) }] },
    });
    const user = newUser();
    const event = eventOf('account.registered', user.id, now);
    const settle = await judged(ports, last.id, of);
    const effect = { kind: 'create', registration: registration.id, user, event } as const;
    expect(await settle(effect, { readBack: user.id })).toMatchObject({
      state: 'done',
      user: { id: user.id, identifiers: [{ ...PHONE, verified: true, primary: true }] },
    });
    const late = await opened(ports);
    const again = await judged(ports, late.id, of);
    expect(await again({ ...effect, user: newUser({ identifiers: [] }) })).toEqual({
      state: 'lost',
    });
    const other = { ...PHONE, value: '+919876543210', verified: true, primary: true };
    const twin = newUser({ username: user.username, identifiers: [other] });
    const { settled } = await registerUser(ports, twin);
    expect(settled).toEqual({ state: 'taken', field: 'username' });
  });

  test.each(['bind', 'create'] as const)(
    'of two tries of one code the one that loses leaves the registration to the winner: %s',
    async (kind) => {
      const { ports, clock } = await createShop();
      const now = clock.now();
      const registration = registrationOf(hex(32), now);
      await ports.registrations.begin(registration, { identifiers: [] });
      const { id } = await opened(ports);
      const tries = [await judged(ports, id), await judged(ports, id)];
      const users = [newUser(), newUser()];
      const event = eventOf('account.registered', undefined, now);
      const states = [];
      const left = [];
      for (const [at, user] of users.entries()) {
        const of = { registration: registration.id };
        const effect =
          kind === 'bind'
            ? { kind, ...of, userId: user.id, adopts: [] }
            : { kind, ...of, user, event };
        states.push((await tries[at]?.(effect))?.state);
        left.push((await ports.registrations.find(registration.id)).registration);
        clock.advance(1_000);
      }
      expect(states).toEqual(['done', 'lost']);
      expect(left[0]).toMatchObject({ userId: users[0]?.id });
      expect(left[1]).toEqual(left[0]);
    },
  );

  test('a settlement that wins ends the session that came with it; one that loses ends nothing', async () => {
    const { ports } = await createShop();
    const user = newUser();
    await registerUser(ports, user);
    const session = sessionOf(user.id, ports.clock.now(), hex(16));
    await ports.sessions.put(session);
    const { id } = await opened(ports);
    const [first, second] = [await judged(ports, id), await judged(ports, id)];
    const [won, lost] = [{ ...session, handle: hex(16) }, session];
    const signIn = (ends: typeof session) => signInOf(user.id, ports.clock.now(), [ends]);
    await first({ kind: 'none' }, { signIn: signIn(won) });
    expect(await second({ kind: 'none' }, { signIn: signIn(lost) })).toEqual({ state: 'lost' });
    expect((await ports.sessions.find(user.id, won.handle)).ended).toBe(true);
    expect((await ports.sessions.find(user.id, lost.handle)).ended).toBe(false);
    const entered = (await ports.audit.ofUser(user.id, 9)).filter(
      ({ action }) => action === 'sign_in',
    );
    expect(entered).toHaveLength(2);
  });
});
