/**
 * Later operations: another primary email or number by two proofs. The SDK publishes no schema of their bodies, and of the
 * answers the names alone.
 */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import {
  SendOtpSuccess,
  SendPrimaryOtpRequestSchema,
  SendUpdateOtpRequestSchema,
  VerifyOtpSuccess,
  VerifyPrimaryOtpRequestSchema,
  VerifyPrimaryOTPSuccess,
  VerifyUpdateOtpRequestSchema,
} from '../../schemas/otp.ts';

const EntityPath = z.object({
  entity: z.enum(['mobile', 'email'], 'must be mobile or email').meta({
    description: 'Which primary is to change: `mobile` or `email`',
    examples: ['mobile'],
  }),
});
const params = { entity: 'mobile' } as const;

const SEND_ERRORS = [
  'validation_failed',
  'resend_token_invalid',
  'otp_exhausted',
  'too_many_requests',
  'unavailable',
] as const;

const VERIFY_ERRORS = [
  'validation_failed',
  'otp_invalid',
  'otp_exhausted',
  'too_many_requests',
] as const;

const ANSWERS =
  'Where the code went, the `request_id` that verifies it when that is a mobile number, and the token that sends it again.';

export const primaryApplication = tagged('Emails and phones', {
  sendOTPOnPrimary: operation({
    since: '3.3.2',
    method: 'post',
    path: '/service/application/user/profile/v2.0/{entity}/primary/otp/send',
    summary: 'Send an OTP to the primary mobile or email',
    description:
      'Use this API first of four to change the primary mobile number or email ID: it sends an OTP to the present one. ' +
      'A shopper who has none of that kind gets it at the primary of the other kind. With the resend token of an earlier ' +
      'answer as `token` the same live code is sent again.',
    answers: ANSWERS,
    security: 'session',
    request: { params: EntityPath, body: SendPrimaryOtpRequestSchema },
    response: { 200: SendOtpSuccess },
    always: ['success', 'message', 'resend_timer', 'resend_token'],
    errors: [...SEND_ERRORS, 'identifier_unverified'],
    example: {
      request: { params, body: { mobile: '8652523958', country_code: '91', action: 'send' } },
      response: {
        success: true,
        request_id: '01503005aeab87cbed93d40f46cc2749',
        message: 'OTP sent',
        mobile: '8652523958',
        country_code: '91',
        resend_timer: 30,
        resend_token: '18fc3d60-66e5-11eb-9399-0312fbf2c2a6',
      },
    },
  }),
  verifyOTPonPrimary: operation({
    since: '3.3.2',
    method: 'post',
    path: '/service/application/user/profile/v2.0/{entity}/primary/otp/verify',
    summary: 'Verify the OTP of the primary mobile or email',
    description:
      'Use this API to verify the OTP of sendOTPOnPrimary. For ten minutes this session may then change the primary of that ' +
      'kind, once.',
    answers: 'Whether the primary is proven.',
    security: 'session',
    request: { params: EntityPath, body: VerifyPrimaryOtpRequestSchema },
    response: { 200: VerifyPrimaryOTPSuccess },
    always: ['success'],
    errors: [...VERIFY_ERRORS, 'identifier_unverified'],
    example: {
      request: { params, body: { request_id: '01503005aeab87cbed93d40f46cc2749', otp: '123456' } },
      response: { success: true },
    },
  }),
  sendOTPForUpdate: operation({
    since: '3.3.2',
    method: 'post',
    path: '/service/application/user/profile/v2.0/{entity}/otp/send',
    summary: 'Send an OTP to the mobile or email that is to be primary',
    description:
      'Use this API after sendOTPOnPrimary and verifyOTPonPrimary: it sends an OTP to the mobile number or email ID that is to ' +
      'be primary. With the resend token of an earlier answer as `token` the same live code is sent again.',
    answers: ANSWERS,
    security: 'session',
    request: { params: EntityPath, body: SendUpdateOtpRequestSchema },
    response: { 200: SendOtpSuccess },
    always: ['success', 'message', 'resend_timer', 'resend_token'],
    errors: [...SEND_ERRORS, 'primary_unproven'],
    example: {
      request: { params, body: { mobile: '9987568524', country_code: '91', action: 'send' } },
      response: {
        success: true,
        request_id: '8e1f90c2c3a84c6f9c6f3f3f0a0d6f1b',
        message: 'OTP sent',
        mobile: '9987568524',
        country_code: '91',
        resend_timer: 30,
        resend_token: '6f0f3a52-7c1d-4f0e-9a57-5b5f6c9d2e11',
      },
    },
  }),
  verifyOTPForUpdate: operation({
    since: '3.3.2',
    method: 'post',
    path: '/service/application/user/profile/v2.0/{entity}/otp/verify',
    summary: 'Verify the OTP of the mobile or email that is to be primary',
    description:
      'Use this API last of four: it verifies the OTP of sendOTPForUpdate, and the mobile number or email ID becomes primary. ' +
      'The old one stays on the profile; both get a notice.',
    answers: 'The shopper with the new primary mobile number or email ID.',
    security: 'session',
    request: { params: EntityPath, body: VerifyUpdateOtpRequestSchema },
    response: { 200: VerifyOtpSuccess },
    always: ['user', 'user_exists'],
    errors: [...VERIFY_ERRORS, 'primary_unproven', 'identifier_taken', 'identifier_limit'],
    example: {
      request: { params, body: { request_id: '8e1f90c2c3a84c6f9c6f3f3f0a0d6f1b', otp: '123456' } },
      response: {
        user: {
          _id: '5e68af49cfa09bf7233022f1',
          user_id: '5e68af49cfa09bf7233022f1',
          username: 'akash_10',
          first_name: 'Akash',
          last_name: 'Mane',
          phone_numbers: [
            {
              phone: '9987568524',
              country_code: 91,
              active: true,
              primary: true,
              verified: true,
            },
            {
              phone: '8652523958',
              country_code: 91,
              active: true,
              primary: false,
              verified: true,
            },
          ],
          emails: [],
          active: true,
          account_type: 'user',
        },
        user_exists: true,
      },
    },
  }),
});
