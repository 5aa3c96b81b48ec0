/**
 * Telling people that their account has changed (D-59), and the audit where the change has no batch for its row. Best
 * effort: the change is made, whether or not the news goes out; an audit that fails stands in the log.
 */
import { DAY_MS } from '../shared/time.ts';
import type {
  Application,
  IdentifierRef,
  MessageContent,
  Ports,
  SecurityEvent,
  SocialIdentity,
  User,
} from '../ports/index.ts';
import { shopperEvent } from './operators/audit-event.ts';
import { masked, sameIdentifier, verifiedOf } from './identifiers/identifier.ts';
import { hex } from './hex.ts';

const primaryOf = (user: User, kind: IdentifierRef['kind']): IdentifierRef | undefined =>
  user.identifiers.find((one) => one.kind === kind && one.primary);

function send(ports: Ports, to: readonly IdentifierRef[], content: MessageContent): void {
  for (const { kind, value } of to) {
    ports.background(
      ports.notifier.send({
        id: hex(ports.random.bytes(16)),
        channel: kind === 'email' ? 'email' : 'sms',
        to: value,
        content,
        createdAt: ports.clock.now(),
      }),
    );
  }
}

function record(ports: Ports, action: SecurityEvent, userId: string, what: string): void {
  ports.background(ports.audit.record(shopperEvent(ports, action, userId, { what })));
}

/** Primary email, else primary phone. */
const mainOf = (user: User): IdentifierRef[] => {
  const main = primaryOf(user, 'email') ?? primaryOf(user, 'phone');
  return main ? [main] : [];
};

/** All verified emails but this one, else the primary phone when it is another. */
function others(user: User, one: IdentifierRef): IdentifierRef[] {
  const rest = verifiedOf(user.identifiers).filter((have) => !sameIdentifier(have, one));
  const emails = rest.filter(({ kind }) => kind === 'email');
  return emails.length > 0 ? emails : rest.filter(({ primary }) => primary).slice(0, 1);
}

/** The audit has it already: its row stands in the batch of the change. */
export function noticePasswordSet(ports: Ports, user: User): void {
  send(ports, mainOf(user), { template: 'notice_password_set' });
}

/**
 * A sign-in that a register_token led to: the proof behind it may be minutes old.
 * @param by the identifier whose code made it: it gets no notice
 */
export function noticeSignIn(ports: Ports, user: User, by?: IdentifierRef): void {
  const to = mainOf(user).filter((one) => !by || !sameIdentifier(one, by));
  send(ports, to, { template: 'notice_new_sign_in' });
}

/** Tells the user's other addresses of a new identifier; sent in the background. */
export function noticeAdded(ports: Ports, user: User, one: IdentifierRef): void {
  const content = { template: 'notice_identifier_added', identifier: masked(one) } as const;
  send(ports, others(user, one), content);
  record(ports, 'identifier.added', user.id, one.kind);
}

/** The same of each of several that are verified on the user by now. */
export function noticeAdopted(ports: Ports, user: User, adopted: readonly IdentifierRef[]): void {
  for (const one of adopted) {
    const isVerified = user.identifiers.some((have) => have.verified && sameIdentifier(have, one));
    if (isVerified) noticeAdded(ports, user, one);
  }
}

/** Tells the user's other addresses that this one was removed; sent in the background. */
export function noticeRemoved(ports: Ports, user: User, one: IdentifierRef): void {
  const content = { template: 'notice_identifier_removed', identifier: masked(one) } as const;
  send(ports, others(user, one), content);
  record(ports, 'identifier.removed', user.id, one.kind);
}

/**
 * @param by the identifiers it was linked by: they get no notice; none when a registration ended in this user: then its
 * primary identifier gets one (D-48)
 */
export function noticeSocialLinked(
  ports: Ports,
  user: User,
  { provider }: SocialIdentity,
  by: readonly IdentifierRef[] = [],
): void {
  record(ports, 'social.linked', user.id, provider);
  // An identity of the company's own system is that company's login, not a social account.
  if (provider.startsWith('token:')) return;
  const name = provider.charAt(0).toUpperCase() + provider.slice(1);
  const [one] = by;
  send(ports, one ? others(user, one) : mainOf(user), {
    template: 'notice_social_linked',
    provider: name,
  });
}

/** @param old the primary that stepped back */
export function noticePrimary(
  ports: Ports,
  user: User,
  old: IdentifierRef,
  next: IdentifierRef,
): void {
  send(ports, [old], { template: 'notice_primary_changed', identifier: masked(next) });
  record(ports, 'primary.changed', user.id, next.kind);
}

/**
 * Another primary by two proofs: the old and the new one are told, and the other addresses when it is new on the profile.
 * @param before the user as it was
 */
export function noticePrimaryProven(
  ports: Ports,
  before: User,
  user: User,
  next: IdentifierRef,
): void {
  const identifier = masked(next);
  send(ports, [next], { template: 'notice_primary_set', identifier });
  const old = primaryOf(before, next.kind);
  if (old) send(ports, [old], { template: 'notice_primary_changed', identifier });
  record(ports, 'primary.changed', user.id, next.kind);
  if (before.identifiers.some((have) => have.verified && sameIdentifier(have, next))) return;
  const rest = others(user, next).filter((one) => !old || !sameIdentifier(one, old));
  send(ports, rest, { template: 'notice_identifier_added', identifier });
  record(ports, 'identifier.added', user.id, next.kind);
}

/** Tells the user that the account is deleted, and the last day on which it can be restored; sent in the background. */
export function noticeDeleted(ports: Ports, application: Application, user: User): void {
  const to = [primaryOf(user, 'email'), primaryOf(user, 'phone')].filter(
    (one) => one !== undefined,
  );
  // The purge runs during the day after: the last whole day is the one before the end.
  const end = ports.clock.now() + (application.config.delete_account_day - 1) * DAY_MS;
  const lastDay = new Date(end).toISOString().slice(0, 10);
  send(ports, to, { template: 'notice_account_deleted', lastDay });
}
