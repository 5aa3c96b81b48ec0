/** The transport of a channel, as the configuration names it. */
import type { ChosenTransport } from '../../../env/delivery.ts';
import type { Clock, Transport } from '../../../ports/index.ts';
import { cloudflareEmail } from './cloudflare-email.ts';
import type { Provider } from './http.ts';
import { msg91 } from './msg91.ts';
import { resend } from './resend.ts';
import { twilio } from './twilio.ts';
import { webhook } from './webhook.ts';

/** The transport that the settings of a channel name. */
export function createTransport(
  chosen: ChosenTransport,
  inbox: Transport,
  provider: Provider,
  clock: Clock,
): Transport {
  switch (chosen.name) {
    case 'inbox':
      return inbox;
    case 'webhook':
      return webhook(chosen.settings, provider, clock);
    case 'twilio':
      return twilio(chosen.settings, provider);
    case 'msg91':
      return msg91(chosen.settings, provider);
    case 'resend':
      return resend(chosen.settings, provider);
    case 'cloudflare-email':
      return cloudflareEmail(chosen.settings);
  }
}
