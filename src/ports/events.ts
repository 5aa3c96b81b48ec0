/** Signed events: what happens to customers, told to endpoints of the shop (docs/EVENTS.md). */

/** In the order of docs/EVENTS.md. */
export const EVENT_TYPES = [
  'customer.created',
  'customer.updated',
  'customer.verified',
  'customer.blocked',
  'customer.unblocked',
  'customer.archived',
  'customer.restored',
  'customer.deleted',
  'customer.erased',
  'session.created',
  'session.ended',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface CustomerEvent {
  id: string;
  type: EventType;
  userId: string;
  /** Of the customer's events: 1, 2, 3, … */
  sequence: number;
  /** Names of what has changed, sorted. */
  changed: string[];
  /** The handle of the session, or `*` for all of them; undefined where the event is not about sessions. */
  session?: string;
  at: number;
}

/** A secret of an endpoint as it is kept. */
export interface EndpointSecret {
  sealed: string;
  /** ms; undefined for the newest one. Later than this it signs nothing. */
  until?: number;
}

export interface EventEndpoint {
  id: string;
  url: string;
  secrets: EndpointSecret[];
  disabled: boolean;
}

/** `dead` is a letter that nobody took for a day; an operator may send it again. */
export type DeliveryState = 'pending' | 'delivered' | 'dead';

/** One event for one endpoint. */
export interface DeliveryKey {
  applicationId: string;
  eventId: string;
  endpointId: string;
}

/** What a consumer has taken, and is the only one to send. */
export interface ClaimedDelivery {
  event: CustomerEvent;
  endpoint: EventEndpoint;
  /** This one counted. */
  attempts: number;
}

/** How an attempt ended. */
export type DeliveryEnd =
  | { state: 'delivered' }
  | { state: 'pending'; reason: string; dueAt: number }
  | { state: 'dead'; reason: string };

/** Events of one application on their way. */
export interface EventDeliveries {
  /** Takes a delivery that is due for `claimMs`; undefined when it is not due, done, gone, or somebody else has it. */
  claim(
    delivery: Pick<DeliveryKey, 'eventId' | 'endpointId'>,
    now: number,
    claimMs: number,
  ): Promise<ClaimedDelivery | undefined>;
  settle(
    delivery: Pick<DeliveryKey, 'eventId' | 'endpointId'>,
    end: DeliveryEnd,
    now: number,
  ): Promise<void>;
  /** The endpoint wants nothing any more. */
  disable(endpointId: string, now: number): Promise<void>;
}
