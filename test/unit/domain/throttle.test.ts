/** Which budgets an act is charged to, written out: one that is dropped or swapped shows here before it shows as a bill. */
import { describe, expect, test } from 'vitest';
import { createVault } from '../../../src/adapters/crypto/vault.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import {
  linkLimits,
  loginFailures,
  otpBudget,
  proofFailures,
  registrationSends,
  checkBudgets,
  tokenFailures,
  tryRules,
} from '../../../src/domain/throttle.ts';
import type { Limit, Limits } from '../../../src/ports/index.ts';

const SECOND = 1000;
const QUARTER = 900 * SECOND;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** A number of its own for each limit, so that none can stand for another. */
const limits = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((name, index) => [name, 101 + index]),
) as unknown as Limits;
const key = (id: string) => ({ id, secret: crypto.getRandomValues(new Uint8Array(32)) });
const vault = createVault([key('new'), key('old')]);
const ports = { vault, limits };

const EMAIL = { kind: 'email', value: 'asha@example.com' } as const;
const IP = '203.0.113.7';

const said = ({ name, window, max, windowMs }: Omit<Limit, 'buckets'>) => [
  name,
  window,
  max,
  windowMs,
];
const bucketsOf = async (prefix: string, text: string) =>
  (await vault.macs('budget', text)).map((mac) => `${prefix}:${mac}`);

/** What an identifier may get for one purpose. */
const perTarget = (what: string) => [
  ['send_gap', `${what}/gap`, 1, limits.sendGapSeconds * SECOND],
  ['sends_per_hour', `${what}/hour`, limits.sendsPerHour, HOUR],
  ['sends_per_day', `${what}/day`, limits.sendsPerDay, DAY],
  ['sends_per_identifier_day', 'any/day', limits.sendsPerIdentifierDay, DAY],
];
const PER_USER_DAY = ['messages_per_user_day', 'messages/day', limits.messagesPerUserDay, DAY];
const PER_USER_HOUR = ['links_per_user_hour', 'links/hour', limits.linksPerUserHour, HOUR];
const PER_ADDRESS = ['sends_per_ip_hour', 'sends/hour', limits.sendsPerIpHour, HOUR];

describe('a code', () => {
  test('is charged to its identifier, its user and its address; the address gets it back', async () => {
    const send = { identifier: EMAIL, purpose: 'profile', ip: IP, userId: 'asha' } as const;
    const budget = await otpBudget(ports, send);
    expect(budget.limits.limits.map(said)).toEqual([
      ...perTarget('profile'),
      PER_USER_DAY,
      PER_ADDRESS,
    ]);
    const identifier = await bucketsOf('identifier', 'email:asha@example.com');
    expect(identifier).toHaveLength(2);
    expect(budget.limits.limits.map(({ buckets }) => buckets)).toEqual([
      identifier,
      identifier,
      identifier,
      identifier,
      ['user:asha'],
      await bucketsOf('address', IP),
    ]);
    expect(budget.refund.map(said)).toEqual([PER_ADDRESS]);
    expect(budget.triesBuckets).toEqual(identifier);
    expect(budget.limits.device).toBeUndefined();
  });

  test('of a known device is charged to the device instead of the identifier, and to the rest alike', async () => {
    const device = { userId: 'asha', id: 'd' };
    const send = { identifier: EMAIL, purpose: 'login', ip: IP, device } as const;
    const own = (await otpBudget(ports, send)).limits.device;
    expect(own?.userId).toBe('asha');
    expect(own?.limits.map(said)).toEqual([...perTarget('login'), PER_ADDRESS]);
    expect(own?.limits.slice(0, 4).map(({ buckets }) => buckets)).toEqual(
      Array.from({ length: 4 }, () => ['device:d']),
    );
  });

  test('whose wrong tries are counted per code, per identifier, and apart for a known device', () => {
    const perIdentifier = {
      name: 'otp_tries_per_hour',
      window: 'tries/hour',
      max: limits.otpWrongPerIdentifierHour,
      windowMs: HOUR,
    };
    expect(tryRules(limits)).toEqual({ maxTries: limits.otpTriesPerCode, perIdentifier });
    expect(tryRules(limits, { userId: 'asha', id: 'd' }).device).toEqual({
      userId: 'asha',
      buckets: ['device:d'],
    });
  });
});

test('a link is charged to its identifier, its user for an hour and a day, and its address', async () => {
  expect((await linkLimits(ports, EMAIL, 'verify_email', 'asha', IP)).map(said)).toEqual([
    ...perTarget('verify_email'),
    PER_USER_DAY,
    PER_USER_HOUR,
    PER_ADDRESS,
  ]);
  expect((await linkLimits(ports, EMAIL, 'reset', undefined, IP)).map(said)).toEqual([
    ...perTarget('reset'),
    PER_ADDRESS,
  ]);
});

test('a registration has three numbers of its own', () => {
  expect(registrationSends(limits)).toEqual({
    perIdentifier: limits.messagesPerRegistrationIdentifier,
    total: limits.messagesPerRegistration,
    identifiersPerKind: limits.identifiersPerRegistrationKind,
  });
});

test('failed logins are charged to the account and the address, refused proofs to the address', async () => {
  const perIp = limits.loginFailuresPerIpQuarter;
  const login = await loginFailures(ports, 'asha', IP);
  expect(login.account).toEqual({
    name: 'login_failures',
    window: 'passwords/quarter',
    max: limits.loginFailuresPerAccountQuarter,
    windowMs: QUARTER,
    unknown: await bucketsOf('login', 'asha'),
  });
  expect(login.address.map(said)).toEqual([
    ['login_failures_per_ip', 'passwords/quarter', perIp, QUARTER],
  ]);
  expect((await proofFailures(ports, IP)).map(said)).toEqual([
    ['login_failures_per_ip', 'proofs/quarter', perIp, QUARTER],
  ]);
});

test('failed token requests are charged to the client from this address, and to the address', async () => {
  const { client, address } = await tokenFailures(ports, 'key', IP);
  expect([...client, ...address].map(said)).toEqual([
    ['token_failures', 'tokens/quarter', limits.tokenFailuresPerQuarter, QUARTER],
    ['token_failures_per_ip', 'tokens/quarter', limits.tokenFailuresPerIpQuarter, QUARTER],
  ]);
  expect(client[0]?.buckets).toEqual(await bucketsOf('oauth', `key\n${IP}`));
  const elsewhere = await tokenFailures(ports, 'key', '203.0.113.8');
  expect(elsewhere.client[0]?.buckets).not.toEqual(client[0]?.buckets);
});

test('an IPv6 address is counted by what one subscriber holds; this machine is not counted', async () => {
  const bucketOf = async (ip: string) => (await proofFailures(ports, ip))[0]?.buckets;
  expect(await bucketOf('2001:db8::1')).toEqual(await bucketOf('2001:db8::2'));
  expect(await bucketOf('2001:db8::1')).not.toEqual(await bucketOf('2001:db8:0:1::1'));
  expect(await bucketOf('127.0.0.1')).toBeUndefined();
  expect(await bucketOf('')).toBeUndefined();
});

test('several sends are asked for together; a single one judges itself, unless something dear comes first', async () => {
  const asked: Limit[][] = [];
  const spent = { limit: 'send_gap', retryAfterSeconds: 7 };
  const check = async (all: readonly Limit[]) => {
    asked.push([...all]);
    return spent;
  };
  const room = {
    clock: { now: () => 0 },
    budgets: { check, charge: check, giveBack: async () => undefined },
  };
  const sends = () => ['a@example.com', 'b@example.com'].map(async () => proofFailures(ports, IP));
  expect(await checkBudgets(room, [], true)).toBeUndefined();
  expect(await checkBudgets(room, sends().slice(1))).toBeUndefined();
  expect(asked).toEqual([]);
  expect(await checkBudgets(room, sends().slice(1), true)).toBe(spent);
  expect(await checkBudgets(room, sends())).toBe(spent);
  expect(asked.map(({ length }) => length)).toEqual([1, 2]);
});
