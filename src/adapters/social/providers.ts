/** The three providers behind one port. Each knows its own proofs; everything they share is in `ask` and `signed`. */
import type { SocialUrls } from '../../config.ts';
import type { Clock, SocialPerson, SocialProvider, SocialProviders } from '../../ports.ts';
import { verifyApple } from './apple.ts';
import { vouched } from './ask.ts';
import { verifyFacebook } from './facebook.ts';
import { verifyGoogle } from './google.ts';
import { signed } from '../jose/signed.ts';
import type { Verification } from './verification.ts';

const VERIFIERS: Record<SocialProvider, (one: Verification) => Promise<SocialPerson>> = {
  google: verifyGoogle,
  facebook: verifyFacebook,
  apple: verifyApple,
};

export function socialProviders(
  urls: SocialUrls,
  fetcher: typeof fetch,
  clock: Clock,
): SocialProviders {
  const jwts = signed(fetcher, clock);
  return {
    vouch: async (provider, token, rule) =>
      vouched(async () =>
        VERIFIERS[provider]({ ...rule, token, urls, fetcher, jwts, now: clock.now() }),
      ),
  };
}
