/** The three providers behind one port. Each knows its own proofs; everything they share is in `ask` and `signed`. */
import type { SocialUrls } from '../../config.ts';
import type { Clock, SocialPerson, SocialProvider, SocialProviders } from '../../ports.ts';
import { verifyApple } from './apple.ts';
import { Refusal, vouched } from './ask.ts';
import { verifyFacebook } from './facebook.ts';
import { verifyGoogle } from './google.ts';
import { signed } from '../jose/signed.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Verification } from './verification.ts';

const VERIFIERS: Record<SocialProvider, (one: Verification) => Promise<SocialPerson>> = {
  google: verifyGoogle,
  facebook: verifyFacebook,
  apple: verifyApple,
};

/** What a header can carry: the runtime throws on anything else, and prints it. */
const TOKEN = /^[\x21-\x7e]+$/;

export function socialProviders(
  urls: SocialUrls,
  outbound: Outbound,
  clock: Clock,
): SocialProviders {
  const jwts = signed(outbound, clock);
  return {
    vouch: async (provider, token, rule) =>
      vouched(async () => {
        if (!TOKEN.test(token)) throw new Refusal('no token looks like this');
        return VERIFIERS[provider]({ ...rule, token, urls, outbound, jwts, now: clock.now() });
      }),
  };
}
