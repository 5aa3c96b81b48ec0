/**
 * Another primary email or number by two proofs (D-101): first of the old primary, by a code to it, then of the new one. What
 * the first code proves counts once, for the session that has verified it, for the kind it was asked for, and for ten minutes.
 */
import { MAX_IDENTIFIERS } from '../../shared/bounds.ts';
import { err, invalidField, ok, type Result } from '../../shared/result.ts';
import type {
  Application,
  DeviceRef,
  Identifier,
  IdentifierKind,
  IdentifierRef,
  Ports,
  User,
} from '../../ports/index.ts';
import { permitForSession } from '../captcha.ts';
import { PRIMARY_PROOF_LIFE_MS } from '../credentials.ts';
import { noticePrimaryProven } from '../notices.ts';
import {
  resendOtpInSession,
  sendOtpInSession,
  type ResendRefusal,
  type SendRefusal,
  type SentOtp,
} from '../otp/send-otp.ts';
import { tryCode, type RightCode, type TryCodeErrorCode } from '../otp/try-code.ts';
import { provenBy, sameIdentifier } from './identifier.ts';

/** Who asks, in which session, for a primary of which kind. */
export interface PrimaryChange {
  user: User;
  /** Handle of the session. */
  session: string;
  kind: IdentifierKind;
  device?: DeviceRef;
}

/** How a code is sent, or sent again by the token of the first answer. */
export interface PrimarySend extends PrimaryChange {
  token?: string;
  ip: string;
  androidHash?: string;
}

/** A code as it came: a number's with its `request_id`, an address's without. */
export interface TypedCode {
  requestId?: string;
  otp: string;
}

/** Where a code went. */
export interface SentTo {
  sent: SentOtp;
  to: IdentifierRef;
}

type SendResult<C extends string = never> = Promise<
  Result<SentTo, Exclude<SendRefusal | ResendRefusal, 'application_inactive'> | C>
>;

const proofId = async ({ vault }: Ports, { session, kind }: PrimaryChange): Promise<string> =>
  vault.digest(`primary ${session} ${kind}`);

/** What has to be proven, which a caller need not name. */
function neededOf(
  { user, kind }: PrimaryChange,
  named: IdentifierRef | undefined,
): Result<Identifier, 'identifier_unverified' | 'validation_failed'> {
  const needed = provenBy(user.identifiers, kind);
  if (!needed) {
    return err('identifier_unverified', {
      message: 'This account has no verified email or number that could be proven.',
    });
  }
  if (named && !sameIdentifier(named, needed)) {
    const field = named.kind === 'email' ? 'body.email' : 'body.mobile';
    return invalidField(field, 'is not the primary one of this account');
  }
  return ok(needed);
}

async function send(
  ports: Ports,
  application: Application,
  asked: PrimarySend,
  what: { to: IdentifierRef; purpose: 'primary' | 'update'; endsAt?: number },
): SendResult {
  const { user, token, device, ip, androidHash } = asked;
  const { to: identifier, purpose, endsAt } = what;
  const common = { identifier, userId: user.id, device, ip, androidHash };
  const sent =
    token === undefined
      ? await sendOtpInSession(ports, application, {
          ...common,
          purpose,
          endsAt,
          permit: permitForSession(),
        })
      : await resendOtpInSession(ports, application, { ...common, token, purposes: [purpose] });
  return sent.ok ? ok({ sent: sent.value, to: identifier }) : sent;
}

/**
 * Sends a code to what has to be proven: the primary, else what `provenBy` names.
 * @param named as the caller knows it; anything else than what has to be proven is refused
 */
export async function sendPrimaryCode(
  ports: Ports,
  application: Application,
  asked: PrimarySend,
  named: IdentifierRef | undefined,
): SendResult<'identifier_unverified'> {
  const needed = neededOf(asked, named);
  if (!needed.ok) return needed;
  return send(ports, application, asked, { to: needed.value, purpose: 'primary' });
}

/** Judges a code of one's own that went to `to`. */
async function tryOwnCode(
  ports: Ports,
  { user, device }: PrimaryChange,
  { requestId, otp }: TypedCode,
  to: IdentifierKind | IdentifierRef,
  purpose: 'primary' | 'update',
): Promise<Result<RightCode, TryCodeErrorCode | 'validation_failed'>> {
  const email = typeof to === 'object' && to.kind === 'email' ? to.value : undefined;
  if (email === undefined && requestId === undefined) {
    return invalidField('body.request_id', 'is required');
  }
  const userId = user.id;
  const challenge = email === undefined ? { id: requestId ?? '' } : { email, userId };
  const tried = await tryCode(ports, { challenge, purposes: [purpose], otp, userId, device });
  if (!tried.ok) return tried;
  const { identifier } = tried.value.found.challenge;
  const fits = typeof to === 'object' ? sameIdentifier(identifier, to) : identifier.kind === to;
  return fits ? tried : err('otp_invalid');
}

/** Uses the code up; from now on what it has proven counts for a change. */
export async function verifyPrimaryCode(
  ports: Ports,
  asked: PrimaryChange,
  code: TypedCode,
  named: IdentifierRef | undefined,
): Promise<Result<undefined, TryCodeErrorCode | 'identifier_unverified' | 'validation_failed'>> {
  const needed = neededOf(asked, named);
  if (!needed.ok) return needed;
  const tried = await tryOwnCode(ports, asked, code, needed.value, 'primary');
  if (!tried.ok) return tried;
  const { found, nonce, now } = tried.value;
  const proof = { id: await proofId(ports, asked), expiresAt: now + PRIMARY_PROOF_LIFE_MS };
  const effect = { kind: 'primary', proof } as const;
  const settled = await ports.otps.consume({ challenge: found.challenge, nonce, effect, now });
  return settled.state === 'done' ? ok(undefined) : err('otp_invalid');
}

/** Sends a code to the identifier that is to be primary; it ends with the proof of the old one, which has to be there. */
export async function sendUpdateCode(
  ports: Ports,
  application: Application,
  asked: PrimarySend,
  next: IdentifierRef,
): SendResult<'primary_unproven'> {
  const { user, kind } = asked;
  if (user.identifiers.some((have) => have.primary && sameIdentifier(have, next))) {
    const field = kind === 'email' ? 'body.email' : 'body.mobile';
    return invalidField(field, 'is the primary one already');
  }
  const proof = { id: await proofId(ports, asked), userId: user.id, kind };
  const endsAt = await ports.links.findPrimaryProof(proof, ports.clock.now());
  if (endsAt === undefined) return err('primary_unproven');
  return send(ports, application, asked, { to: next, purpose: 'update', endsAt });
}

/**
 * Uses the code and the proof up: the identifier is verified on the user, and primary. The old one stays on the profile.
 * @param next the address it went to; of a number its `request_id` tells
 */
export async function verifyUpdateCode(
  ports: Ports,
  asked: PrimaryChange,
  code: TypedCode,
  next: IdentifierRef | undefined,
): Promise<
  Result<
    User,
    | TryCodeErrorCode
    | 'primary_unproven'
    | 'identifier_taken'
    | 'identifier_limit'
    | 'validation_failed'
  >
> {
  const { user, kind } = asked;
  const tried = await tryOwnCode(ports, asked, code, next ?? kind, 'update');
  if (!tried.ok) return tried;
  const { found, nonce, now } = tried.value;
  const { challenge } = found;
  const proof = await proofId(ports, asked);
  const settled = await ports.otps.consume({
    challenge,
    nonce,
    effect: { kind: 'update', userId: user.id, max: MAX_IDENTIFIERS, proof },
    readBack: user.id,
    now,
  });
  switch (settled.state) {
    case 'taken':
      return err('identifier_taken', { meta: { field: settled.field } });
    case 'full':
      return err('identifier_limit');
    case 'lost':
      return err(settled.unproven ? 'primary_unproven' : 'otp_invalid');
    case 'done':
      break;
  }
  if (!settled.user) return err('otp_invalid');
  noticePrimaryProven(ports, user, settled.user, challenge.identifier);
  return ok(settled.user);
}
