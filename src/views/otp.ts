/** The documented answer of an operation that sends a code by SMS. */
import { mobileOf } from '../domain/identifiers/identifier.ts';
import type { SentOtp } from '../domain/otp/send-otp.ts';
import type { IdentifierRef } from '../ports/index.ts';

/** The same of a code that went to an address or a number; by email there is no `request_id`: its newest code is meant. */
export function sentToView(sent: SentOtp, identifier: IdentifierRef) {
  if (identifier.kind === 'phone') return sentView(sent, identifier);
  const { resendTimer, resendToken } = sent;
  return {
    success: true,
    message: 'OTP sent',
    email: identifier.value,
    resend_timer: resendTimer,
    resend_token: resendToken,
    resend_email_token: resendToken,
  };
}

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
