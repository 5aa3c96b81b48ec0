/** Sending a one-time code, new or again. The answer never depends on who is known. */
import type {
  Application,
  Challenge,
  IdentifierRef,
  Message,
  NewChallenge,
  OtpPurpose,
  Ports,
} from '../ports.ts';
import { hex } from './hex.ts';
import { accept, refuse, tooMany, type Result } from './result.ts';
import { countryRefusal, smsGuard } from './sms-guard.ts';
import { otpBudget } from './throttle.ts';

/** ASVS 6.5.5. */
export const OTP_LIFE = 10 * 60_000;
const ANDROID_HASH = /^[A-Za-z0-9+/]{11}$/;

export interface SendOtp {
  identifier: IdentifierRef;
  purpose: OtpPurpose;
  /** Whose profile the code is for; `profile` only. */
  userId?: string;
  /** Hash of the register_token; `register` only. */
  registration?: string;
  ip: string;
  androidHash?: string;
}

/** What the caller needs to verify the code, or to have it sent again. */
export interface SentOtp {
  requestId: string;
  resendToken: string;
  /** Seconds until a resend is allowed. */
  resendTimer: number;
}

/**
 * The last line of an SMS (ruling 43): the app's hash for Android's retriever, else the WebOTP line, by which a browser
 * fills the code in on this shop's own pages only.
 */
function lastLine(application: Application, otp: string, androidHash?: string): string {
  if (androidHash && ANDROID_HASH.test(androidHash)) return androidHash;
  return `@${new URL(application.storefrontUrl).hostname} #${otp}`;
}

function otpMessage(
  application: Application,
  id: string,
  { kind, value }: IdentifierRef,
  otp: string,
  /** When it is sent, and when the code dies; both in milliseconds. */
  [createdAt, expiresAt]: readonly [number, number],
  androidHash?: string,
): Message {
  const sms = kind === 'phone';
  const minutes = Math.max(1, Math.floor((expiresAt - createdAt) / 60_000));
  return {
    id,
    channel: sms ? 'sms' : 'email',
    to: value,
    content: {
      template: 'otp',
      otp,
      minutes,
      lastLine: sms ? lastLine(application, otp, androidHash) : undefined,
    },
    createdAt,
  };
}

/** The fixed code of a test identifier, until its end date; nothing is sent to it, every budget holds (ruling 48). */
function fixedCode(
  ports: Pick<Ports, 'testIdentifiers'>,
  application: Application,
  { kind, value }: IdentifierRef,
  now: number,
): string | undefined {
  if (!ports.testIdentifiers) return undefined;
  const listed = application.testIdentifiers.find(
    (one) => one.kind === kind && one.value === value,
  );
  return listed && listed.until > now ? listed.otp : undefined;
}

/** Starts a challenge and hands its message over. A queue that refuses costs the caller nothing (ruling 44). */
export async function sendOtp(
  ports: Ports,
  application: Application,
  request: SendOtp,
): Promise<Result<SentOtp, 'too_many_requests' | 'validation_failed'>> {
  const { identifier, purpose, userId, registration } = request;
  const now = ports.clock.now();
  const fixed = fixedCode(ports, application, identifier, now);
  const refused = fixed === undefined && countryRefusal(ports, application, [identifier]);
  if (refused) return refused;
  const sms = fixed === undefined ? smsGuard(ports, application, identifier, now) : undefined;
  const otp = fixed ?? ports.random.otp();
  const id = hex(ports.random.bytes(16));
  const [budget, sealedCode] = await Promise.all([
    otpBudget(ports.vault, ports.limits, identifier, purpose, request.ip),
    ports.vault.seal('otp', otp),
  ]);
  const challenge: NewChallenge = {
    id,
    purpose,
    identifier,
    sealedCode,
    resendToken: ports.random.uuid(),
    userId,
    registration,
    createdAt: now,
    expiresAt: now + OTP_LIFE,
  };
  const limited = await ports.otps.open({ challenge, ...budget, sms });
  if (limited) return tooMany(limited);
  const message = otpMessage(
    application,
    id,
    identifier,
    otp,
    [now, challenge.expiresAt],
    request.androidHash,
  );
  try {
    const send = fixed === undefined ? ports.notifier.send(message) : undefined;
    await Promise.all([ports.otps.keep(challenge), send]);
  } catch (outage) {
    await ports.otps.cancel(id, sms);
    throw outage;
  }
  return accept(sent(challenge, ports));
}

const sent = (challenge: Pick<Challenge, 'id' | 'resendToken'>, ports: Ports): SentOtp => ({
  requestId: challenge.id,
  resendToken: challenge.resendToken,
  resendTimer: ports.limits.sendGapSeconds,
});

export interface ResendOtp {
  token: string;
  identifier: IdentifierRef;
  ip: string;
  androidHash?: string;
}

/**
 * Sends the same live code again, under the same request id and token: storefronts keep the first ones (ruling 11).
 * `notHereYet`: this location cannot read the code yet; the caller may try again.
 */
export async function resendOtp(
  ports: Ports,
  application: Application,
  { token, identifier, ip, androidHash }: ResendOtp,
): Promise<Result<SentOtp, 'too_many_requests' | 'resend_token_invalid' | 'unavailable'>> {
  const now = ports.clock.now();
  const ref = hex(ports.random.bytes(16));
  const limitsOf = async (purpose: OtpPurpose) =>
    (await otpBudget(ports.vault, ports.limits, identifier, purpose, ip)).limits;
  const [login, profile, register] = await Promise.all([
    limitsOf('login'),
    limitsOf('profile'),
    limitsOf('register'),
  ]);
  const limits = { login, profile, register };
  const fixed = fixedCode(ports, application, identifier, now);
  // A country that is refused has no live code to send again, unless it was taken off the list meanwhile.
  const sms = fixed === undefined ? smsGuard(ports, application, identifier, now) : undefined;
  const found = await ports.otps.resend({ token, identifier, limits, ref, now, sms });
  if (found.state === 'unknown') return refuse('resend_token_invalid');
  if (found.state === 'not_here_yet') return refuse('unavailable', { retryAfter: 2 });
  if (found.state === 'limited') return tooMany(found.limited);
  try {
    const otp = await ports.vault.open('otp', found.sealedCode);
    if (fixed === undefined) {
      const life = [now, found.challenge.expiresAt] as const;
      await ports.notifier.send(otpMessage(application, ref, identifier, otp, life, androidHash));
    }
  } catch (outage) {
    await ports.otps.cancelResend(ref, sms);
    throw outage;
  }
  return accept(sent(found.challenge, ports));
}
