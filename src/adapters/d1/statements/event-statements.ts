/** Statements about signed events; the rows themselves are written by triggers, in the transaction of the change (D-110). */
import { eventDeliveries, events } from '../schema/index.ts';
import { sql, update } from './query.ts';

/** Statements whose triggers may write an event. A test holds this against the triggers. */
const WATCHED =
  /^(?:(?:insert into|update|delete from) "(?:users|identifiers|social_identities|user_attributes)"|insert into "(?:audit_events|ended_sessions)")/i;

/** Whether a statement may write an event. */
export const mayWriteEvents = (text: string): boolean => WATCHED.test(text);

/** Ends the events of a batch, as its last statement: what comes later is another event. Its rows are what is to be sent. */
export const closeEvents = () =>
  update(events)
    .set({ open: false })
    .where(sql`${events.open} = 1`)
    .returning({
      applicationId: events.applicationId,
      eventId: events.id,
      endpointIds:
        sql`(SELECT json_group_array(${eventDeliveries.endpointId}) FROM ${eventDeliveries}
        WHERE ${eventDeliveries.applicationId} = ${events.applicationId} AND ${eventDeliveries.eventId} = ${events.id})`
          // What json_group_array makes of a column of texts.
          .mapWith((json: string) => JSON.parse(json) as string[])
          .as('endpoint_ids'),
    });
