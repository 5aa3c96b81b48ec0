/** Budgets: how often something may happen. */

/**
 * At most `max` charges in a window of `windowMs`, which begins with its first charge. A budget is one stored row however
 * often it is charged, so several limits of one subject share a bucket, each under the name of its window.
 */
export interface Limit {
  /** Public name, as `meta.limit` gives it. */
  name: string;
  /**
   * The subject that is counted. Where its name holds a keyed hash there is one for each living key: the first is charged,
   * all of them count, so that a new key refills no budget.
   */
  buckets: readonly string[];
  /** Name of the window within the bucket. */
  window: string;
  max: number;
  windowMs: number;
}
/** A spent budget: which, and the whole seconds until it has room again. */
export interface Limited {
  limit: string;
  retryAfterSeconds: number;
}

/** The bounds of the cost of SMS (D-76). Judged and counted in the batch of the send it belongs to. */
export interface SmsGuard {
  at: number;
  /** Sends of the application in a day (UTC). */
  perDay: number;
  /** Sends from which on a warning says that the cap is near. */
  alertAt: number;
  /** Of a send to another country than the application's own: when too few are verified, such sends pause. */
  foreign?: { minSends: number; minVerifiedPercent: number; pauseMs: number };
}

/**
 * The budgets of an act on an identifier. A device that has signed its owner in before has budgets of its own, so that a
 * stranger cannot use up the owner's.
 */
export interface IdentifierLimits {
  limits: Limit[];
  device?: { userId: string; limits: Limit[] };
}

export interface Budgets {
  /** Charges every limit once, or none when one of them has no room. */
  charge(limits: readonly Limit[], now: number): Promise<Limited | undefined>;
  /** Takes charges back that were made at `chargedAt`; those of a window that has ended meanwhile are gone anyway. */
  giveBack(limits: readonly Limit[], chargedAt: number): Promise<void>;
  /** The limit that refuses one more charge; nothing is charged. */
  check(limits: readonly Limit[], now: number): Promise<Limited | undefined>;
}
