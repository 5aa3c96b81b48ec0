/** Events of shoppers' own doing, for the audit. */
import type { AuditEvent, Ports, SecurityEvent } from '../../ports/index.ts';

/** @param detail what else is worth knowing, with identifiers masked */
export function shopperEvent(
  { requestId, clock }: Pick<Ports, 'requestId' | 'clock'>,
  action: SecurityEvent,
  userId: string,
  detail: Record<string, unknown> = {},
): AuditEvent {
  return { action, actor: 'shopper', userId, requestId, detail, at: clock.now() };
}
