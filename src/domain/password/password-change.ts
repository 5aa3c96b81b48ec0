/** Setting a password: by a mailed link, or signed in. Either way every other session ends. */
import type {
  Application,
  IdentifierRef,
  ImportedHashes,
  Ports,
  Session,
  SessionRef,
  User,
} from '../../ports/index.ts';
import { shopperEvent } from '../operators/audit-event.ts';
import { RESET_LINK_LIFE_MS, USED_RESET_CODE_MS } from '../credentials.ts';
import { noticePasswordSet } from '../notices.ts';
import { checkNewPassword } from './password.ts';
import { checkPassword } from '../login/password-login.ts';
import { ok, requiredField, err, type Result } from '../../shared/result.ts';
import { hex } from '../hex.ts';
import {
  openSession,
  prepareSession,
  replaceSession,
  type SessionCookie,
  type ClientInfo,
} from '../login/sign-in.ts';
import { checkCountry, smsGuard } from '../otp/sms-guard.ts';
import { linkLimits } from '../throttle.ts';
import { newRegistration } from '../registration/registration.ts';
import {
  checkSignIn,
  decideSignIn,
  type IncompleteUser,
  type SignedInOutcome,
  type SignInErrorCode,
} from '../login/sign-in-outcome.ts';

/**
 * Sends a link to an address or a number that an active user has verified. The answer is always the same: for an unknown
 * one the same statements run and the same message is queued, to be dropped by the consumer (D-54); over a budget
 * nothing is sent, silently. Refuses a number in a country that the shop sends no SMS to, with or without an account.
 */
export async function sendResetLink(
  ports: Ports,
  application: Application,
  identifier: IdentifierRef,
  ip: string,
): Promise<Result<undefined, 'validation_failed'>> {
  const refused = checkCountry(ports, application, [identifier]);
  if (refused) return refused;
  const createdAt = ports.clock.now();
  const code = hex(ports.random.bytes(16));
  const id = await ports.vault.digest(code);
  const limits = await linkLimits(ports, identifier, 'reset', undefined, ip);
  const link = { id, identifier, createdAt, expiresAt: createdAt + RESET_LINK_LIFE_MS };
  const sms = smsGuard(ports, application, identifier, createdAt);
  const { limited, known } = await ports.links.openReset(link, limits, sms);
  if (limited) return ok(undefined);
  try {
    await ports.notifier.send({
      id: id.slice(0, 32),
      channel: identifier.kind === 'email' ? 'email' : 'sms',
      to: identifier.value,
      content: {
        template: 'reset_link',
        link: `${application.storefrontUrl}/auth/set-password?code=${code}`,
        code,
      },
      createdAt,
      drop: !known,
    });
  } catch (outage) {
    await ports.links.cancel(link, limits, sms);
    throw outage;
  }
  return ok(undefined);
}

/**
 * Whether a reset code is answered as good: it can be used, and stays usable (D-15), or it has set a password within the
 * last ten minutes, since themes ask again while they leave the page (D-91). A code that a revocation ended is not.
 */
export async function isResetCode(ports: Ports, code: string): Promise<boolean> {
  const id = await ports.vault.digest(code);
  const now = ports.clock.now();
  if (await ports.links.findReset(id, 'reset', now)) return true;
  return ports.links.wasResetSince(id, now - USED_RESET_CODE_MS);
}

/** A new password by a mailed link: the code is used up, earlier sessions end, the holder is signed in. */
export async function resetPassword(
  ports: Ports,
  application: Application,
  request: {
    code: string;
    password: string;
    presented?: readonly SessionRef[];
    visitor: ClientInfo;
  },
): Promise<
  Result<SignedInOutcome | IncompleteUser, SignInErrorCode | 'link_invalid' | 'password_weak'>
> {
  const id = await ports.vault.digest(request.code);
  const user = await ports.links.findReset(id, 'reset', ports.clock.now());
  if (!user) return err('link_invalid');
  const decision = decideSignIn(application, user);
  if (decision.kind === 'refused') return decision.failure;
  const weak = await checkNewPassword(ports, request.password, user, 'body.password');
  if (weak) return weak;
  const hash = await ports.hasher.hash(request.password);
  // After the hash: a login with the old password that began meanwhile must not outlive the reset.
  const event = shopperEvent(ports, 'password.reset', user.id);
  const by = { method: 'reset', presented: request.presented } as const;
  const prepared =
    decision.kind === 'allowed'
      ? await prepareSession(ports, application, user.id, by, event.at)
      : undefined;
  const settled = await ports.links.reset(id, 'reset', hash, event, prepared?.signIn);
  if (settled.state !== 'done' || !settled.user) return err('link_invalid');
  const current = settled.user;
  noticePasswordSet(ports, current);
  const refusedNow = checkSignIn(current, application);
  if (refusedNow) return refusedNow;
  if (!prepared) {
    const missing = decision.kind === 'incomplete' ? decision.missing : [];
    const { token, registration } = await newRegistration(ports, {
      origin: 'reset_link',
      user: current,
    });
    await ports.registrations.begin(registration, { identifiers: [] });
    return ok({ kind: 'incomplete', user: current, token, missing });
  }
  const { visitor } = request;
  const startedAt = Math.max(event.at, current.sessionsValidFrom);
  const session = await openSession(ports, application, current, visitor, prepared, startedAt);
  return ok({ kind: 'signed_in', user: current, session });
}

/** A new password while signed in. The old one is demanded when there is one, and a wrong one counts as a failed login. */
export async function changePassword(
  ports: Ports,
  signedIn: { user: User; session: Session },
  request: {
    oldPassword?: string;
    newPassword: string;
    ip: string;
    importedHashes?: ImportedHashes;
  },
): Promise<
  Result<
    SessionCookie,
    'required_field_missing' | 'password_wrong' | 'password_weak' | 'too_many_requests'
  >
> {
  const { user, session } = signedIn;
  const current = await ports.passwords.hashOf(user.id);
  if (current !== undefined) {
    if (request.oldPassword === undefined) return requiredField('body.old_password');
    const checked = await checkPassword(ports, {
      login: { userId: user.id },
      password: request.oldPassword,
      unknown: user.id,
      ip: request.ip,
      importedHashes: request.importedHashes,
    });
    if (!checked.ok) {
      const { internal } = checked;
      return checked.code === 'login_failed' ? err('password_wrong', { internal }) : checked;
    }
    // The hash is about to be replaced as it is.
    await ports.passwords.succeed({ ...checked.value.success, rehash: undefined });
  }
  const weak = await checkNewPassword(ports, request.newPassword, user, 'body.new_password');
  if (weak) return weak;
  const hash = await ports.hasher.hash(request.newPassword);
  const issued = await ports.sessionTokens.issue(user.id);
  const event = { ...shopperEvent(ports, 'password.changed', user.id), session: issued.handle };
  // Only over the password that was checked: of two changes at once one wins, the other's old password is wrong by then.
  const changed = await ports.passwords.set(user.id, current, hash, event);
  if (!changed) return err('password_wrong');
  noticePasswordSet(ports, changed);
  return ok(await replaceSession(ports, session, changed, issued, event.at));
}
