/** The answer of a registration that ended, or that waits for proofs: the same keys for every operation that gives it. */
import type { Application } from '../ports/index.ts';
import type { FinishOutcome } from '../domain/registration/finish-registration.ts';
import { mobileOf } from '../domain/identifiers/identifier.ts';
import { userView } from './user.ts';

/** The outcome of `registerWithForm` and of `updateProfile` with a register_token. */
export function registrationView(outcome: FinishOutcome, application: Application) {
  if (outcome.kind === 'signed_in') {
    const { user, linkSentTo } = outcome;
    return {
      success: true,
      user_exists: true,
      user: userView(user, application),
      ...(linkSentTo !== undefined && { verify_email_link: true, email: linkSentTo }),
    };
  }
  const mobile = outcome.proofs.find(({ identifier }) => identifier.kind === 'phone');
  const email = outcome.proofs.find(({ identifier }) => identifier.kind === 'email');
  return {
    success: true,
    message: 'OTP sent',
    register_token: outcome.token,
    user_exists: false,
    ...(mobile && {
      verify_mobile_otp: true,
      request_id: mobile.requestId,
      resend_token: mobile.resendToken,
      resend_timer: mobile.resendTimer,
      ...mobileOf(mobile.identifier),
    }),
    ...(email && {
      verify_email_otp: true,
      resend_email_token: email.resendToken,
      email: email.identifier.value,
    }),
  };
}
