import registerWithFormExample from '../../../mocks/examples/application/registerWithForm.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { captcha, PlatformQuery, token } from '../../schemas/fields.ts';
import { callingCode, email, gender, name, newPassword, phone } from '../../schemas/typed.ts';
import { RegisterFormSuccess } from '../../schemas/otp.ts';
import { UserConsentRequestSchema } from '../../schemas/user.ts';

const FormRegisterRequestSchemaPhone = z
  .object({ mobile: phone.optional(), country_code: callingCode.optional() })
  .meta({ id: 'FormRegisterRequestSchemaPhone' });

/** Which identifiers are needed, the shop's configuration decides (D-46). */
const FormRegisterRequestSchema = z
  .object({
    first_name: name.optional(),
    last_name: name.optional(),
    gender: gender.optional(),
    email: email.optional(),
    password: newPassword.optional(),
    phone: FormRegisterRequestSchemaPhone.optional(),
    register_token: token.optional(),
    captcha_code: captcha.optional(),
    consent: UserConsentRequestSchema.optional(),
  })
  .meta({ id: 'FormRegisterRequestSchema' });

export const registrationApplication = tagged('Registration', {
  registerWithForm: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/register/form',
    summary: 'Registration using a form',
    description:
      'Use this API to perform user registration by sending form data in the request body. Required identifiers that ' +
      'the `register_token` has not proven yet get a code; the answer never tells who is registered already.',
    answers:
      'The shopper who is signed in, or the `register_token` and what is still to be proven.',
    // Registration can end with a sign-in, which ends the session that was presented (D-37).
    security: 'session?',
    cookie: 'sets',
    request: { query: PlatformQuery, body: FormRegisterRequestSchema },
    response: { 200: RegisterFormSuccess },
    always: ['success'],
    errors: [
      'validation_failed',
      'registration_closed',
      'register_token_invalid',
      'registration_finished',
      'required_field_missing',
      'password_weak',
      'captcha_failed',
      'account_blocked',
      'account_deleted',
      'application_inactive',
      'too_many_requests',
      'unavailable',
    ],
    example: {
      documented: registerWithFormExample,
      request: {
        body: {
          first_name: 'Akash',
          last_name: 'Mane',
          gender: 'male',
          email: 'akashmane@fynd.com',
          password: 'a-long-passphrase',
          phone: { country_code: '91', mobile: '7400448798' },
        },
      },
      response: registerWithFormExample,
    },
  }),
});
