/** The documented answer of an operation that sends a code by SMS. */
import { mobileOf } from '../domain/identifiers/identifier.ts';
import type { SentOtp } from '../domain/otp/send-otp.ts';
import type { IdentifierRef } from '../ports/index.ts';

/** @param identifier to which the code went */
export function sentView(
  { requestId, resendTimer, resendToken }: SentOtp,
  identifier: IdentifierRef,
) {
  return {
    success: true,
    request_id: requestId,
    message: 'OTP sent',
    ...mobileOf(identifier),
    resend_timer: resendTimer,
    resend_token: resendToken,
  };
}
