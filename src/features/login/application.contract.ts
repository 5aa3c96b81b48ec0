import loginWithEmailAndPasswordExample from '../../../mocks/examples/application/loginWithEmailAndPassword.json' with { type: 'json' };
import loginWithOTPExample from '../../../mocks/examples/application/loginWithOTP.json' with { type: 'json' };
import loginWithTokenExample from '../../../mocks/examples/application/loginWithToken.json' with { type: 'json' };
import userExistsExample from '../../../mocks/examples/application/userExists.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { captcha, longToken, password, PlatformQuery, typedText } from '../../schemas/fields.ts';
import { LoginSuccess } from '../../schemas/login.ts';
import { SendOtpRequestSchema, SendOtpResponse } from '../../schemas/otp.ts';

const PasswordLoginRequestSchema = z
  .object({
    username: typedText(254).meta({ description: 'Email, phone number or username' }),
    password,
    captcha_code: captcha.optional(),
  })
  .meta({ id: 'PasswordLoginRequestSchema' });

const TokenRequestBodySchema = z
  .object({
    token: longToken.meta({ description: 'A JWT of the company’s own system, used once' }),
  })
  .meta({ id: 'TokenRequestBodySchema' });

const UserExistsDetails = z
  .object({ user_exists: z.boolean().optional() })
  .meta({ id: 'UserExistsDetails' });

export const loginApplication = tagged('Login', {
  loginWithOTP: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/otp',
    summary: 'Login or Register with OTP',
    description:
      'Use this API to login or register with a one-time password (OTP) sent via SMS; one by email comes from ' +
      '`sendOTPOnEmail`. ' +
      'The answer is the same whether or not the number is known.',
    answers:
      'The `request_id` that verifies the code, the number it went to and the seconds until a resend.',
    security: 'application',
    request: { query: PlatformQuery, body: SendOtpRequestSchema },
    response: { 200: SendOtpResponse },
    always: ['success', 'request_id', 'message', 'mobile', 'country_code', 'resend_timer'],
    errors: [
      'validation_failed',
      'otp_login_disabled',
      'captcha_failed',
      'application_inactive',
      'too_many_requests',
    ],
    example: {
      documented: loginWithOTPExample,
      request: { body: { mobile: '8652523958', country_code: '91' } },
      response: loginWithOTPExample.value,
    },
  }),
  loginWithEmailAndPassword: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/password',
    summary: 'Login or Register with password',
    description:
      'Use this API to login using a password and an email address, a phone number or a username. Somebody new registers ' +
      'with `registerWithForm` first: a wrong password and an unknown shopper get the same answer, so that nobody can ' +
      'find out who is registered. The right password with an email that is still to be verified is ' +
      '`identifier_unverified`, and the link to verify it is sent again.',
    answers:
      'The shopper; with a `register_token`, and no session, when an identifier that the shop demands is still to be proven.',
    // Reads a session, which a successful login ends (D-37).
    security: 'session?',
    cookie: 'sets',
    request: { body: PasswordLoginRequestSchema },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: [
      'password_login_disabled',
      'captcha_failed',
      'login_failed',
      'identifier_unverified',
      'account_blocked',
      'account_deleted',
      'application_inactive',
      'too_many_requests',
    ],
    example: {
      documented: loginWithEmailAndPasswordExample,
      request: { body: { username: 'akashmane@gofynd.com', password: 'a-long-passphrase' } },
      response: loginWithEmailAndPasswordExample.value,
    },
  }),
  loginWithToken: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/token',
    summary: 'Login or Register with token',
    description: 'Use this API to login or register using a token for authentication.',
    answers:
      'The shopper; with a `register_token`, and no session, when an identifier that the shop demands is still to be proven.',
    security: 'session?',
    cookie: 'sets',
    request: { body: TokenRequestBodySchema },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: [
      'login_failed',
      'registration_closed',
      'identifier_taken',
      'account_blocked',
      'account_deleted',
      'application_inactive',
      'too_many_requests',
      'provider_unavailable',
    ],
    example: {
      documented: loginWithTokenExample,
      request: {
        body: {
          token:
            'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL3Nob3AuZXhhbXBsZSIsInN1YiI6IjEifQ.c2lnbmF0dXJl',
        },
      },
      response: loginWithTokenExample.value,
    },
  }),
  userExists: operation({
    since: '1.4.0',
    method: 'get',
    path: '/service/application/user/authentication/v1.0/user-exists',
    summary: 'Check whether a user is registered',
    description:
      'Use this API to learn whether an email ID or a mobile number is registered already. It tells who exists: in ' +
      'production it is refused until the shop turns it on, and questions are counted. A captcha goes into the header ' +
      '`x-captcha-code`.',
    answers: 'A boolean: whether a user is registered.',
    security: 'application',
    request: {
      query: z.object({
        q: typedText(254).meta({ description: 'Email ID or phone number of a user' }),
      }),
    },
    response: { 200: UserExistsDetails },
    always: ['user_exists'],
    errors: ['validation_failed', 'user_exists_disabled', 'captcha_failed', 'too_many_requests'],
    example: {
      documented: userExistsExample,
      request: { query: { q: 'akashmane@gofynd.com' } },
      response: userExistsExample,
    },
  }),
});
