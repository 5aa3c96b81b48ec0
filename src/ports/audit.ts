/** The audit log of operators: append-only. Of a person it holds the id alone, until the purge removes that too. */

/** Actions of operators: kept 400 days (D-73). */
export const ADMIN_ACTIONS = [
  'customer.created',
  'customer.updated',
  'customer.blocked',
  'customer.unblocked',
  'customer.archived',
  'customer.restored',
  'customer.exported',
  'customer.erased',
  'session.created',
  'session.ended',
  'sessions.ended',
  'identity.unlinked',
  'config.changed',
  'group.created',
  'group.updated',
  'group.deleted',
  'attribute.created',
  'attribute.updated',
  'attribute.deleted',
  'attributes.changed',
  'application.created',
  'application.changed',
  'token.rotated',
  'client.created',
  'client.rotated',
  'client.deleted',
  'users.imported',
  'import.created',
  'export.created',
  'endpoint.created',
  'endpoint.removed',
  'endpoint.rotated',
  'endpoint.enabled',
  'endpoint.disabled',
  'events.replayed',
] as const;

/** Events of accounts and messages: kept 90 days. */
export const SECURITY_EVENTS = [
  'sign_in',
  'sign_in.locked',
  'logout',
  'sessions.replaced',
  'account.registered',
  'account.deleted',
  'password.changed',
  'password.reset',
  'identifier.added',
  'identifier.removed',
  'primary.changed',
  'social.linked',
  'profile.attributes_changed',
  'delivery.rejected',
  'delivery.dead',
] as const;

/** How long a row is kept: what operators did for 400 days, all else for 90. */
export type AuditRetention = 'admin' | 'security';

/** Activities without a row of their own: counted by the hour. */
export type Activity =
  | 'sign_in_failed.otp'
  | 'sign_in_failed.password'
  | 'sign_in_failed.social'
  | 'sign_in_failed.token';

export type AdminAction = (typeof ADMIN_ACTIONS)[number];
export type SecurityEvent = (typeof SECURITY_EVENTS)[number];

export interface AuditEvent {
  /** `<what>.<how it ended>` */
  action: AdminAction | SecurityEvent;
  /** Who: the key of an OAuth client, `cli`, `shopper`, or `system`. */
  actor: string;
  /** The person behind the actor, as Cloudflare Access or `--as` names them. */
  person?: string;
  /** Whom, when it was one person. */
  userId?: string;
  reason?: string;
  /** Of the request it came from; undefined for what no request asked for. Never left out by accident. */
  requestId: string | undefined;
  /** Handle of the session that was opened or ended. */
  session?: string;
  /** Anything else worth knowing. Identifiers in it are masked. */
  detail?: Record<string, unknown>;
  at: number;
}

/** Who did it and why; a flow adds what it did, and to whom. */
export type AuditActor = Pick<AuditEvent, 'actor' | 'person' | 'requestId' | 'reason'>;

export interface AuditQuery {
  /** Of these actions only. */
  actions?: readonly AuditEvent['action'][];
  /** At this time (ms) or later, and before `until`. */
  since?: number;
  until?: number;
  userId?: string;
  /** As it stands in `actor` or in `person`. */
  actor?: string;
  limit: number;
}

export interface Audit {
  /** One more in this hour. */
  count(activity: Activity, at: number): Promise<void>;
  record(event: AuditEvent): Promise<void>;
  /** The events of a user, newest first, at most `limit`. */
  ofUser(userId: string, limit: number): Promise<AuditEvent[]>;
  /** The events of the application that the query names, newest first. */
  list(query: AuditQuery): Promise<AuditEvent[]>;
}
