/** How a flow ends: with a value, or with a failure whose code the row declares. Handlers return either as it is. */

/** One mistake in the request: where it is (`body.mobile`) and what is wrong there. */
export interface FieldError {
  path: string;
  message: string;
}

/** The details of a failure beside its code. */
export interface FailureDetail {
  /** Public. Replaces the standard message of the code, to name the field or the limit. */
  readonly message?: string;
  /** Public. Facts a storefront routes on, such as `{ is_blocked: true }`. */
  readonly meta?: Record<string, unknown>;
  /** Public. The mistakes of a 400, one by one. */
  readonly errors?: FieldError[];
  /** Public. Whole seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** For the log only; never sent. */
  readonly internal?: unknown;
}

/** A failure is returned, never thrown. @typeParam C its code, one of the catalogue in http/errors.ts */
export interface Failure<C extends string = string> extends FailureDetail {
  readonly ok: false;
  readonly code: C;
}

export type Result<T, C extends string> =
  | { readonly ok: true; readonly value: T }
  // One failure per code, so that a caller can tell them apart by `code`.
  | (C extends string ? Failure<C> : never);

/** The success of a `Result`. */
export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });

/** The failure of a `Result`. */
export function err<C extends string>(code: C, detail: FailureDetail = {}): Failure<C> {
  return { ...detail, ok: false, code };
}

/** A field of the request that is not what it should be: `body.dob must be a date in the past`. */
export function invalidField(path: string, message: string): Failure<'validation_failed'> {
  return err('validation_failed', {
    message: `${path} ${message}.`,
    errors: [{ path, message }],
  });
}

/** A field that this application demands. */
export function requiredField(path: string): Failure<'required_field_missing'> {
  return err('required_field_missing', {
    message: `${path} is required.`,
    errors: [{ path, message: 'is required' }],
  });
}

/** A spent limit: its name goes into `meta.limit`, `retryAfterSeconds` into `meta.retry_after` and the header. */
export function rateLimited({
  limit,
  retryAfterSeconds,
}: {
  limit: string;
  retryAfterSeconds: number;
}): Failure<'too_many_requests'> {
  return err('too_many_requests', {
    // Beside the header, because the SDK's errors carry no headers.
    meta: { limit, retry_after: retryAfterSeconds },
    retryAfterSeconds,
  });
}
