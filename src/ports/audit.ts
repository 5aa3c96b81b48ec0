/** What operators can look up later: append-only. Of a person it holds the id alone, until the purge takes that too. */

/** What an operator did: kept 400 days (ruling 46). */
export const ADMIN_ACTIONS = [
  'customer.created',
  'customer.updated',
  'customer.blocked',
  'customer.unblocked',
  'customer.archived',
  'customer.restored',
  'session.created',
  'session.ended',
  'sessions.ended',
  'config.changed',
  'group.created',
  'group.updated',
  'application.created',
  'application.changed',
  'token.rotated',
  'users.imported',
] as const;

/** What happened to an account or to a message: kept 90 days. */
export const SECURITY_EVENTS = [
  'account.registered',
  'account.deleted',
  'password.changed',
  'password.reset',
  'identifier.added',
  'identifier.removed',
  'primary.changed',
  'social.linked',
  'delivery.rejected',
  'delivery.dead',
] as const;

export type AdminAction = (typeof ADMIN_ACTIONS)[number];
export type SecurityEvent = (typeof SECURITY_EVENTS)[number];

export interface AuditEvent {
  /** `<what>.<how it ended>` */
  action: AdminAction | SecurityEvent;
  /** Who: the key of an OAuth client, `cli`, `shopper`, or `system`. */
  actor: string;
  /** Whom, when it was one person. */
  userId?: string;
  reason?: string;
  requestId?: string;
  /** Anything else worth knowing. Identifiers in it are masked. */
  detail?: Record<string, unknown>;
  at: number;
}

export interface Audit {
  record(event: AuditEvent): Promise<void>;
  /** What happened to a user, newest first, at most `limit`. */
  ofUser(userId: string, limit: number): Promise<AuditEvent[]>;
}
