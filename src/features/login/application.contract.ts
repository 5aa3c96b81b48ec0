import loginWithOTPExample from '../../../mocks/examples/application/loginWithOTP.json' with { type: 'json' };
import { operation } from '../../http/operation.ts';
import { PlatformQuery } from '../../schemas/fields.ts';
import { SendOtpRequestSchema, SendOtpResponse } from '../../schemas/otp.ts';

export const loginApplication = {
  loginWithOTP: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/otp',
    summary: 'Login or Register with OTP',
    description:
      'Use this API to login or register with a One-time Password (OTP) sent via SMS. ' +
      'The answer is the same whether or not the number is known.',
    security: 'application',
    request: { query: PlatformQuery, body: SendOtpRequestSchema },
    response: { 200: SendOtpResponse },
    errors: ['validation_failed', 'otp_login_disabled', 'too_many_requests'],
    example: {
      request: { body: { mobile: '8652523958', country_code: '91' } },
      response: loginWithOTPExample.value,
    },
  }),
};
