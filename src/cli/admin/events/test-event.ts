/** A signed event that says nothing, sent from here: whether an endpoint can be reached, and believes our signature. */
import { sendEvent } from '../../../adapters/events/send-event.ts';
import { readEndpoint } from '../../../adapters/d1/stores/event-deliveries.ts';
import { createOutbound } from '../../../adapters/outbound/outbound.ts';
import { isTenantUrl } from '../../../values/outbound-url.ts';
import { findApplication } from '../application-store.ts';
import { command } from '../command.ts';
import { newSecret } from '../secrets.ts';
import { findEndpoint } from './store.ts';

export const eventsTest = command({
  summary: 'Sends an endpoint a signed event of the type endpoint.test, and prints its answer.',
  words: ['application id', 'endpoint id'],
  async run(context, _flags, [id, name]) {
    const row = await findApplication(context, id);
    const endpoint = readEndpoint(await findEndpoint(context, row, name));
    const event = `evt_test_${newSecret().slice(0, 16)}`;
    const body = JSON.stringify({
      type: 'endpoint.test',
      timestamp: new Date(context.now).toISOString(),
      data: { application_id: id },
    });
    const sender = {
      outbound: createOutbound(),
      vault: await context.vault(),
      allows: (url: string) => isTenantUrl(url, { loopback: !context.remote }),
    };
    const { ok, status, reason, text } = await sendEvent(
      sender,
      endpoint,
      event,
      body,
      context.now,
    );
    return {
      data: { id: event, ok, status, reason, answer: text },
      text: [`${endpoint.url} ${reason}.`, ...(text ? ['', text] : [])].join('\n'),
      failed: !ok,
    };
  },
});
