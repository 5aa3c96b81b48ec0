/** Who stands behind an operator's request, by the word of Cloudflare Access. */
import { isPersonName } from '../../domain/operators/person-name.ts';
import type { AccessNames, Clock } from '../../ports/index.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { text } from '../social/provider-fetch.ts';
import { createRemoteJwks } from './remote-jwks.ts';

/**
 * @param access the team's address, without a slash at its end, and the audience tag of the application
 */
export function accessNames(
  outbound: Outbound,
  clock: Clock,
  { team, audience }: { team: string; audience: string },
): AccessNames {
  const jwts = createRemoteJwks(outbound, clock);
  const url = `${team}/cdn-cgi/access/certs`;
  return {
    async nameOf(assertion) {
      try {
        const claims = await jwts.verify(
          assertion,
          { url },
          {
            issuer: [team],
            audience: [audience],
            algorithms: ['RS256'],
            required: ['iss', 'aud'],
          },
        );
        const name = text(claims['name']) ?? text(claims['email']);
        return name !== undefined && isPersonName(name) ? name : undefined;
      } catch {
        // Forged, over, or the keys cannot be had: nobody is named, and nothing depends on it.
        return undefined;
      }
    },
  };
}
