/** Mail by Resend, which itself sees to it that a key is sent once (for 24 h). */
import type { TransportSettings } from '../../../env/delivery.ts';
import type { Transport } from '../../../ports/index.ts';
import { post, type Provider } from './http.ts';

/** Mail by Resend, which takes the same id twice without harm. `send` throws Undelivered. */
export function resend(settings: TransportSettings<'resend'>, provider: Provider): Transport {
  const { RESEND_URL, RESEND_API_KEY, EMAIL_FROM: from } = settings;
  return {
    sendsOnce: true,
    async deliver({ id, to }, { subject = '', text, html }, { application }) {
      const headers = {
        authorization: `Bearer ${RESEND_API_KEY}`,
        'content-type': 'application/json',
        'idempotency-key': `${application.id}/${id}`,
      };
      const body = JSON.stringify({ from, to: [to], subject, text, html });
      await post('resend', provider, `${RESEND_URL}/emails`, headers, body);
    },
  };
}
