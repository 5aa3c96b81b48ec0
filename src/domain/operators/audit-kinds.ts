/** Kinds of events, as operators ask for them. Pure. */
import type { AuditEvent } from '../../ports/index.ts';
import type { AuditKind } from '../../shared/audit-kinds.ts';

/** Each action is of one kind. */
const KIND_OF: Readonly<Record<AuditEvent['action'], AuditKind>> = {
  'customer.created': 'customers',
  'customer.updated': 'customers',
  'customer.blocked': 'customers',
  'customer.unblocked': 'customers',
  'customer.archived': 'customers',
  'customer.restored': 'customers',
  'customer.exported': 'customers',
  'customer.erased': 'customers',
  'session.created': 'customers',
  'session.ended': 'customers',
  'sessions.ended': 'customers',
  'identity.unlinked': 'customers',
  'config.changed': 'config',
  'group.created': 'groups',
  'group.updated': 'groups',
  'group.deleted': 'groups',
  'attribute.created': 'attributes',
  'attribute.updated': 'attributes',
  'attribute.deleted': 'attributes',
  'attributes.changed': 'attributes',
  'application.created': 'config',
  'application.changed': 'config',
  'token.rotated': 'keys',
  'client.created': 'clients',
  'client.rotated': 'clients',
  'client.deleted': 'clients',
  'endpoint.created': 'events',
  'endpoint.removed': 'events',
  'endpoint.rotated': 'events',
  'endpoint.enabled': 'events',
  'endpoint.disabled': 'events',
  'events.replayed': 'events',
  'users.imported': 'imports',
  'import.created': 'imports',
  'export.created': 'imports',
  sign_in: 'sign-ins',
  'sign_in.locked': 'sign-ins',
  logout: 'sign-ins',
  'sessions.replaced': 'sign-ins',
  'account.registered': 'accounts',
  'account.deleted': 'accounts',
  'password.changed': 'accounts',
  'password.reset': 'accounts',
  'identifier.added': 'accounts',
  'identifier.removed': 'accounts',
  'primary.changed': 'accounts',
  'social.linked': 'accounts',
  'profile.attributes_changed': 'attributes',
  'delivery.rejected': 'messages',
  'delivery.dead': 'messages',
};

/** The actions of a kind; undefined for a word that is none. */
export function actionsOf(kind: string): AuditEvent['action'][] | undefined {
  // Its keys are the actions.
  const actions = Object.keys(KIND_OF) as AuditEvent['action'][];
  const found = actions.filter((action) => KIND_OF[action] === kind);
  return found.length > 0 ? found : undefined;
}
