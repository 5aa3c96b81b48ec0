/** Cloudflare Turnstile (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/). */
import { Outage, type Captcha } from '../../ports/index.ts';
import { objectOf } from '../outbound/call.ts';
import type { Outbound } from '../outbound/outbound.ts';

const TIMEOUT_MS = 2_000;
const MAX_ANSWER_BYTES = 16_384;

/** @param url of siteverify */
export function turnstile(secret: string, url: string, outbound: Outbound): Captcha {
  return {
    async isHuman({ token, ip, hosts, action }) {
      const form = new URLSearchParams({ secret, response: token, ...(ip && { remoteip: ip }) });
      let verdict: Record<string, unknown>;
      try {
        const { ok, status, text } = await outbound.call(url, {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
          timeoutMs: TIMEOUT_MS,
          maxBytes: MAX_ANSWER_BYTES,
          incomplete: 'fails',
        });
        const answered = ok ? objectOf(text) : undefined;
        if (!answered) throw new Error(`siteverify answered ${status}${ok ? ' without JSON' : ''}`);
        verdict = answered;
      } catch (error) {
        // Closed rather than open: the captcha is what stands between a robot and the SMS bill.
        throw new Outage('Turnstile', error);
      }
      // A token solved on another site, or for another purpose, proves nothing here.
      const here = hosts.some((host) => host === verdict['hostname']);
      const meant = !verdict['action'] || verdict['action'] === action;
      return verdict['success'] === true && here && meant;
    },
  };
}
