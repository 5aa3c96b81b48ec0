import sendOTPOnEmailExample from '../../../mocks/examples/application/sendOTPOnEmail.json' with { type: 'json' };
import sendOTPOnMobileExample from '../../../mocks/examples/application/sendOTPOnMobile.json' with { type: 'json' };
import verifyEmailOTPExample from '../../../mocks/examples/application/verifyEmailOTP.json' with { type: 'json' };
import verifyMobileOTPExample from '../../../mocks/examples/application/verifyMobileOTP.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import { PlatformQuery } from '../../schemas/fields.ts';
import {
  EmailOtpSuccess,
  OtpSuccess,
  SendEmailOtpRequestSchema,
  SendMobileOtpRequestSchema,
  VerifyEmailOtpRequestSchema,
  VerifyOtpRequestSchema,
  VerifyOtpSuccess,
} from '../../schemas/otp.ts';

/** How a right or wrong code can end, however it came. */
const VERIFY_ERRORS = [
  'otp_invalid',
  'otp_exhausted',
  'register_token_invalid',
  'registration_closed',
  'registration_finished',
  'account_blocked',
  'account_deleted',
  'application_inactive',
  'identifier_taken',
  'identifier_limit',
  'otp_login_disabled',
  'too_many_requests',
] as const;

export const otpApplication = tagged('One-time codes', {
  sendOTPOnMobile: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/mobile/send',
    summary: 'Send OTP on mobile',
    description:
      'Use this API to send an OTP to a mobile number. With the `resend_token` of an earlier answer as `token` the ' +
      'same live code is sent again under the same `request_id`. Signed in, the code adds the number to the profile.',
    answers:
      'The `request_id` that verifies the code, the `resend_token` that sends it again and the seconds until that is allowed.',
    security: 'session?',
    request: { query: PlatformQuery, body: SendMobileOtpRequestSchema },
    response: { 200: OtpSuccess },
    always: [
      'success',
      'request_id',
      'message',
      'mobile',
      'country_code',
      'resend_timer',
      'resend_token',
    ],
    errors: [
      'validation_failed',
      'resend_token_invalid',
      'otp_login_disabled',
      'otp_exhausted',
      'captcha_failed',
      'application_inactive',
      'too_many_requests',
      'unavailable',
    ],
    example: {
      documented: sendOTPOnMobileExample,
      request: {
        body: {
          mobile: '8652523958',
          country_code: '91',
          action: 'resend',
          token: '18fc3d60-66e5-11eb-9399-0312fbf2c2a6',
        },
      },
      response: sendOTPOnMobileExample,
    },
  }),
  verifyMobileOTP: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/mobile/verify',
    summary: 'Verify OTP on mobile',
    description:
      'Use this API to verify the OTP received on a mobile number. A known shopper is signed in; a new one gets a ' +
      '`register_token` for which the number counts as proven.',
    answers: 'The shopper who is signed in, or the `register_token` of a new one.',
    security: 'session?',
    cookie: 'sets',
    request: { query: PlatformQuery, body: VerifyOtpRequestSchema },
    response: { 200: VerifyOtpSuccess },
    always: [],
    errors: VERIFY_ERRORS,
    example: {
      documented: verifyMobileOTPExample,
      request: { body: { request_id: '01503005aeab87cbed93d40f46cc2749', otp: '123456' } },
      response: verifyMobileOTPExample.value,
    },
  }),
  sendOTPOnEmail: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/email/send',
    summary: 'Send OTP on email',
    description:
      'Use this API to send an OTP to an email ID. With the `resend_email_token` of an earlier answer as `token` the ' +
      'same live code is sent again.',
    answers: 'Whether a code was sent, and the `resend_email_token` that sends it again.',
    security: 'session?',
    request: { query: PlatformQuery, body: SendEmailOtpRequestSchema },
    response: { 200: EmailOtpSuccess },
    always: ['success'],
    errors: [
      'validation_failed',
      'resend_token_invalid',
      'register_token_invalid',
      'otp_login_disabled',
      'otp_exhausted',
      'captcha_failed',
      'application_inactive',
      'too_many_requests',
      'unavailable',
    ],
    example: {
      documented: sendOTPOnEmailExample,
      request: { body: { email: 'akashmane@gofynd.com', action: 'send' } },
      response: sendOTPOnEmailExample,
    },
  }),
  verifyEmailOTP: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/otp/email/verify',
    summary: 'Verify OTP on email',
    description:
      'Use this API to verify the OTP received on an email ID. A known shopper is signed in; a new one gets a ' +
      '`register_token` for which the address counts as proven.',
    answers: 'The shopper who is signed in, or the `register_token` of a new one.',
    security: 'session?',
    cookie: 'sets',
    request: { query: PlatformQuery, body: VerifyEmailOtpRequestSchema },
    response: { 200: VerifyOtpSuccess },
    always: [],
    errors: ['validation_failed', ...VERIFY_ERRORS],
    example: {
      documented: verifyEmailOTPExample,
      request: { body: { email: 'akashmane@gofynd.com', otp: '123456' } },
      response: verifyEmailOTPExample.value,
    },
  }),
});
