/** What an endpoint is told. Pure. */
import type { CustomerEvent } from '../../ports/index.ts';

/** In the place of a handle: the event is about every session that the customer had. */
export const ALL_SESSIONS = '*';

/** The body of an event. */
export interface EventPayload {
  type: CustomerEvent['type'];
  /** ISO 8601, of the change. */
  timestamp: string;
  data: {
    application_id: string;
    user_id: string;
    sequence: number;
    changed?: string[];
    session?: string;
    all_sessions?: true;
  };
}

const TELLS_CHANGES: ReadonlySet<CustomerEvent['type']> = new Set([
  'customer.updated',
  'customer.verified',
]);

/** The body of an event: ids and names of what has changed, no value of anybody (D-110). */
export function eventPayload(
  applicationId: string,
  { type, userId, sequence, changed, session, at }: CustomerEvent,
): EventPayload {
  return {
    type,
    timestamp: new Date(at).toISOString(),
    data: {
      application_id: applicationId,
      user_id: userId,
      sequence,
      ...(TELLS_CHANGES.has(type) && { changed }),
      ...(session === ALL_SESSIONS ? { all_sessions: true } : session !== undefined && { session }),
    },
  };
}
