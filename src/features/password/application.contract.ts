import forgotPasswordExample from '../../../mocks/examples/application/forgotPassword.json' with { type: 'json' };
import sendResetPasswordEmailExample from '../../../mocks/examples/application/sendResetPasswordEmail.json' with { type: 'json' };
import sendResetTokenExample from '../../../mocks/examples/application/sendResetToken.json' with { type: 'json' };
import updatePasswordExample from '../../../mocks/examples/application/updatePassword.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { captcha, password, PlatformQuery } from '../../schemas/fields.ts';
import { email, newPassword } from '../../schemas/typed.ts';
import { CodeRequestBodySchema, LoginSuccess } from '../../schemas/login.ts';
import { ForgotPasswordRequestSchema, ResetPasswordSuccess } from '../../schemas/password.ts';
import { VerifyEmailSuccess } from '../../schemas/success.ts';

const SendResetPasswordEmailRequestSchema = z
  .object({ email, captcha_code: captcha.optional() })
  .meta({ id: 'SendResetPasswordEmailRequestSchema' });

const UpdatePasswordRequestSchema = z
  .object({
    old_password: password
      .optional()
      .meta({ description: 'Demanded when the shopper has a password' }),
    new_password: newPassword,
  })
  .meta({ id: 'UpdatePasswordRequestSchema' });

const HasPasswordSuccess = z
  .object({ result: z.boolean().optional() })
  .meta({ id: 'HasPasswordSuccess' });

export const passwordApplication = tagged('Password', {
  sendResetPasswordEmail: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/password/reset',
    summary: 'Reset Password',
    description:
      'Use this API to reset a password using the link sent on email. The answer is the same whether or not the ' +
      'address is known.',
    answers: 'The status `sent`, whether or not the address is known.',
    security: 'application',
    request: { query: PlatformQuery, body: SendResetPasswordEmailRequestSchema },
    response: { 200: ResetPasswordSuccess },
    always: ['status'],
    errors: ['validation_failed', 'forgot_password_disabled', 'captcha_failed'],
    example: {
      documented: sendResetPasswordEmailExample,
      request: { body: { email: 'akashmane@gofynd.com' } },
      response: sendResetPasswordEmailExample,
    },
  }),
  sendResetToken: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/password/reset/token',
    summary: 'Reset Password using token',
    description:
      'Use this API to send the code of a reset link, to see whether it can reset the password before asking for a new one. ' +
      'It stays usable. A code that has set a password is answered the same for ten minutes, and sets no other.',
    answers: 'The status of a code that can be used.',
    security: 'application',
    request: { body: CodeRequestBodySchema },
    response: { 200: ResetPasswordSuccess },
    always: ['status'],
    errors: ['forgot_password_disabled', 'link_invalid'],
    example: {
      documented: sendResetTokenExample,
      request: { body: { code: '7f1c9f3ddc2b4c0e8f6d1a2b3c4d5e6f' } },
      response: sendResetTokenExample,
    },
  }),
  forgotPassword: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/login/password/reset/forgot',
    summary: 'Forgot Password',
    description:
      'Use this API to reset a password using the code sent on email or SMS. It uses the code up, ends all earlier ' +
      'sessions and signs the shopper in.',
    answers: 'The shopper, who is signed in.',
    security: 'session?',
    cookie: 'sets',
    request: { body: ForgotPasswordRequestSchema },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: [
      'forgot_password_disabled',
      'link_invalid',
      'password_weak',
      'account_blocked',
      'account_deleted',
      'application_inactive',
    ],
    example: {
      documented: forgotPasswordExample,
      request: {
        body: { code: '7f1c9f3ddc2b4c0e8f6d1a2b3c4d5e6f', password: 'another-long-passphrase' },
      },
      response: forgotPasswordExample.value,
    },
  }),
  hasPassword: operation({
    method: 'get',
    path: '/service/application/user/authentication/v1.0/has-password',
    summary: 'Check password',
    description: 'Use this API to check if user has created a password for login.',
    answers: 'A boolean: whether there is a password.',
    security: 'session',
    request: {},
    response: { 200: HasPasswordSuccess },
    always: ['result'],
    errors: [],
    // The document's example is empty; this one is derived from its schema.
    example: { response: { result: true } },
  }),
  updatePassword: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/password',
    summary: 'Update user password',
    description:
      'Use this API to update the password. All other sessions end; this one goes on under a new id.',
    answers: 'A message that the password is changed.',
    security: 'session',
    cookie: 'renews',
    request: { body: UpdatePasswordRequestSchema },
    response: { 200: VerifyEmailSuccess },
    always: ['message'],
    errors: ['required_field_missing', 'password_wrong', 'password_weak', 'too_many_requests'],
    example: {
      documented: updatePasswordExample,
      request: {
        body: { old_password: 'a-long-passphrase', new_password: 'another-long-passphrase' },
      },
      response: updatePasswordExample,
    },
  }),
});
