/** The three providers behind one port. Each knows its own proofs; everything they share is in `ask` and `signed`. */
import type { SocialUrls } from '../../config.ts';
import type { Clock, SocialPerson, SocialProvider, SocialProviders } from '../../ports.ts';
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

/** What a header can carry: the runtime throws on anything else, and prints it. */
const TOKEN = /^[\x21-\x7e]+$/;

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
