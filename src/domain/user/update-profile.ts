/** `updateProfile` of a signed-in shopper: plain fields at once, new identifiers unverified with a proof on its way. */
import type {
  Application,
  DeviceRef,
  IdentifierRef,
  Limit,
  Ports,
  Profile,
  User,
} from '../../ports/index.ts';
import { permitForSession } from '../captcha.ts';
import { givenProfile } from './profile.ts';
import { sameIdentifier } from '../identifiers/identifier.ts';
import { ok, err, rateLimited, type Result } from '../../shared/result.ts';
import { sendVerifyLink } from '../identifiers/send-link.ts';
import { sendOtp, type SendRefusal, type SentOtp } from '../otp/send-otp.ts';
import { checkCountry } from '../otp/sms-guard.ts';
import { linkLimits, otpBudget, checkBudgets } from '../throttle.ts';
import { MAX_IDENTIFIERS } from '../../shared/bounds.ts';

export interface UpdateProfile {
  profile: Profile;
  email?: IdentifierRef;
  phone?: IdentifierRef;
  device?: DeviceRef;
  ip: string;
  androidHash?: string;
}

async function limitsOf(
  ports: Ports,
  identifier: IdentifierRef,
  userId: string,
  ip: string,
): Promise<Limit[]> {
  if (identifier.kind === 'email') return linkLimits(ports, identifier, 'verify_email', userId, ip);
  const { limits } = await otpBudget(ports, { identifier, purpose: 'profile', userId, ip });
  return limits.limits;
}

export interface UpdateOutcome {
  user: User;
  /** A link went to it. */
  linkSentTo?: IdentifierRef;
  /** A code went to it. */
  otpSent?: SentOtp & { identifier: IdentifierRef };
}

/**
 * Order: budgets first (a 429 saves nothing and says so), then the profile, so that a limit or an outage never leaves
 * half a change. Identifiers that are verified already are ignored; unverified ones get their proof again (D-57).
 */
export async function updateProfile(
  ports: Ports,
  application: Application,
  user: User,
  request: UpdateProfile,
): Promise<Result<UpdateOutcome, SendRefusal | 'identifier_limit' | 'not_authenticated'>> {
  const known = (one: IdentifierRef) => user.identifiers.find((have) => sameIdentifier(have, one));
  // The phone first: what an SMS costs is judged with its send, and its refusal must not find a mail sent already.
  const wanted = [request.phone, request.email].filter(
    (one): one is IdentifierRef => one !== undefined && !known(one)?.verified,
  );
  for (const one of wanted) {
    const sameKind = user.identifiers.filter(({ kind }) => kind === one.kind);
    if (!known(one) && sameKind.length >= MAX_IDENTIFIERS) return err('identifier_limit');
  }
  const refused = checkCountry(ports, application, wanted);
  if (refused) return refused;
  const limited = await checkBudgets(
    ports,
    wanted.map(async (one) => limitsOf(ports, one, user.id, request.ip)),
  );
  if (limited) return rateLimited(limited);
  const done: Omit<UpdateOutcome, 'user'> = {};
  for (const identifier of wanted) {
    if (identifier.kind === 'email') {
      const sent = await sendVerifyLink(ports, application, user, identifier, request.ip);
      if (!sent.ok) return sent;
      done.linkSentTo = identifier;
    } else {
      const sent = await sendOtp(ports, application, {
        identifier,
        purpose: 'profile',
        permit: permitForSession(),
        userId: user.id,
        device: request.device,
        ip: request.ip,
        androidHash: request.androidHash,
      });
      if (!sent.ok) return sent;
      done.otpSent = { ...sent.value, identifier };
    }
  }
  const updated = await ports.users.update(user, {
    profile: givenProfile(request.profile),
    add: wanted,
    max: MAX_IDENTIFIERS,
    now: ports.clock.now(),
  });
  return updated ? ok({ ...done, user: updated }) : err('not_authenticated');
}
