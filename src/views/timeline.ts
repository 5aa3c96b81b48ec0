/** The audit of a customer as operators read it (D-67). Pure. */
import { DAY_MS } from '../shared/time.ts';
import type { Application, AuditEvent, User } from '../ports/index.ts';

const TITLES: Record<AuditEvent['action'], string> = {
  'customer.created': 'Account made by an operator',
  'customer.updated': 'Account changed by an operator',
  'customer.blocked': 'Account blocked',
  'customer.unblocked': 'Account unblocked',
  'customer.archived': 'Account archived',
  'customer.restored': 'Account restored',
  'customer.exported': 'Data of the account exported',
  'customer.erased': 'Account erased',
  'session.created': 'Session opened by an operator',
  'session.ended': 'Session ended by an operator',
  'sessions.ended': 'All sessions ended by an operator',
  'identity.unlinked': 'Social account unlinked by an operator',
  'config.changed': 'Login options changed',
  'group.created': 'User group made',
  'group.updated': 'User group changed',
  'group.deleted': 'User group deleted',
  'attribute.created': 'Attribute defined',
  'attribute.updated': 'Attribute changed',
  'attribute.deleted': 'Attribute deleted',
  'attributes.changed': 'Attributes changed by an operator',
  'application.created': 'Application made',
  'application.changed': 'Application changed',
  'token.rotated': 'Application token replaced',
  'client.created': 'OAuth client created',
  'client.rotated': 'Secret of an OAuth client replaced',
  'client.deleted': 'OAuth client deleted',
  'users.imported': 'Users imported',
  'import.created': 'Import of users started',
  'export.created': 'Export of users started',
  'endpoint.created': 'Endpoint of events added',
  'endpoint.removed': 'Endpoint of events removed',
  'endpoint.rotated': 'Secret of an endpoint of events replaced',
  'endpoint.enabled': 'Endpoint of events enabled',
  'endpoint.disabled': 'Endpoint of events disabled',
  'events.replayed': 'Events sent again',
  sign_in: 'Signed in',
  'sign_in.locked': 'Locked for a while after too many failed sign-ins',
  logout: 'Signed out',
  'account.registered': 'Account registered',
  'account.deleted': 'Account deleted by its owner',
  'password.changed': 'Password changed',
  'sessions.replaced': 'All other sessions ended by the shopper',
  'password.reset': 'Password reset by mail',
  'identifier.added': 'Email or phone added',
  'identifier.removed': 'Email or phone removed',
  'primary.changed': 'Primary email or phone changed',
  'social.linked': 'Social account linked',
  'profile.attributes_changed': 'Attributes changed',
  'delivery.rejected': 'Message refused by the provider',
  'delivery.dead': 'Message not delivered',
};

/** Events of operators name the operator and the reason; those of shoppers are visible to shoppers as well. */
export function timelineView(user: User, { config }: Application, events: readonly AuditEvent[]) {
  const { deletedAt } = user;
  const end = deletedAt === undefined ? undefined : deletedAt + config.delete_account_day * DAY_MS;
  return {
    ...(end !== undefined && { delete_on: new Date(end).toISOString() }),
    timeline: events.map(({ action, actor, person, reason, at }) => {
      const own = actor === 'shopper';
      const who = person === undefined ? actor : `${person} (${actor})`;
      const by = own ? undefined : [who, reason].filter(Boolean).join(': ');
      return {
        date: new Date(at).toISOString(),
        title: TITLES[action],
        type: action,
        visible: own,
        sub_title: by,
      };
    }),
  };
}
