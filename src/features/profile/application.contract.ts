import updateProfileExample from '../../../mocks/examples/application/updateProfile.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { captcha, code, PlatformQuery, reason, text, token } from '../../schemas/fields.ts';
import {
  birthDate,
  callingCode,
  email,
  gender,
  name,
  phone,
  webAddress,
} from '../../schemas/typed.ts';
import { ProfileEditSuccess } from '../../schemas/otp.ts';
import { success } from '../../schemas/success.ts';
import { UserConsentRequestSchema } from '../../schemas/user.ts';

const EditProfileMobileSchema = z
  .object({ phone: phone.optional(), country_code: callingCode.optional() })
  .meta({ id: 'EditProfileMobileSchema' });

const EditProfileRequestSchema = z
  .object({
    first_name: name.optional(),
    last_name: name.optional(),
    mobile: EditProfileMobileSchema.optional(),
    country_code: callingCode.optional(),
    email: email.optional(),
    gender: gender.optional(),
    dob: birthDate.optional(),
    profile_pic_url: webAddress.optional(),
    android_hash: text(100).optional(),
    sender: text(100).optional(),
    register_token: token.optional(),
    captcha_code: captcha.optional(),
    consent: UserConsentRequestSchema.optional(),
  })
  .meta({ id: 'EditProfileRequestSchema' });

const DeleteApplicationUserRequestSchema = z
  .object({
    user_id: text(100).optional().meta({ description: 'If sent, that of the shopper' }),
    reason: reason.optional(),
    reason_id: text(100)
      .optional()
      .meta({ description: 'One of the `delete_account_reasons` of the configuration' }),
    request_id: token.optional().meta({ description: 'Left out when the code came by email' }),
    otp: code,
  })
  .meta({ id: 'DeleteApplicationUserRequestSchema' });

export const profileApplication = tagged('Profile', {
  updateProfile: operation({
    method: 'post',
    path: '/service/application/user/profile/v1.0/detail',
    summary: 'Edit Profile Details',
    description:
      'Use this API to update details of the profile: first name, last name, gender, date of birth, email, phone number or ' +
      'profile picture. A new email or number is unverified until it is proven. With a `register_token` and no session it finishes a ' +
      'registration and signs the new shopper in.',
    answers: 'The shopper as it is now, or what is still to be proven before a registration ends.',
    security: 'session?',
    cookie: 'sets',
    request: { query: PlatformQuery, body: EditProfileRequestSchema },
    response: { 200: ProfileEditSuccess },
    always: [],
    errors: [
      'validation_failed',
      'not_authenticated',
      'register_token_invalid',
      'registration_closed',
      'registration_finished',
      'required_field_missing',
      'identifier_limit',
      'captcha_failed',
      'account_blocked',
      'account_deleted',
      'application_inactive',
      'too_many_requests',
    ],
    example: {
      documented: updateProfileExample,
      request: { body: { first_name: 'Akash', last_name: 'Mane', gender: 'male' } },
      response: updateProfileExample.value,
    },
  }),
  // The documents name its schemas alone; later versions of them have it (D-19).
  deleteUser: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/delete',
    summary: 'Delete user account',
    description:
      'Use this API to delete the account of the signed-in user, confirmed by an OTP. All sessions end; the account ' +
      'can be restored for `delete_account_day` days.',
    answers: 'Whether the account is deleted.',
    security: 'session',
    cookie: 'clears',
    request: { body: DeleteApplicationUserRequestSchema },
    response: { 200: success('DeleteUserSuccess') },
    always: ['success'],
    errors: [
      'validation_failed',
      'reason_unknown',
      'otp_invalid',
      'otp_exhausted',
      'too_many_requests',
    ],
    example: {
      request: {
        body: {
          user_id: '5e68af49cfa09bf7233022f1',
          reason: 'I have another account',
          reason_id: '123',
          request_id: '01503005aeab87cbed93d40f46cc2749',
          otp: '123456',
        },
      },
      // There is no documented example; this one is derived from its schema.
      response: { success: true },
    },
  }),
});
