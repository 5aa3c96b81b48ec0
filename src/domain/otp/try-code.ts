/** One try of a one-time code. A wrong one is charged in the statement that judges it; a right one costs nothing. */
import type {
  Attempt,
  ChallengeRef,
  DeviceRef,
  IdentifierRef,
  OtpPurpose,
  Ports,
} from '../../ports/index.ts';
import { ok, err, rateLimited, type Result } from '../../shared/result.ts';
import { hex } from '../hex.ts';
import { tryRules } from '../throttle.ts';

export type RightAttempt = Extract<Attempt, { state: 'right' }>;

/** A right code that is not used up yet; `nonce` names this try. */
export interface RightCode {
  found: RightAttempt;
  nonce: string;
  now: number;
}

export type TryCodeErrorCode = 'otp_invalid' | 'otp_exhausted' | 'too_many_requests';

const MAC_PURPOSE = 'otp_code';

/**
 * The text that is hashed with a code, so that its hash fits no other challenge: the id by which a phone's code is verified, or the
 * address by which an email's is.
 */
const macText = (subject: string, otp: string): string => `${subject}\n${otp}`;

/** The keyed hash of a new code. @param id of its challenge */
export async function codeMac(
  { vault }: Pick<Ports, 'vault'>,
  id: string,
  { kind, value }: IdentifierRef,
  otp: string,
): Promise<string> {
  return vault.mac(MAC_PURPOSE, macText(kind === 'email' ? value : id, otp));
}

/**
 * @param request `registration` is the hash of the register_token that came with the code, `userId` who is signed in
 * @returns the right code; `otp_invalid` for wrong, used, expired, unknown and foreign ones alike (D-25)
 */
export async function tryCode(
  ports: Ports,
  request: {
    challenge: ChallengeRef;
    purposes: readonly OtpPurpose[];
    otp: string;
    userId?: string;
    registration?: string;
    device?: DeviceRef;
  },
): Promise<Result<RightCode, TryCodeErrorCode>> {
  const { challenge, purposes, otp, userId, registration, device } = request;
  const now = ports.clock.now();
  const nonce = hex(ports.random.bytes(16));
  const subject = 'id' in challenge ? challenge.id : challenge.email;
  const found = await ports.otps.attempt({
    challenge,
    purposes,
    userId,
    registration,
    codeMacs: await ports.vault.macs(MAC_PURPOSE, macText(subject, otp)),
    nonce,
    now,
    rules: tryRules(ports.limits, device),
    requestId: ports.requestId,
  });
  switch (found.state) {
    case 'unknown':
    case 'wrong':
      return err('otp_invalid');
    case 'exhausted':
      return err('otp_exhausted');
    case 'limited':
      return rateLimited(found.limited);
    case 'right':
      return ok({ found, nonce, now });
  }
}
