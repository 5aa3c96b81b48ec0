/** Which budgets an act is charged to. The numbers come from configuration (`Limits`), their defaults from security.md. */
import type {
  IdentifierRef,
  Limit,
  Limited,
  Limits,
  LinkKind,
  OtpPurpose,
  Ports,
  Vault,
} from '../ports.ts';
import { addressBlock, isLoopback } from './client-address.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** Buckets hold keyed hashes, so that the ledger names no person. */
async function identifierKey(vault: Vault, { kind, value }: IdentifierRef): Promise<string> {
  return vault.mac('budget', `${kind}:${value}`);
}

async function addressLimits(vault: Vault, limits: Limits, ip: string): Promise<Limit[]> {
  if (isLoopback(ip)) return [];
  const bucket = `sends:ip:${await vault.mac('budget', addressBlock(ip))}`;
  return [{ name: 'sends_per_ip_hour', bucket, max: limits.sendsPerIpHour, windowMs: HOUR }];
}

const perTarget = (bucket: string, limits: Limits): Limit[] => [
  { name: 'send_gap', bucket, max: 1, windowMs: limits.sendGapSeconds * SECOND },
  { name: 'sends_per_hour', bucket, max: limits.sendsPerHour, windowMs: HOUR },
  { name: 'sends_per_day', bucket, max: limits.sendsPerDay, windowMs: DAY },
];

const perIdentifierDay = (key: string, limits: Limits): Limit => ({
  name: 'sends_per_identifier_day',
  bucket: `sends:any:${key}`,
  max: limits.sendsPerIdentifierDay,
  windowMs: DAY,
});

const perUser = (userId: string, limits: Limits): Limit => ({
  name: 'links_per_user_hour',
  bucket: `links:${userId}`,
  max: limits.linksPerUserHour,
  windowMs: HOUR,
});

export interface OtpBudget {
  limits: Limit[];
  /** Bucket of the identifier's wrong tries. */
  triesBucket: string;
  /** Bucket that a verified code gets back: mobile carriers share IPv4 addresses. */
  refundOnSuccess?: string;
}

/** Sends of a code: per (identifier, purpose), per identifier over all purposes, per address. */
export async function otpBudget(
  vault: Vault,
  limits: Limits,
  identifier: IdentifierRef,
  purpose: OtpPurpose,
  ip: string,
): Promise<OtpBudget> {
  const [key, address] = await Promise.all([
    identifierKey(vault, identifier),
    addressLimits(vault, limits, ip),
  ]);
  return {
    limits: [
      ...perTarget(`sends:${purpose}:${key}`, limits),
      perIdentifierDay(key, limits),
      ...address,
    ],
    triesBucket: `tries:${key}`,
    refundOnSuccess: address[0]?.bucket,
  };
}

/** Sends of a link: per (identifier, kind), per identifier over everything, per user, per address. */
export async function linkLimits(
  vault: Vault,
  limits: Limits,
  identifier: IdentifierRef,
  kind: LinkKind,
  /** Whose profile asks for it; a reset link has nobody. */
  userId: string | undefined,
  ip: string,
): Promise<Limit[]> {
  const [key, address] = await Promise.all([
    identifierKey(vault, identifier),
    addressLimits(vault, limits, ip),
  ]);
  return [
    ...perTarget(`sends:${kind}:${key}`, limits),
    perIdentifierDay(key, limits),
    ...(userId === undefined ? [] : [perUser(userId, limits)]),
    ...address,
  ];
}

/**
 * Whether all of several sends have room, asked before the first goes out: a refusal halfway would leave a message sent
 * for a change that was not made. Each send is still judged exactly when it is charged.
 */
export async function roomForAll(
  ports: Pick<Ports, 'budgets' | 'clock'>,
  sends: readonly Promise<Limit[]>[],
  /** Whether something dear comes before the first send, such as a hash; a single send judges itself otherwise. */
  dear = false,
): Promise<Limited | undefined> {
  if (sends.length === 0 || (sends.length === 1 && !dear)) return undefined;
  const limits = await Promise.all(sends);
  return ports.budgets.check(limits.flat(), ports.clock.now());
}

/** Wrong tries of an identifier over all its codes: a new code does not refill it. */
export function wrongTries(limits: Limits): Omit<Limit, 'bucket'> {
  return { name: 'otp_tries_per_hour', max: limits.otpWrongPerIdentifierHour, windowMs: HOUR };
}

/** Wrong passwords: per account, also for one that does not exist, and per address. */
export async function loginFailures(
  vault: Vault,
  limits: Limits,
  unknown: string,
  ip: string,
): Promise<{ account: Omit<Limit, 'bucket'> & { unknown: string }; address: Limit[] }> {
  const windowMs = HOUR / 4;
  const [key, block] = await Promise.all([
    vault.mac('budget', `login:${unknown}`),
    vault.mac('budget', addressBlock(ip)),
  ]);
  return {
    account: {
      name: 'login_failures',
      max: limits.loginFailuresPerAccountQuarter,
      windowMs,
      unknown: key,
    },
    address: failuresPerIp(limits, ip, `login:ip:${block}`),
  };
}

const failuresPerIp = (limits: Limits, ip: string, bucket: string): Limit[] =>
  isLoopback(ip)
    ? []
    : [
        {
          name: 'login_failures_per_ip',
          bucket,
          max: limits.loginFailuresPerIpQuarter,
          windowMs: HOUR / 4,
        },
      ];

/** Refused proofs of social and token logins, per address; apart from passwords, as no lock closes another login. */
export async function proofFailures(vault: Vault, limits: Limits, ip: string): Promise<Limit[]> {
  const block = await vault.mac('budget', addressBlock(ip));
  return failuresPerIp(limits, ip, `proofs:ip:${block}`);
}

/** Failed token requests of a client from one address (ruling 31). */
export async function tokenFailures(
  vault: Vault,
  limits: Limits,
  clientKey: string,
  ip: string,
): Promise<Limit> {
  const key = await vault.mac('budget', `${clientKey}\n${addressBlock(ip)}`);
  return {
    name: 'token_failures',
    bucket: `oauth:${key}`,
    max: limits.tokenFailuresPerQuarter,
    windowMs: HOUR / 4,
  };
}
