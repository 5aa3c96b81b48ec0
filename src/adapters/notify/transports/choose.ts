/** The transport of a channel, as the configuration names it. */
import type { ChosenTransport } from '../../../config/delivery.ts';
import type { Clock, Transport } from '../../../ports.ts';
import { cloudflareEmail } from './cloudflare-email.ts';
import type { Outbound } from './http.ts';
import { msg91 } from './msg91.ts';
import { resend } from './resend.ts';
import { twilio } from './twilio.ts';
import { webhook } from './webhook.ts';

export function transportOf(
  chosen: ChosenTransport,
  inbox: Transport,
  outbound: Outbound,
  clock: Clock,
): Transport {
  switch (chosen.name) {
    case 'inbox':
      return inbox;
    case 'webhook':
      return webhook(chosen.settings, outbound, clock);
    case 'twilio':
      return twilio(chosen.settings, outbound);
    case 'msg91':
      return msg91(chosen.settings, outbound);
    case 'resend':
      return resend(chosen.settings, outbound);
    case 'cloudflare-email':
      return cloudflareEmail(chosen.settings);
  }
}
