/** How a flow ends: with a value, or with a refusal that the handler turns into the row's declared error. */

export interface Refused<C extends string = string> {
  readonly ok: false;
  readonly code: C;
  /** Public; replaces the standard message of the code. */
  readonly message?: string;
  readonly meta?: Record<string, unknown>;
  readonly errors?: { path: string; message: string }[];
  /** Whole seconds. */
  readonly retryAfter?: number;
  /** For the log only. */
  readonly internal?: string;
}
export type Result<T, C extends string> =
  | { readonly ok: true; readonly value: T }
  // One refusal per code, so that a caller can tell them apart by `code`.
  | (C extends string ? Refused<C> : never);

export const accept = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });

export function refuse<C extends string>(
  code: C,
  detail: Omit<Refused, 'ok' | 'code'> = {},
): Refused<C> {
  return { ...detail, ok: false, code };
}

/** A field of the body that is not what it should be: `body.dob must be a date in the past`. */
export function badField(path: string, message: string): Refused<'validation_failed'> {
  return refuse('validation_failed', {
    message: `${path} ${message}.`,
    errors: [{ path, message }],
  });
}

/** A field that this shop demands. */
export function missingField(path: string): Refused<'required_field_missing'> {
  return refuse('required_field_missing', {
    message: `${path} is required.`,
    errors: [{ path, message: 'is required' }],
  });
}

/** A spent budget; `meta.limit` says which. */
export function tooMany(limited: {
  limit: string;
  retryAfter: number;
}): Refused<'too_many_requests'> {
  return refuse('too_many_requests', {
    // Beside the header, because the SDK's errors carry no headers.
    meta: { limit: limited.limit, retry_after: limited.retryAfter },
    retryAfter: limited.retryAfter,
  });
}
