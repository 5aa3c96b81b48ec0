/** What a provider's check is given. */
import type { SocialUrls } from '../../config.ts';
import type { RemoteJwks } from '../jose/remote-jwks.ts';
import type { Outbound } from '../outbound/outbound.ts';

export interface Verification {
  token: string;
  clientIds: readonly string[];
  secret?: string;
  urls: SocialUrls;
  outbound: Outbound;
  jwts: RemoteJwks;
  now: number;
}

/** What every provider calls a JWT; access tokens never look like this. */
export const isJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(token);
