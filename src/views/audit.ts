/** Events of the audit as operators read them. Pure. */
import type { AuditEvent } from '../ports/index.ts';

/** What is not known is left out. Times are ISO 8601. */
export const eventView = (event: AuditEvent) => ({
  at: new Date(event.at).toISOString(),
  action: event.action,
  actor: event.actor,
  person: event.person,
  user_id: event.userId,
  reason: event.reason,
  request_id: event.requestId,
  session: event.session,
  detail: event.detail ?? {},
});
