/** One try of a one-time code: charged before it is judged, compared in constant time. */
import type { Attempt, ChallengeRef, Ports } from '../ports.ts';
import { accept, refuse, tooMany, type Result } from './result.ts';
import { hex } from './hex.ts';
import { wrongTries } from './throttle.ts';

export type Judged = Extract<Attempt, { state: 'judge' }>;

/** A right code, charged as `nonce`, that nobody has used up yet. */
export interface RightCode {
  found: Judged;
  nonce: string;
  now: number;
}

export type TryRefusal = 'otp_invalid' | 'otp_exhausted' | 'too_many_requests' | 'unavailable';

/**
 * @param request `registration` is the hash of the register_token that came with the code
 * @returns the right code; `otp_invalid` for wrong, used, expired, unknown and foreign ones alike (ruling 4)
 */
export async function tryCode(
  ports: Ports,
  request: { challenge: ChallengeRef; otp: string; registration?: string },
): Promise<Result<RightCode, TryRefusal>> {
  const now = ports.clock.now();
  const nonce = hex(ports.random.bytes(16));
  const found = await ports.otps.attempt({
    challenge: request.challenge,
    registration: request.registration,
    nonce,
    now,
    rules: { maxTries: ports.limits.otpTriesPerCode, perIdentifier: wrongTries(ports.limits) },
  });
  switch (found.state) {
    case 'unknown':
      return refuse('otp_invalid');
    case 'exhausted':
      return refuse('otp_exhausted');
    case 'limited':
      return tooMany(found.limited);
    case 'not_here_yet':
      return refuse('unavailable', { retryAfter: 2 });
    case 'judge': {
      const expected = await ports.vault.open('otp', found.sealedCode);
      return ports.vault.equal(expected, request.otp)
        ? accept({ found, nonce, now })
        : refuse('otp_invalid');
    }
  }
}
