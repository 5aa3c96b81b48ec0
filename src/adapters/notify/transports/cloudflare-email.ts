/** Mail by Cloudflare's own binding, which composes the MIME document from text and HTML. */
import type { TransportSettings } from '../../../env/delivery.ts';
import type { Transport } from '../../../ports/index.ts';
import { withTimeout } from '../../deadline.ts';
import { Undelivered } from './http.ts';

/** Codes of the binding that another try would meet again. */
const PERMANENT = /^E_(VALIDATION|FIELD|TOO_MANY|RECIPIENT|SENDER|CONTENT|HEADER)/;

/** Mail by Cloudflare's binding. `send` throws Undelivered. */
export function cloudflareEmail({
  EMAIL,
  EMAIL_FROM,
}: TransportSettings<'cloudflare-email'>): Transport {
  const [, name, email = EMAIL_FROM] = /^(.+) <(.+)>$/.exec(EMAIL_FROM) ?? [];
  const from = name === undefined ? email : { name, email };
  return {
    async deliver({ to }, { subject = '', text, html }) {
      try {
        await withTimeout('Cloudflare email', EMAIL.send({ from, to, subject, text, html }));
      } catch (error) {
        const { code } = error as { code?: unknown };
        const known = typeof code === 'string' && /^E_[A-Z_]{1,40}$/.test(code);
        const reason = known ? code : 'no answer';
        throw new Undelivered(`cloudflare-email: ${reason}`, PERMANENT.test(reason));
      }
    },
  };
}
