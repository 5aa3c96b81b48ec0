/** `vestibule/session`: who is signed in, for other services of the shop (docs/SESSIONS.md). */
export type {
  SessionsBinding,
  SessionSource,
  SessionsProps,
  SessionUser,
  Shopper,
} from './binding.ts';
export {
  SessionTokenError,
  sessionsErrorCode,
  type SessionsErrorCode,
  type SessionTokenReason,
} from './errors.ts';
export { sessionKeys, type SessionKeys, type SessionKeySet } from './keys.ts';
export { verifySessionToken, type SessionClaims, type VerifyOptions } from './verify.ts';
