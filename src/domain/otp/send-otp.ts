/** Sending a one-time code, new or again. The answer never depends on who is known. */
import { MINUTE_MS } from '../../shared/time.ts';
import type {
  Application,
  DeviceRef,
  IdentifierRef,
  Message,
  NewChallenge,
  OtpPurpose,
  OpenChallenge,
  Ports,
} from '../../ports/index.ts';
import type { SendPermit } from '../captcha.ts';
import { OTP_LIFE_MS } from '../credentials.ts';
import { hex } from '../hex.ts';
import { ok, err, rateLimited, type Result } from '../../shared/result.ts';
import { checkCountry, smsGuard } from './sms-guard.ts';
import { otpBudget, registrationSends } from '../throttle.ts';
import { PURPOSES_OF_USER } from './otp-effect.ts';
import { codeMac } from './try-code.ts';

export interface SendOtp {
  identifier: IdentifierRef;
  purpose: OtpPurpose;
  /** A captcha was solved, or none was due. */
  permit: SendPermit;
  /** Whose profile the code is for (`profile`, `primary`, `update`), or whose registration (`register`). */
  userId?: string;
  /** The register_token's row; `register` only. A code ends with it. */
  registration?: { id: string; expiresAt: number };
  /** The end of what it depends on, in milliseconds: it ends with that. */
  endsAt?: number;
  /** The browser has signed this user in before. */
  device?: DeviceRef;
  ip: string;
  androidHash?: string;
}

/** The caller's data for verifying the code, or for having it sent again. */
export interface SentOtp {
  requestId: string;
  resendToken: string;
  /** Seconds until a resend is allowed. */
  resendTimer: number;
}

/**
 * The last line of an SMS (D-31): the app's hash for Android's retriever, when the application lists it, else the WebOTP
 * line, by which a browser fills the code in on this shop's own pages only. Any other text would let a caller put words of
 * its own into an official SMS.
 */
function lastLine(
  { hint }: Pick<Ports, 'hint'>,
  application: Application,
  otp: string,
  androidHash?: string,
): string {
  if (androidHash !== undefined) {
    if (application.androidHashes.includes(androidHash)) return androidHash;
    hint?.('An android_hash was ignored: list it with application set --android-hash.');
  }
  return `@${new URL(application.storefrontUrl).hostname} #${otp}`;
}

function otpMessage(
  ports: Pick<Ports, 'hint'>,
  application: Application,
  id: string,
  { kind, value }: IdentifierRef,
  otp: string,
  /** When it is sent, and when the code dies; both in milliseconds. */
  [createdAt, expiresAt]: readonly [number, number],
  androidHash?: string,
): Message {
  const sms = kind === 'phone';
  const minutes = Math.max(1, Math.floor((expiresAt - createdAt) / MINUTE_MS));
  return {
    id,
    channel: sms ? 'sms' : 'email',
    to: value,
    content: {
      template: 'otp',
      otp,
      minutes,
      lastLine: sms ? lastLine(ports, application, otp, androidHash) : undefined,
    },
    createdAt,
  };
}

/** The fixed code of a test identifier, until its end date; nothing is sent to it, every budget holds (D-75). */
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

/** `request_id` of the challenge that a resend token belongs to: the token itself is kept nowhere. */
async function challengeId({ vault }: Pick<Ports, 'vault'>, resendToken: string): Promise<string> {
  return (await vault.digest(`otp ${resendToken}`)).slice(0, 32);
}

/** Starts a challenge and hands its message over. A queue that refuses costs the caller nothing (D-71). */
export async function sendOtp(
  ports: Ports,
  application: Application,
  request: SendOtp,
): Promise<Result<SentOtp, SendRefusal>> {
  if (!application.config.active) return err('application_inactive');
  return sendOtpInSession(ports, application, request);
}

/** The same for a signed-in caller: a shop that is switched off has no sessions. */
export async function sendOtpInSession(
  ports: Ports,
  application: Application,
  request: SendOtp,
): Promise<Result<SentOtp, Exclude<SendRefusal, 'application_inactive'>>> {
  const { identifier, purpose, userId, registration } = request;
  const ends = [registration?.expiresAt, request.endsAt].filter((end) => end !== undefined);
  const now = ports.clock.now();
  const fixed = fixedCode(ports, application, identifier, now);
  const refused = fixed === undefined && checkCountry(ports, application, [identifier]);
  if (refused) return refused;
  const sms = fixed === undefined ? smsGuard(ports, application, identifier, now) : undefined;
  const otp = fixed ?? ports.random.otp();
  const resendToken = ports.random.uuid();
  const [budget, sealedCode, id] = await Promise.all([
    otpBudget(ports, request),
    ports.vault.seal('otp', otp),
    challengeId(ports, resendToken),
  ]);
  const challenge: NewChallenge = {
    id,
    purpose,
    identifier,
    sealedCode,
    codeMac: await codeMac(ports, id, identifier, otp),
    userId: PURPOSES_OF_USER.includes(purpose) ? userId : undefined,
    registration: registration?.id,
    createdAt: now,
    expiresAt: Math.min(now + OTP_LIFE_MS, ...ends),
  };
  const opening: OpenChallenge = {
    challenge,
    ...budget,
    ...(registration && {
      registrationSends: { ...registrationSends(ports.limits), registration: registration.id },
    }),
    sms,
  };
  const { limited, known } = await ports.otps.open(opening);
  if (limited) return rateLimited(limited);
  const life = [now, challenge.expiresAt] as const;
  const message = {
    ...otpMessage(ports, application, id, identifier, otp, life, request.androidHash),
    drop: !known,
  };
  try {
    const send = fixed === undefined ? ports.notifier.send(message) : undefined;
    await Promise.all([ports.otps.keep(challenge), send]);
  } catch (outage) {
    await ports.otps.cancel(opening);
    throw outage;
  }
  return ok(sent(id, resendToken, ports));
}

export type SendRefusal = 'too_many_requests' | 'validation_failed' | 'application_inactive';

const sent = (requestId: string, resendToken: string, { limits }: Ports): SentOtp => ({
  requestId,
  resendToken,
  resendTimer: limits.sendGapSeconds,
});

/** The purposes of the codes that the documented operations send and verify. */
export const DOCUMENTED_PURPOSES = ['login', 'profile', 'register'] as const;

export interface ResendOtp {
  token: string;
  /** The token of a code of any other purpose is not valid here. */
  purposes: readonly OtpPurpose[];
  identifier: IdentifierRef;
  /** Who is signed in. */
  userId?: string;
  device?: DeviceRef;
  ip: string;
  androidHash?: string;
}

export type ResendRefusal =
  | 'too_many_requests'
  | 'resend_token_invalid'
  | 'otp_exhausted'
  | 'application_inactive'
  | 'unavailable';

/**
 * Sends the same live code again, under the same request id and token: storefronts keep the first ones (D-40).
 * @returns `unavailable` when this location cannot read the code yet; the caller may try again
 */
export async function resendOtp(
  ports: Ports,
  application: Application,
  request: ResendOtp,
): Promise<Result<SentOtp, ResendRefusal>> {
  if (!application.config.active) return err('application_inactive');
  return resendOtpInSession(ports, application, request);
}

/** The same for a signed-in caller, as `sendOtpInSession`. */
export async function resendOtpInSession(
  ports: Ports,
  application: Application,
  { token, purposes, identifier, userId, device, ip, androidHash }: ResendOtp,
): Promise<Result<SentOtp, Exclude<ResendRefusal, 'application_inactive'>>> {
  const now = ports.clock.now();
  const nonce = hex(ports.random.bytes(16));
  const limitsOf = async (purpose: OtpPurpose) =>
    [
      purpose,
      (await otpBudget(ports, { identifier, purpose, userId, device, ip })).limits,
    ] as const;
  const [id, ...each] = await Promise.all([challengeId(ports, token), ...purposes.map(limitsOf)]);
  const limits = Object.fromEntries(each);
  const fixed = fixedCode(ports, application, identifier, now);
  // A country that is refused has no live code to send again, unless it was taken off the list meanwhile.
  const sms = fixed === undefined ? smsGuard(ports, application, identifier, now) : undefined;
  const resending = { id, nonce, identifier, now, sms };
  const found = await ports.otps.resend({
    ...resending,
    limits,
    maxTries: ports.limits.otpTriesPerCode,
    registrationSends: registrationSends(ports.limits),
  });
  switch (found.state) {
    case 'unknown':
      return err('resend_token_invalid');
    case 'exhausted':
      return err('otp_exhausted');
    case 'not_here_yet':
      return err('unavailable', { retryAfterSeconds: 2 });
    case 'limited':
      return rateLimited(found.limited);
    case 'ready':
      break;
  }
  const { challenge } = found;
  try {
    const otp = await ports.vault.open('otp', found.sealedCode);
    if (fixed === undefined) {
      const life = [now, challenge.expiresAt] as const;
      await ports.notifier.send({
        ...otpMessage(ports, application, nonce, identifier, otp, life, androidHash),
        // Nobody may set a new password by it.
        drop: challenge.purpose === 'forgot' && challenge.userId === undefined,
      });
    }
  } catch (outage) {
    const charged = limits[challenge.purpose];
    if (charged) await ports.otps.cancelResend({ ...resending, limits: charged, chargedAt: now });
    throw outage;
  }
  return ok(sent(id, token, ports));
}
