/** Any provider behind an address of one's own: the opened message as JSON, signed with a shared secret. */
import { SECOND_MS } from '../../../shared/time.ts';
import type { TransportSettings } from '../../../env/delivery.ts';
import type { Clock, Transport } from '../../../ports/index.ts';
import { toHex, utf8 } from '../../crypto/encoding.ts';
import { post, type Provider } from './http.ts';

/** Hex HMAC-SHA256 of `timestamp.body`; the timestamp, in seconds, lets a receiver refuse what is replayed. */
export async function webhookSignature(
  secret: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8(secret), hmac, false, ['sign']);
  return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(`${timestamp}.${body}`))));
}

/** Every message to an address of the deployer, signed. `send` throws Undelivered. */
export function webhook(
  { WEBHOOK_URL, WEBHOOK_SECRET }: TransportSettings<'webhook'>,
  provider: Provider,
  clock: Clock,
): Transport {
  return {
    async deliver(
      { id, channel, to, content, createdAt },
      rendered,
      { application, language, values },
    ) {
      const body = JSON.stringify({
        id,
        application_id: application.id,
        channel,
        to,
        template: content.template,
        language,
        ...rendered,
        ...('otp' in content && { otp: content.otp, last_line: content.lastLine }),
        ...('link' in content && { link: content.link, code: content.code }),
        values,
        created_at: new Date(createdAt).toISOString(),
      });
      const timestamp = String(Math.floor(clock.now() / SECOND_MS));
      const headers = {
        'content-type': 'application/json',
        'x-vestibule-timestamp': timestamp,
        'x-vestibule-signature': `v1=${await webhookSignature(WEBHOOK_SECRET, timestamp, body)}`,
      };
      await post('webhook', provider, WEBHOOK_URL, headers, body);
    },
  };
}
