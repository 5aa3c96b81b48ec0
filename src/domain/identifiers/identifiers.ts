/** The emails and phones of a profile: added, proven by link, made primary, removed. */
import type { Application, IdentifierRef, Ports, User, VerifyLinkKind } from '../../ports/index.ts';
import { sameIdentifier } from './identifier.ts';
import { noticeAdded, noticePrimary, noticeRemoved } from '../notices.ts';
import { kindsForSession } from '../registration/registration.ts';
import { ok, err, type Result } from '../../shared/result.ts';
import { sendVerifyLink } from './send-link.ts';
import { MAX_IDENTIFIERS } from '../../shared/bounds.ts';

const find = (user: User, one: IdentifierRef) =>
  user.identifiers.find((have) => sameIdentifier(have, one));

/** Whether a link went out: none does for what is verified already. */
export interface LinkAnswer {
  user: User;
  sent: boolean;
}

/** Adds an identifier unverified and sends its link; one that is there already just gets the link again. */
export async function addIdentifier(
  ports: Ports,
  application: Application,
  user: User,
  one: IdentifierRef,
  ip: string,
): Promise<Result<LinkAnswer, 'identifier_limit' | 'too_many_requests' | 'validation_failed'>> {
  const known = find(user, one);
  if (known?.verified) return ok({ user, sent: false });
  const sameKind = user.identifiers.filter(({ kind }) => kind === one.kind);
  if (!known && sameKind.length >= MAX_IDENTIFIERS) return err('identifier_limit');
  const sent = await sendVerifyLink(ports, application, user, one, ip);
  if (!sent.ok) return sent;
  const change = { profile: {}, add: [one], max: MAX_IDENTIFIERS, now: ports.clock.now() };
  const updated = await ports.users.update(user, change);
  return ok({ user: updated ?? user, sent: true });
}

/** Sends the link of an identifier of the profile again. */
export async function sendLinkAgain(
  ports: Ports,
  application: Application,
  user: User,
  one: IdentifierRef,
  ip: string,
): Promise<Result<LinkAnswer, 'not_found' | 'too_many_requests' | 'validation_failed'>> {
  const known = find(user, one);
  if (!known) return err('not_found', { message: 'It is not on this profile.' });
  if (known.verified) return ok({ user, sent: false });
  const sent = await sendVerifyLink(ports, application, user, one, ip);
  return sent.ok ? ok({ user, sent: true }) : sent;
}

/** Uses the code of a link up. It takes no session: the code says whose profile it is for. */
export async function verifyByLink(
  ports: Ports,
  code: string,
  kind: VerifyLinkKind,
): Promise<Result<User, 'link_invalid' | 'identifier_taken'>> {
  const id = await ports.vault.digest(code);
  const settled = await ports.links.verify(id, kind, ports.clock.now());
  if (settled.state === 'taken') {
    return err('identifier_taken', { meta: { field: settled.field } });
  }
  if (settled.state !== 'done' || !settled.user) return err('link_invalid');
  const { user, verified } = settled;
  if (verified) noticeAdded(ports, user, verified);
  return ok(user);
}

/** Makes a verified identifier of the user primary. Refuses one that the user does not have, or has not verified. */
export async function makePrimary(
  ports: Ports,
  user: User,
  one: IdentifierRef,
): Promise<Result<User, 'not_found' | 'identifier_unverified'>> {
  const old = user.identifiers.find(({ kind, primary }) => kind === one.kind && primary);
  const changed = await ports.users.setPrimary(user.id, one, ports.clock.now());
  if (changed.state === 'unverified') return err('identifier_unverified');
  if (changed.state !== 'done' || !changed.user) {
    return err('not_found', { message: 'It is not on this profile.' });
  }
  if (old && !sameIdentifier(old, one)) noticePrimary(ports, changed.user, old, one);
  return ok(changed.user);
}

/** Removes an identifier of the user and what depends on it. Refuses the last one that a session demands. */
export async function removeIdentifier(
  ports: Ports,
  application: Application,
  user: User,
  one: IdentifierRef,
): Promise<Result<User, 'not_found' | 'identifier_last'>> {
  const demanded = kindsForSession(application).includes(one.kind);
  const changed = await ports.users.remove(user.id, one, { demanded }, ports.clock.now());
  if (changed.state === 'last') {
    const reason = demanded ? 'this shop requires one' : 'it is the last way to sign in';
    return err('identifier_last', { message: `It cannot be removed: ${reason}.` });
  }
  if (changed.state !== 'done' || !changed.user) {
    return err('not_found', { message: 'It is not on this profile.' });
  }
  if (find(user, one)?.verified) noticeRemoved(ports, changed.user, one);
  return ok(changed.user);
}
