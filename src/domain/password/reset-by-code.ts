/**
 * A new password by a one-time code: the code is exchanged for a forgot_token, which sets the password once. What is asked
 * for an identifier that nobody has, or that only a blocked account has, is answered like any other.
 */
import type {
  Application,
  ChallengeRef,
  DeviceRef,
  IdentifierRef,
  Ports,
} from '../../ports/index.ts';
import type { SendPermit } from '../captcha.ts';
import { FORGOT_TOKEN_LIFE_MS } from '../credentials.ts';
import { noticePasswordSet } from '../notices.ts';
import { shopperEvent } from '../operators/audit-event.ts';
import {
  resendOtp,
  sendOtp,
  type ResendRefusal,
  type SendRefusal,
  type SentOtp,
} from '../otp/send-otp.ts';
import { tryCode, type TryCodeErrorCode } from '../otp/try-code.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { checkNewPassword } from './password.ts';

const PURPOSES = ['forgot'] as const;

export interface ForgotSend {
  identifier: IdentifierRef;
  device?: DeviceRef;
  ip: string;
  androidHash?: string;
}

/** Sends a code to the active user who has the identifier verified. When there is none, the same statements run and nothing is sent. */
export async function sendForgotCode(
  ports: Ports,
  application: Application,
  send: ForgotSend,
  permit: SendPermit,
): Promise<Result<SentOtp, SendRefusal>> {
  return sendOtp(ports, application, { ...send, purpose: 'forgot', permit });
}

/** The same code again. @param token the resend token of the first answer */
export async function resendForgotCode(
  ports: Ports,
  application: Application,
  send: ForgotSend,
  token: string,
): Promise<Result<SentOtp, ResendRefusal>> {
  return resendOtp(ports, application, { ...send, token, purposes: PURPOSES });
}

/**
 * Uses a right code up.
 * @returns the forgot_token, which is kept as a hash only and lives for ten minutes
 */
export async function verifyForgotCode(
  ports: Ports,
  request: { challenge: ChallengeRef; otp: string; device?: DeviceRef },
): Promise<Result<string, TryCodeErrorCode>> {
  const tried = await tryCode(ports, { ...request, purposes: PURPOSES });
  if (!tried.ok) return tried;
  const { found, nonce, now } = tried.value;
  const token = ports.random.uuid();
  const id = await ports.vault.digest(token);
  const effect = { kind: 'forgot', token: { id, expiresAt: now + FORGOT_TOKEN_LIFE_MS } } as const;
  const settled = await ports.otps.consume({ challenge: found.challenge, nonce, effect, now });
  return settled.state === 'done' ? ok(token) : err('otp_invalid');
}

/** Sets the password; the token is used up, and all sessions of the user end. */
export async function resetByToken(
  ports: Ports,
  { token, password }: { token: string; password: string },
): Promise<Result<undefined, 'forgot_token_invalid' | 'password_weak'>> {
  const id = await ports.vault.digest(token);
  const user = await ports.links.findReset(id, 'forgot', ports.clock.now());
  if (!user) return err('forgot_token_invalid');
  const weak = await checkNewPassword(ports, password, user, 'body.password');
  if (weak) return weak;
  const hash = await ports.hasher.hash(password);
  // After the hash: a login with the old password that began meanwhile must not outlive the reset.
  const event = shopperEvent(ports, 'password.reset', user.id);
  const settled = await ports.links.reset(id, 'forgot', hash, event);
  if (settled.state !== 'done' || !settled.user) return err('forgot_token_invalid');
  noticePasswordSet(ports, settled.user);
  return ok(undefined);
}
