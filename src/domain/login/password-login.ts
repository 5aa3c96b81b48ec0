/** Login by password. Known and unknown shoppers cost the same: one hash, one round trip before it (D-55). */
import type {
  Application,
  DeviceRef,
  ImportedHashes,
  LoginName,
  PasswordSuccess,
  Ports,
  SessionRef,
  User,
} from '../../ports/index.ts';
import { shopperEvent } from '../operators/audit-event.ts';
import { readEmail } from '../../values/email.ts';
import { readPhone } from '../../values/phone.ts';
import { hashCounts, importedWork } from '../password/imported-hash.ts';
import { newRegistration } from '../registration/registration.ts';
import { ok, err, rateLimited, type Failure, type Result } from '../../shared/result.ts';
import { openSession, prepareSession, type ClientInfo } from './sign-in.ts';
import { loginFailures } from '../throttle.ts';
import { statusOf } from '../user/user.ts';
import { sendVerifyLink } from '../identifiers/send-link.ts';
import { trimTyped } from '../../shared/typed-text.ts';
import {
  checkSignIn,
  decideSignIn,
  type IncompleteUser,
  type SignedInOutcome,
  type SignInErrorCode,
} from './sign-in-outcome.ts';

/**
 * Contains `@` → email; a mobile number in any way of writing → phone, as login by code reads it; else a username.
 * Anything else matches no user. A username cannot be a mobile number, so none is hidden by one.
 */
export function readLoginName(text: string, callingCode: string): LoginName {
  const name = trimTyped(text);
  if (name.includes('@')) {
    const identifier = readEmail(name);
    return identifier ? { identifier } : { username: '' };
  }
  const phone = readPhone(name, callingCode);
  return phone ? { identifier: phone } : { username: name.toLowerCase() };
}

export interface PasswordCheck {
  login: LoginName;
  password: string;
  /** The key under which failures of an unknown account are counted. */
  unknown: string;
  device?: DeviceRef;
  ip: string;
  /** The application's policy for hashes of another system. */
  importedHashes?: ImportedHashes;
}

/** A right password; its try is still charged until `succeed` gives it back. */
export interface RightPassword {
  user: User;
  /** The user has not verified the email of the login name, and nobody else has it: the password signs nobody in (D-92). */
  unverified: boolean;
  /** For `Passwords.succeed`, which does nothing when the password has been changed meanwhile. */
  success: PasswordSuccess;
}

/** Charges the try, does the work that is the same for everyone, and says whether the password is right. */
export async function checkPassword(
  ports: Ports,
  { login, password, unknown, device, ip, importedHashes }: PasswordCheck,
): Promise<Result<RightPassword, 'too_many_requests' | 'login_failed'>> {
  const now = ports.clock.now();
  const { account, address } = await loginFailures(ports, unknown, ip);
  const found = await ports.passwords.attempt({
    login,
    limits: address,
    account: { ...account, device },
    now,
  });
  if (found.limited) return rateLimited(found.limited);
  const { user, unverified } = found;
  // An email that nobody has verified means no user, so failures are those of an unknown name; the work is the same.
  const compared = user ? found : (unverified ?? found);
  // One that does not count any more is no hash.
  const hash = hashCounts(compared.hash, importedHashes, now) ? compared.hash : undefined;
  const verdict = await ports.hasher.verify(password, hash, importedWork(importedHashes, now));
  const right = verdict === 'right' || verdict === 'outdated';
  // Not a word of a blocked or deleted account to somebody who has proven no identifier of it.
  const hidden = !user && compared.user !== undefined && statusOf(compared.user) !== 'active';
  if (compared.user && hash !== undefined && right && !hidden) {
    const rehash = verdict === 'outdated' ? await ports.hasher.hash(password) : undefined;
    const { id: userId } = compared.user;
    const success = { charged: found.charged, chargedAt: now, userId, hash, rehash };
    return ok({ user: compared.user, unverified: !user, success });
  }
  ports.background(ports.audit.count('sign_in_failed.password', now));
  if (user && found.spent) {
    const detail = { limit: account.name };
    ports.background(ports.audit.record(shopperEvent(ports, 'sign_in.locked', user.id, detail)));
  }
  if (typeof verdict !== 'object') return err('login_failed');
  const owner = user ? `user ${user.id}` : 'nobody';
  return err('login_failed', { internal: `password hash of ${owner}: ${verdict.unusable}` });
}

/**
 * The right password by an email that is still to be verified: its link is sent again, as far as the budgets of links allow.
 * Without that, who registered with an email and a password could neither sign in by them nor reset the password.
 */
async function resendLink(
  ports: Ports,
  application: Application,
  { login, visitor }: Pick<PasswordCheck, 'login'> & { visitor: ClientInfo },
  { user, success }: Pick<RightPassword, 'user' | 'success'>,
): Promise<Failure<'login_failed' | 'identifier_unverified'>> {
  const current = await ports.passwords.succeed(success);
  if (!current || !('identifier' in login)) return err('login_failed');
  const sent = await sendVerifyLink(ports, application, user, login.identifier, visitor.ip);
  const message = sent.ok
    ? 'Verify this email first: its link has been sent again.'
    : 'Verify this email first, by the link that was sent to it.';
  return err('identifier_unverified', { message });
}

/**
 * A session, or a registration for what the user lacks. The right password by an email that nobody has verified is
 * `identifier_unverified`. `login_failed` for unknown users and wrong passwords alike.
 */
export async function loginByPassword(
  ports: Ports,
  application: Application,
  request: Omit<PasswordCheck, 'ip' | 'importedHashes'> & {
    visitor: ClientInfo;
    presented?: readonly SessionRef[];
  },
): Promise<
  Result<
    SignedInOutcome | IncompleteUser,
    SignInErrorCode | 'too_many_requests' | 'login_failed' | 'identifier_unverified'
  >
> {
  const startedAt = ports.clock.now();
  const { importedHashes } = application;
  const check = { ...request, ip: request.visitor.ip, importedHashes };
  const checked = await checkPassword(ports, check);
  if (!checked.ok) return checked;
  const { user, unverified, success } = checked.value;
  if (unverified) return resendLink(ports, application, request, { user, success });
  const decision = decideSignIn(application, user);
  if (decision.kind === 'refused') {
    await ports.passwords.succeed(success);
    return decision.failure;
  }
  if (decision.kind === 'incomplete') {
    const { token, registration } = await newRegistration(ports, { origin: 'password', user });
    const current = await ports.passwords.succeed({ ...success, registration });
    if (!current) return err('login_failed');
    return ok({ kind: 'incomplete', user: current, token, missing: decision.missing });
  }
  const by = { method: 'password', presented: request.presented } as const;
  const prepared = await prepareSession(ports, application, user.id, by, startedAt);
  // Read in the batch that compares the hash once more: a password that was changed meanwhile is refused.
  const current = await ports.passwords.succeed({ ...success, signIn: prepared.signIn });
  if (!current) return err('login_failed');
  const refusedNow = checkSignIn(current, application);
  if (refusedNow) return refusedNow;
  const session = await openSession(ports, application, current, request.visitor, prepared);
  return ok({ kind: 'signed_in', user: current, session });
}
