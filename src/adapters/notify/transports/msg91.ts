/**
 * SMS in India by MSG91's flow API. The wording is registered there (DLT): what goes out is the id of the template and the
 * values of its `##placeholders##`, which have the names of our own templates, and `last_line`.
 */
import type { TransportSettings } from '../../../env/delivery.ts';
import type { Transport } from '../../../ports/index.ts';
import { jsonOf, post, Undelivered, type Provider } from './http.ts';

/** SMS by MSG91. `send` throws Undelivered. */
export function msg91(settings: TransportSettings<'msg91'>, provider: Provider): Transport {
  const { MSG91_URL, MSG91_AUTH_KEY, MSG91_TEMPLATES } = settings;
  const headers = { authkey: MSG91_AUTH_KEY, 'content-type': 'application/json' };
  return {
    async deliver({ to, content }, _, { language, values }) {
      const { template } = content;
      const id = MSG91_TEMPLATES[language]?.[template] ?? MSG91_TEMPLATES.en?.[template];
      if (!id) throw new Undelivered(`MSG91_TEMPLATES has no ${language}.${template}`, true);
      const lastLine = 'otp' in content ? content.lastLine : undefined;
      const recipient = {
        mobiles: to.slice(1),
        ...values,
        ...(lastLine && { last_line: lastLine }),
      };
      const answer = await post(
        'msg91',
        provider,
        `${MSG91_URL}/api/v5/flow/`,
        headers,
        JSON.stringify({ template_id: id, short_url: '0', recipients: [recipient] }),
      );
      // Some refusals come with status 200.
      if (jsonOf(answer)['type'] === 'error') throw new Undelivered('msg91 refused', true);
    },
  };
}
