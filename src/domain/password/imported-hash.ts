/** Password hashes that users brought from another system: which of them count, and what they make every login cost. Pure. */
import { DAY_MS } from '../../shared/time.ts';
import type { HashParameters, ImportedHashes } from '../../ports/index.ts';
import { DEFAULT_BCRYPT_COST, isOwn, parseHash, workClass } from './password-hash.ts';

/** How long imported hashes count when the application's record has no date yet. */
const IMPORTED_HASHES_DAYS = 90;
/** Until when imported hashes count by default. Both are milliseconds since 1970. */
export const defaultUntil = (now: number): number => now + IMPORTED_HASHES_DAYS * DAY_MS;

/** Why a policy does not count hashes of these parameters, which are not ours; undefined when it does. */
export function policyMismatch(
  of: HashParameters,
  { kinds, until, maxBcryptCost = DEFAULT_BCRYPT_COST }: ImportedHashes,
  now: number,
): string | undefined {
  if (kinds && !kinds.includes(of.kind)) return 'is of a kind that the application does not count';
  if (!(now < until)) return 'comes after the last day on which the application counts such hashes';
  return of.kind === 'bcrypt' && of.cost > maxBcryptCost
    ? `is bcrypt of a cost over ${maxBcryptCost}, the dearest that the application counts`
    : undefined;
}

/** Whether a hash may sign its owner in. Ours always do; without a policy no other does. */
export function hashCounts(
  hash: string | undefined,
  policy: ImportedHashes | undefined,
  now: number,
): boolean {
  const parsed = hash === undefined ? undefined : parseHash(hash);
  // The hasher judges hashes that cannot be read, and does the same work for them.
  if (!parsed?.ok || isOwn(parsed.value.parameters)) return true;
  return policy !== undefined && policyMismatch(parsed.value.parameters, policy, now) === undefined;
}

/** The parameters that stand for these in the work of every login: bcrypt is capped, all others stay. */
export const sharedWork = (of: HashParameters): HashParameters =>
  of.kind === 'bcrypt' ? { ...of, cost: Math.min(of.cost, DEFAULT_BCRYPT_COST) } : of;

/**
 * Hashes that each login computes beside one of ours, for known and unknown users alike, so that the time does not tell a user with an
 * imported hash from others: one of each class that was brought and still counts.
 */
export function importedWork(policy: ImportedHashes | undefined, now: number): HashParameters[] {
  const counting = (policy?.brought ?? []).filter(
    (one) => policy && policyMismatch(one, policy, now) === undefined,
  );
  return [...new Map(counting.map(sharedWork).map((one) => [workClass(one), one])).values()];
}
