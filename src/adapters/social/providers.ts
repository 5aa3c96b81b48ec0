/** The three providers behind one port. What they share is in `provider-fetch.ts` and `../jose/remote-jwks.ts`. */
import type { SocialUrls } from '../../env/index.ts';
import type { Clock, SocialPerson, SocialProvider, SocialProviders } from '../../ports/index.ts';
import { verifyApple } from './apple.ts';
import { ProofRejected, toProviderResult } from './provider-fetch.ts';
import { verifyFacebook } from './facebook.ts';
import { verifyGoogle } from './google.ts';
import { createRemoteJwks } from '../jose/remote-jwks.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Verification } from './verification.ts';

const VERIFIERS: Record<SocialProvider, (one: Verification) => Promise<SocialPerson>> = {
  google: verifyGoogle,
  facebook: verifyFacebook,
  apple: verifyApple,
};

/** The characters that a header can carry: the runtime throws on any other, and prints the value. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Verifies the tokens of Google, Facebook and Apple. */
export function socialProviders(
  urls: SocialUrls,
  outbound: Outbound,
  clock: Clock,
): SocialProviders {
  const jwts = createRemoteJwks(outbound, clock);
  return {
    verify: async (provider, token, rule) =>
      toProviderResult(async () => {
        if (!TOKEN.test(token)) throw new ProofRejected('no token looks like this');
        return VERIFIERS[provider]({ ...rule, token, urls, outbound, jwts, now: clock.now() });
      }),
  };
}
