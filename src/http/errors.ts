/**
 * Every error the API can answer: its code, status and public message, in one catalogue.
 * A handler names a code; nothing else in the project knows a status or a message.
 */
import type { Failure, FieldError } from '../shared/result.ts';

export const errorCatalogue = {
  // 400
  validation_failed: { status: 400, message: 'The request is not valid.' },
  otp_invalid: { status: 400, message: 'This code is not valid. Check it or ask for a new one.' },
  otp_exhausted: { status: 400, message: 'Too many wrong tries for this code. Ask for a new one.' },
  resend_token_invalid: {
    status: 400,
    message: 'This resend token is not valid any more. Ask for a new code.',
  },
  link_invalid: { status: 400, message: 'This link is not valid any more. Ask for a new one.' },
  forgot_token_invalid: {
    status: 400,
    message: 'This password reset is not valid any more. Start again.',
  },
  primary_unproven: {
    status: 400,
    message: 'Verify a code that was sent to the primary email or number first.',
  },
  register_token_invalid: {
    status: 400,
    message: 'This registration is not valid any more. Start again.',
  },
  required_field_missing: { status: 400, message: 'A required field is missing.' },
  identifier_unverified: { status: 400, message: 'Verify it first.' },
  identifier_last: { status: 400, message: 'It is needed to sign in and cannot be removed.' },
  identifier_limit: { status: 400, message: 'No more can be added to this account.' },
  attribute_limit: { status: 400, message: 'No more attributes can be defined.' },
  filter_too_wide: {
    status: 400,
    message: 'The filter finds too many customers. Narrow it by another condition.',
  },
  group_limit: { status: 400, message: 'No more groups can be made.' },
  job_limit: {
    status: 400,
    message: 'Too many jobs are at work. Start another when one has ended.',
  },
  password_weak: { status: 400, message: 'Choose a password that is harder to guess.' },
  password_wrong: { status: 400, message: 'The old password is wrong.' },
  reason_unknown: { status: 400, message: 'Choose one of the offered reasons.' },
  // 401
  unauthorized: { status: 401, message: 'The credentials of the caller are missing or wrong.' },
  not_authenticated: { status: 401, message: 'Sign in first.' },
  login_failed: { status: 401, message: 'The username or the password is wrong.' },
  // 403
  otp_login_disabled: { status: 403, message: 'Login by OTP is switched off.' },
  password_login_disabled: { status: 403, message: 'Login by password is switched off.' },
  social_login_disabled: { status: 403, message: 'This login is switched off.' },
  forgot_password_disabled: { status: 403, message: 'Password reset is switched off.' },
  user_exists_disabled: {
    status: 403,
    message: 'To ask who is registered is switched off.',
  },
  registration_closed: { status: 403, message: 'Registration is closed.' },
  account_blocked: { status: 403, message: 'This account is blocked.' },
  account_deleted: { status: 403, message: 'This account has been deleted.' },
  application_inactive: { status: 403, message: 'Sign-in is switched off for this shop.' },
  captcha_failed: { status: 403, message: 'The captcha was not solved.' },
  origin_refused: { status: 403, message: 'Requests from this origin are not allowed.' },
  scope_missing: { status: 403, message: 'The access token lacks the scope for this operation.' },
  // 404, 405
  not_found: { status: 404, message: 'Not found.' },
  method_not_allowed: { status: 405, message: 'This method is not allowed here.' },
  // 409
  identifier_taken: { status: 409, message: 'It already belongs to another account.' },
  group_busy: {
    status: 409,
    message: 'An import of this group is still going on. Try again when it is over.',
  },
  attribute_taken: { status: 409, message: 'Another attribute has this slug.' },
  registration_finished: { status: 409, message: 'This registration is already finished.' },
  not_deleted: { status: 409, message: 'This account is neither archived nor deleted.' },
  undelete_too_late: { status: 409, message: 'This account can no longer be restored.' },
  // 413, 415, 429
  payload_too_large: { status: 413, message: 'The body is larger than 64 KiB.' },
  unsupported_media_type: { status: 415, message: 'Send the body as application/json.' },
  too_many_requests: { status: 429, message: 'Too many requests. Try again later.' },
  // 5xx
  internal_error: { status: 500, message: 'Something went wrong on our side.' },
  unavailable: { status: 503, message: 'The service is not available right now. Try again.' },
  application_moving: {
    status: 503,
    message: 'The shop is being maintained. Try again in a few seconds.',
  },
  provider_unavailable: { status: 503, message: 'The login provider does not answer. Try again.' },
  file_storage_missing: {
    status: 503,
    message: 'There is no place for files: bind a bucket as FILES (docs/JOBS.md).',
  },
  misconfigured: { status: 503, message: 'The service is not set up completely.' },
  // The token endpoint speaks RFC 6749 section 5.2; these codes are its `error` values.
  invalid_request: { status: 400, message: 'The token request is not valid.' },
  unsupported_grant_type: { status: 400, message: 'Only client_credentials is supported.' },
  invalid_scope: { status: 400, message: 'The client may not have this scope.' },
  invalid_client: { status: 401, message: 'The client key or the secret is wrong.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A failure of the API: its code is one of the catalogue. */
export type ApiFailure<C extends ErrorCode = ErrorCode> = Failure<C>;

/** Tells a failure from any other object that a handler or a guard returns. */
export function isFailure(value: object): value is ApiFailure {
  return 'ok' in value && value.ok === false && 'code' in value;
}

/** The one error body (D-18). `authenticated` is what the documents promise on a 401 without a session. */
export interface ErrorBody {
  message: string;
  code: ErrorCode;
  status: number;
  request_id: string;
  meta?: Record<string, unknown>;
  errors?: FieldError[];
  authenticated?: false;
  /** RFC 6749 section 5.2, on the token endpoint only. */
  error?: string;
  error_description?: string;
}

export const OAUTH_CODES: ReadonlySet<string> = new Set([
  'invalid_request',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_client',
]);

/** Turns a failure into the body that is sent. `requestId` is repeated in the log line. */
export function errorBody(failure: ApiFailure, requestId: string): ErrorBody {
  const { status, message: standard } = errorCatalogue[failure.code];
  const message = failure.message ?? standard;
  return {
    message,
    code: failure.code,
    status,
    request_id: requestId,
    ...(failure.meta && { meta: failure.meta }),
    ...(failure.errors && { errors: failure.errors }),
    ...(failure.code === 'not_authenticated' && { authenticated: false as const }),
    ...(OAUTH_CODES.has(failure.code) && { error: failure.code, error_description: message }),
  };
}

/** Seconds after which a caller may try again when nothing more exact is known. */
const RETRY_AFTER_OUTAGE = 2;

/** The response of a failure, `Retry-After` on every 429 and 503 included. */
export function errorResponse(failure: ApiFailure, requestId: string): Response {
  const { status } = errorCatalogue[failure.code];
  const headers = new Headers();
  const retryAfter = failure.retryAfterSeconds ?? (status === 503 ? RETRY_AFTER_OUTAGE : undefined);
  if (retryAfter !== undefined) headers.set('retry-after', String(Math.max(1, retryAfter)));
  if (failure.code === 'invalid_client') headers.set('www-authenticate', 'Basic realm="oauth"');
  return Response.json(errorBody(failure, requestId), { status, headers });
}
