/** Later operations: a new password by a one-time code, or by a link that comes by SMS. */
import resetForgotPasswordExample from '../../../mocks/examples/application/resetForgotPassword.json' with { type: 'json' };
import sendForgotOTPOnEmailExample from '../../../mocks/examples/application/sendForgotOTPOnEmail.json' with { type: 'json' };
import sendForgotOTPOnMobileExample from '../../../mocks/examples/application/sendForgotOTPOnMobile.json' with { type: 'json' };
import verifyEmailForgotOTPExample from '../../../mocks/examples/application/verifyEmailForgotOTP.json' with { type: 'json' };
import verifyMobileForgotOTPExample from '../../../mocks/examples/application/verifyMobileForgotOTP.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import { PlatformQuery } from '../../schemas/fields.ts';
import {
  EmailOtpSuccess,
  SendEmailForgotOtpRequestSchema,
  SendMobileForgotOtpRequestSchema,
  SendOtpSuccess,
  VerifyEmailForgotOtpRequestSchema,
  VerifyMobileForgotOtpRequestSchema,
} from '../../schemas/otp.ts';
import {
  ForgotPasswordRequestSchema,
  ResetPasswordSuccess,
  SendResetPasswordMobileRequestSchema,
  VerifyForgotOtpSuccess,
} from '../../schemas/password.ts';
import { success } from '../../schemas/success.ts';

const ResetForgotPasswordSuccess = success('ResetForgotPasswordSuccess');

const SEND_ERRORS = [
  'validation_failed',
  'forgot_password_disabled',
  'resend_token_invalid',
  'otp_exhausted',
  'captcha_failed',
  'application_inactive',
  'too_many_requests',
  'unavailable',
] as const;

const VERIFY_ERRORS = [
  'forgot_password_disabled',
  'otp_invalid',
  'otp_exhausted',
  'too_many_requests',
] as const;

export const resetByCodeApplication = tagged('Password', {
  sendForgotOTPOnMobile: operation({
    since: '1.3.4',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/forgot/mobile/send',
    summary: 'Send an OTP for a new password on mobile',
    description:
      'Use this API to send an OTP to a mobile number whose password is forgotten. The answer is the same whether or not ' +
      'the number is known. With the `resend_token` of an earlier answer as `token` the same live code is sent again.',
    answers:
      'The `request_id` that verifies the code, the `resend_token` that sends it again and the seconds until that is allowed.',
    security: 'application',
    request: { query: PlatformQuery, body: SendMobileForgotOtpRequestSchema },
    response: { 200: SendOtpSuccess },
    always: [
      'success',
      'request_id',
      'message',
      'mobile',
      'country_code',
      'resend_timer',
      'resend_token',
    ],
    errors: SEND_ERRORS,
    example: {
      documented: sendForgotOTPOnMobileExample,
      request: { body: { mobile: '9987568524', country_code: '91', action: 'send' } },
      response: sendForgotOTPOnMobileExample,
    },
  }),
  verifyMobileForgotOTP: operation({
    since: '1.3.4',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/forgot/mobile/verify',
    summary: 'Verify the OTP for a new password on mobile',
    description:
      'Use this API to verify the OTP that was sent to a mobile number for a new password. It signs nobody in: the ' +
      '`forgot_token` of the answer is the `code` of resetForgotPassword.',
    answers: 'The `forgot_token`, which sets a new password within ten minutes, once.',
    security: 'application',
    request: { query: PlatformQuery, body: VerifyMobileForgotOtpRequestSchema },
    response: { 200: VerifyForgotOtpSuccess },
    always: ['success', 'forgot_token'],
    errors: VERIFY_ERRORS,
    example: {
      documented: verifyMobileForgotOTPExample,
      request: { body: { request_id: '01503005aeab87cbed93d40f46cc2749', otp: '123456' } },
      response: verifyMobileForgotOTPExample,
    },
  }),
  sendForgotOTPOnEmail: operation({
    since: '1.3.4',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/forgot/email/send',
    summary: 'Send an OTP for a new password on email',
    description:
      'Use this API to send an OTP to an email ID whose password is forgotten. The answer is the same whether or not ' +
      'the address is known. With the `resend_email_token` of an earlier answer as `token` the same live code is sent again.',
    answers:
      'Whether the request was taken, and the `resend_email_token` that sends the code again.',
    security: 'application',
    request: { query: PlatformQuery, body: SendEmailForgotOtpRequestSchema },
    response: { 200: EmailOtpSuccess },
    always: ['success'],
    errors: SEND_ERRORS,
    example: {
      documented: sendForgotOTPOnEmailExample,
      request: { body: { email: 'akashmane@gofynd.com', action: 'send' } },
      response: sendForgotOTPOnEmailExample,
    },
  }),
  verifyEmailForgotOTP: operation({
    since: '1.3.4',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/forgot/email/verify',
    summary: 'Verify the OTP for a new password on email',
    description:
      'Use this API to verify the OTP that was sent to an email ID for a new password. It signs nobody in: the ' +
      '`forgot_token` of the answer is the `code` of resetForgotPassword.',
    answers: 'The `forgot_token`, which sets a new password within ten minutes, once.',
    security: 'application',
    request: { query: PlatformQuery, body: VerifyEmailForgotOtpRequestSchema },
    response: { 200: VerifyForgotOtpSuccess },
    always: ['success', 'forgot_token'],
    errors: ['validation_failed', ...VERIFY_ERRORS],
    example: {
      documented: verifyEmailForgotOTPExample,
      request: { body: { email: 'akashmane@gofynd.com', otp: '123456' } },
      response: verifyEmailForgotOTPExample,
    },
  }),
  resetForgotPassword: operation({
    since: '1.3.4',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/password/forgot',
    summary: 'Set a new password by a forgot_token',
    description:
      'Use this API to set a new password; `code` is the `forgot_token` of a verified OTP. It is used up, and all ' +
      'sessions of the shopper end. Nobody is signed in.',
    answers: 'Whether the password is set.',
    security: 'application',
    request: { body: ForgotPasswordRequestSchema },
    response: { 200: ResetForgotPasswordSuccess },
    always: ['success'],
    errors: ['forgot_password_disabled', 'forgot_token_invalid', 'password_weak'],
    example: {
      documented: resetForgotPasswordExample,
      request: {
        body: {
          code: 'd6c9df22-7e65-41be-9852-8207a8d2d54d',
          password: 'another-long-passphrase',
        },
      },
      response: resetForgotPasswordExample,
    },
  }),
  sendResetPasswordMobile: operation({
    since: '0.1.26',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/password/mobile/reset',
    summary: 'Reset Password by a link on mobile',
    description:
      'Use this API to reset a password using a link sent by SMS. The answer is the same whether or not the number is ' +
      'known. The code of the link is used as one that came by email.',
    answers: 'The status `sent`, whether or not the number is known.',
    security: 'application',
    request: { query: PlatformQuery, body: SendResetPasswordMobileRequestSchema },
    response: { 200: ResetPasswordSuccess },
    always: ['status'],
    errors: ['validation_failed', 'forgot_password_disabled', 'captcha_failed'],
    // The SDK publishes no model of the answer; it is that of the link by email.
    example: {
      request: { body: { country_code: '91', mobile: '9987568524' } },
      response: { status: 'sent' },
    },
  }),
});
