/** Budgets: how often something may happen. */

/** At most `max` charges on `bucket` within the last `windowMs`. */
export interface Limit {
  /** Public name, as `meta.limit` gives it. */
  name: string;
  bucket: string;
  max: number;
  windowMs: number;
}
/** A spent budget: which, and the whole seconds until it has room again. */
export interface Limited {
  limit: string;
  retryAfter: number;
}

/** What bounds the cost of SMS (security.md). Judged and counted in the batch of the send it belongs to. */
export interface SmsGuard {
  at: number;
  /** Sends of the application in a day (UTC). */
  perDay: number;
  /** Sends from which on operators hear that the cap is near. */
  alertAt: number;
  /** Of a send to another country than the application's own: when too few are verified, such sends pause. */
  foreign?: { minSends: number; minVerifiedPercent: number; pauseMs: number };
}

export interface Budgets {
  /** Charges every bucket once, or none when one of the limits has no room. */
  charge(limits: Limit[], ref: string, now: number): Promise<Limited | undefined>;
  /** What stands in the way of one more charge, without charging. */
  check(limits: Limit[], now: number): Promise<Limited | undefined>;
}
