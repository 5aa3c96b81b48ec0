/** Figures about requests, for whoever runs the Worker. */

/** One request, without anything personal. */
export interface RequestPoint {
  /** Such as `application.loginWithOTP`; undefined for a path that no operation takes. */
  operation?: string | undefined;
  /** Undefined when the request was refused before its application was known. */
  applicationId?: string | undefined;
  status: number;
  /** Of an error. */
  code?: string | undefined;
  /** Time that passed while the request waited for D1, KV and others: a Worker's clock stands still while it computes. */
  waitMs: number;
}

/** Notes a request. Never throws, and is nothing to wait for. */
export type Meter = (point: RequestPoint) => void;
