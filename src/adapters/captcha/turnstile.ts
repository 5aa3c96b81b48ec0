/** Cloudflare Turnstile (https://developers.cloudflare.com/turnstile/get-started/server-side-validation/). */
import { Outage, type Captcha } from '../../ports.ts';

const TIME_LIMIT = 2_000;

/** As much of siteverify's answer as is looked at. */
interface Verdict {
  success?: boolean;
  hostname?: string;
  action?: string;
}

/** @param url of siteverify; another one in tests only */
export function turnstile(secret: string, url: string, fetcher: typeof fetch): Captcha {
  return {
    async isHuman({ token, ip, hosts, action }) {
      const body = new URLSearchParams({ secret, response: token, ...(ip && { remoteip: ip }) });
      let verdict: Verdict;
      try {
        const response = await fetcher(url, {
          method: 'POST',
          body,
          redirect: 'error',
          signal: AbortSignal.timeout(TIME_LIMIT),
        });
        if (!response.ok) throw new Error(`siteverify answered ${response.status}`);
        verdict = await response.json<Verdict>();
      } catch (error) {
        // Closed rather than open: the captcha is what stands between a robot and the SMS bill.
        throw new Outage('Turnstile', error);
      }
      // A token solved on another site, or for another purpose, proves nothing here.
      const here = hosts.includes(verdict.hostname ?? '');
      const meant = !verdict.action || verdict.action === action;
      return verdict.success === true && here && meant;
    },
  };
}
