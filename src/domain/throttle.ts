/** Which budgets an act is charged to. The numbers come from configuration (`Limits`). */
import { DAY_MS, HOUR_MS, SECOND_MS } from '../shared/time.ts';
import type {
  DeviceRef,
  IdentifierLimits,
  IdentifierRef,
  Limit,
  Limited,
  Limits,
  LinkKind,
  OtpPurpose,
  Ports,
  RegistrationSends,
  TryRules,
  Vault,
} from '../ports/index.ts';
import { addressBlock, isLoopback } from './client-address.ts';

const QUARTER_HOUR_MS = HOUR_MS / 4;

/**
 * Buckets hold keyed hashes, so that the ledger names no person: one for each living key, the newest first. The first is
 * charged and all of them count, so that a new key refills no budget.
 */
async function bucketsOf(vault: Vault, prefix: string, text: string): Promise<string[]> {
  return (await vault.macs('budget', text)).map((key) => `${prefix}:${key}`);
}

const ofIdentifier = async (vault: Vault, { kind, value }: IdentifierRef): Promise<string[]> =>
  bucketsOf(vault, 'identifier', `${kind}:${value}`);

/** Nothing for this machine and where the edge gives no address. */
async function ofAddress(
  vault: Vault,
  ip: string,
  limit: Omit<Limit, 'buckets'>,
): Promise<Limit[]> {
  if (isLoopback(ip)) return [];
  return [{ ...limit, buckets: await bucketsOf(vault, 'address', addressBlock(ip)) }];
}

const sendsPerAddress = (limits: Limits): Omit<Limit, 'buckets'> => ({
  name: 'sends_per_ip_hour',
  window: 'sends/hour',
  max: limits.sendsPerIpHour,
  windowMs: HOUR_MS,
});

/** @param what a purpose of codes or a kind of links: each has its own share of what an identifier may get */
const perTarget = (what: string, buckets: readonly string[], limits: Limits): Limit[] => [
  {
    name: 'send_gap',
    buckets,
    window: `${what}/gap`,
    max: 1,
    windowMs: limits.sendGapSeconds * SECOND_MS,
  },
  {
    name: 'sends_per_hour',
    buckets,
    window: `${what}/hour`,
    max: limits.sendsPerHour,
    windowMs: HOUR_MS,
  },
  {
    name: 'sends_per_day',
    buckets,
    window: `${what}/day`,
    max: limits.sendsPerDay,
    windowMs: DAY_MS,
  },
  {
    name: 'sends_per_identifier_day',
    buckets,
    window: 'any/day',
    max: limits.sendsPerIdentifierDay,
    windowMs: DAY_MS,
  },
];

/** Messages that one user causes, to however many identifiers. */
function perUser(userId: string | undefined, limits: Limits, link: boolean): Limit[] {
  if (userId === undefined) return [];
  const buckets = [`user:${userId}`];
  const day: Limit = {
    name: 'messages_per_user_day',
    buckets,
    window: 'messages/day',
    max: limits.messagesPerUserDay,
    windowMs: DAY_MS,
  };
  if (!link) return [day];
  const hour: Limit = {
    name: 'links_per_user_hour',
    buckets,
    window: 'links/hour',
    max: limits.linksPerUserHour,
    windowMs: HOUR_MS,
  };
  return [day, hour];
}

export interface OtpSend {
  identifier: IdentifierRef;
  purpose: OtpPurpose;
  ip: string;
  /** The user who causes the message, where one is known. */
  userId?: string;
  /** The browser has signed this user in before. */
  device?: DeviceRef;
}

export interface OtpBudget {
  limits: IdentifierLimits;
  /** Buckets of the identifier's wrong tries. */
  triesBuckets: string[];
  /** The charge that a verified code gives back: mobile carriers share IPv4 addresses. */
  refund: Limit[];
}

/** Sends of a code: per (identifier, purpose), per identifier over all purposes, per user, per address. */
export async function otpBudget(
  { vault, limits }: Pick<Ports, 'vault' | 'limits'>,
  { identifier, purpose, ip, userId, device }: OtpSend,
): Promise<OtpBudget> {
  const [buckets, address] = await Promise.all([
    ofIdentifier(vault, identifier),
    ofAddress(vault, ip, sendsPerAddress(limits)),
  ]);
  const shared = [...perUser(userId, limits, false), ...address];
  return {
    limits: {
      limits: [...perTarget(purpose, buckets, limits), ...shared],
      ...(device && {
        device: {
          userId: device.userId,
          limits: [...perTarget(purpose, [`device:${device.id}`], limits), ...shared],
        },
      }),
    },
    triesBuckets: buckets,
    refund: address,
  };
}

/** Sends of a link: per (identifier, kind), per identifier over everything, per user, per address. */
export async function linkLimits(
  { vault, limits }: Pick<Ports, 'vault' | 'limits'>,
  identifier: IdentifierRef,
  kind: LinkKind,
  /** Whose profile asks for it; undefined for a reset link. */
  userId: string | undefined,
  ip: string,
): Promise<Limit[]> {
  const [buckets, address] = await Promise.all([
    ofIdentifier(vault, identifier),
    ofAddress(vault, ip, sendsPerAddress(limits)),
  ]);
  return [...perTarget(kind, buckets, limits), ...perUser(userId, limits, true), ...address];
}

/** How many messages one registration may cause. */
export const registrationSends = (limits: Limits): Omit<RegistrationSends, 'registration'> => ({
  perIdentifier: limits.messagesPerRegistrationIdentifier,
  total: limits.messagesPerRegistration,
  identifiersPerKind: limits.identifiersPerRegistrationKind,
});

/**
 * Whether all of several sends have room, asked before the first goes out: a refusal halfway would leave a message sent
 * for a change that was not made. Each send is still judged exactly when it is charged.
 */
export async function checkBudgets(
  ports: Pick<Ports, 'budgets' | 'clock'>,
  sends: readonly Promise<Limit[]>[],
  /** Whether expensive or lasting work comes before the first send; a single send judges itself otherwise. */
  expensive = false,
): Promise<Limited | undefined> {
  if (sends.length === 0 || (sends.length === 1 && !expensive)) return undefined;
  const limits = await Promise.all(sends);
  return ports.budgets.check(limits.flat(), ports.clock.now());
}

/** Wrong tries of a code, and of an identifier over all its codes: a new code does not refill those. */
export function tryRules(limits: Limits, device?: DeviceRef): TryRules {
  return {
    maxTries: limits.otpTriesPerCode,
    perIdentifier: {
      name: 'otp_tries_per_hour',
      window: 'tries/hour',
      max: limits.otpWrongPerIdentifierHour,
      windowMs: HOUR_MS,
    },
    ...(device && { device: { userId: device.userId, buckets: [`device:${device.id}`] } }),
  };
}

/** Wrong passwords: per account, also for one that does not exist, and per address. */
export async function loginFailures(
  { vault, limits }: Pick<Ports, 'vault' | 'limits'>,
  unknown: string,
  ip: string,
): Promise<{ account: Omit<Limit, 'buckets'> & { unknown: string[] }; address: Limit[] }> {
  const [names, address] = await Promise.all([
    bucketsOf(vault, 'login', unknown),
    ofAddress(vault, ip, {
      name: 'login_failures_per_ip',
      window: 'passwords/quarter',
      max: limits.loginFailuresPerIpQuarter,
      windowMs: QUARTER_HOUR_MS,
    }),
  ]);
  return {
    account: {
      name: 'login_failures',
      window: 'passwords/quarter',
      max: limits.loginFailuresPerAccountQuarter,
      windowMs: QUARTER_HOUR_MS,
      unknown: names,
    },
    address,
  };
}

/** Refused proofs of social and token logins, per address; apart from passwords, as no lock closes another login. */
export async function proofFailures(
  { vault, limits }: Pick<Ports, 'vault' | 'limits'>,
  ip: string,
): Promise<Limit[]> {
  return ofAddress(vault, ip, {
    name: 'login_failures_per_ip',
    window: 'proofs/quarter',
    max: limits.loginFailuresPerIpQuarter,
    windowMs: QUARTER_HOUR_MS,
  });
}

/** Questions who is registered: of an address, and of all addresses together. */
export async function existsLimits(
  { vault, limits }: Pick<Ports, 'vault' | 'limits'>,
  ip: string,
): Promise<Limit[]> {
  const address = await ofAddress(vault, ip, {
    name: 'exists_per_ip_hour',
    window: 'exists/hour',
    max: limits.existsPerIpHour,
    windowMs: HOUR_MS,
  });
  const application: Limit = {
    name: 'exists_per_application_hour',
    buckets: ['application'],
    window: 'exists/hour',
    max: limits.existsPerApplicationHour,
    windowMs: HOUR_MS,
  };
  return [...address, application];
}

/** Failed token requests: of a client from one address (D-66), and of that address whatever client it names. */
export async function tokenFailures(
  { vault, limits }: Pick<Ports, 'vault' | 'limits'>,
  clientKey: string,
  ip: string,
): Promise<{ client: Limit[]; address: Limit[] }> {
  const [buckets, address] = await Promise.all([
    bucketsOf(vault, 'oauth', `${clientKey}\n${addressBlock(ip)}`),
    ofAddress(vault, ip, {
      name: 'token_failures_per_ip',
      window: 'tokens/quarter',
      max: limits.tokenFailuresPerIpQuarter,
      windowMs: QUARTER_HOUR_MS,
    }),
  ]);
  const client: Limit = {
    name: 'token_failures',
    buckets,
    window: 'tokens/quarter',
    max: limits.tokenFailuresPerQuarter,
    windowMs: QUARTER_HOUR_MS,
  };
  return { client: [client], address };
}
