/** SMS by Twilio's Messages API. `TWILIO_FROM` is a number, a sender name, or a messaging service (`MG…`). */
import type { TransportSettings } from '../../../env/delivery.ts';
import type { Transport } from '../../../ports/index.ts';
import { post, type Provider } from './http.ts';

const MESSAGING_SERVICE = /^MG[0-9a-f]{32}$/i;

/** SMS by Twilio. `send` throws Undelivered. */
export function twilio(settings: TransportSettings<'twilio'>, provider: Provider): Transport {
  const { TWILIO_URL, TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN, TWILIO_FROM } = settings;
  const sender = MESSAGING_SERVICE.test(TWILIO_FROM) ? 'MessagingServiceSid' : 'From';
  const url = `${TWILIO_URL}/2010-04-01/Accounts/${account}/Messages.json`;
  const headers = {
    authorization: `Basic ${btoa(`${account}:${TWILIO_AUTH_TOKEN}`)}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return {
    async deliver({ to }, { text }) {
      const form = new URLSearchParams({ To: to, [sender]: TWILIO_FROM, Body: text });
      await post('twilio', provider, url, headers, form.toString());
    },
  };
}
