/** Words of the domain → text for people. One place, so that no flow holds wording. */
import type { Message, RenderedMessage } from '../../ports.ts';

export function render({ content, channel }: Message, shop: string): RenderedMessage {
  switch (content.template) {
    case 'otp': {
      const text = `${content.otp} is your code for ${shop}. It is valid for 10 minutes. Do not share it.`;
      // WebOTP and Android's retriever read the last line of an SMS.
      return channel === 'sms'
        ? { text: content.lastLine ? `${text}\n\n${content.lastLine}` : text }
        : { subject: `Your code for ${shop}`, text };
    }
    case 'verify_link': {
      const text =
        `Confirm that you want to use this ${channel === 'sms' ? 'number' : 'address'} at ${shop} for the account ` +
        `${content.account}: ${content.link}\nDid not ask for it? Then ignore this message; nothing happens.`;
      return channel === 'sms' ? { text } : { subject: `Confirm your address for ${shop}`, text };
    }
    default:
      return { subject: shop, text: `${shop}: ${content.template}` };
  }
}
