/** Why a session token was refused, and why a call over the binding failed. */

/** `keys_unavailable` says nothing of the token: answer 503. All others: nobody is signed in. */
export type SessionTokenReason =
  | 'malformed'
  | 'algorithm_refused'
  | 'type_wrong'
  | 'key_unknown'
  | 'signature_wrong'
  | 'issuer_wrong'
  | 'audience_wrong'
  | 'expired'
  | 'not_yet_valid'
  | 'claim_missing'
  | 'application_wrong'
  | 'keys_unavailable'
  | 'options_wrong';

/** The one error of `verifySessionToken`. Neither the message nor the cause holds the token. */
export class SessionTokenError extends Error {
  readonly reason: SessionTokenReason;
  constructor(reason: SessionTokenReason, message: string, cause?: unknown) {
    super(`${reason}: ${message}`, { cause });
    this.name = 'SessionTokenError';
    this.reason = reason;
  }
}

export const SESSIONS_ERROR_CODES = [
  /** Neither the binding's props nor the first argument name an application. */
  'application_missing',
  'application_unknown',
  /** The binding's props name another application. */
  'application_refused',
  'argument_wrong',
  /** `end` needs `worker` in the binding's props: the audit says who did it. */
  'worker_unnamed',
  /** A store does not answer; nobody is known to be signed out. */
  'unavailable',
  /** Vestibule's own settings are wrong; its log says which. */
  'misconfigured',
  'internal_error',
] as const;
export type SessionsErrorCode = (typeof SESSIONS_ERROR_CODES)[number];

/**
 * The error that calls over the binding throw. Whether class, name and properties arrive depends on the compatibility date of
 * the calling Worker; the message always does, so it begins with the code.
 */
export class SessionsError extends Error {
  readonly code: SessionsErrorCode;
  constructor(code: SessionsErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = 'SessionsError';
    this.code = code;
  }
}

/** The code of an error that a call over the binding threw; undefined when it is none of ours. */
export function sessionsErrorCode(error: unknown): SessionsErrorCode | undefined {
  if (!(error instanceof Error)) return undefined;
  const message = error.message.replace(/^SessionsError: /, '');
  return SESSIONS_ERROR_CODES.find((code) => message.startsWith(`${code}: `));
}
