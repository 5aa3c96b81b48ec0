/** Input and rules of a provider's verification. */
import type { SocialUrls } from '../../env/index.ts';
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

/** The form of a JWT; access tokens never have it. */
export const isJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(token);
