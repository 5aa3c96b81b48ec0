import updateProfileExample from '../../../mocks/examples/application/updateProfile.json' with { type: 'json' };
import * as z from 'zod';
import { operation } from '../../http/operation.ts';
import { digits, email, name, PlatformQuery, text, token } from '../../schemas/fields.ts';
import { ProfileEditSuccess } from '../../schemas/otp.ts';

const EditProfileMobileSchema = z
  .object({ phone: digits.optional(), country_code: digits.optional() })
  .meta({ id: 'EditProfileMobileSchema' });

const EditProfileRequestSchema = z
  .object({
    first_name: name.optional(),
    last_name: name.optional(),
    mobile: EditProfileMobileSchema.optional(),
    country_code: digits.optional(),
    email: email.optional(),
    gender: text(20).optional(),
    dob: text(40).optional(),
    profile_pic_url: text(2048).optional(),
    android_hash: text(100).optional(),
    sender: text(100).optional(),
    register_token: token.optional(),
  })
  .meta({ id: 'EditProfileRequestSchema' });

export const profileApplication = {
  updateProfile: operation({
    method: 'post',
    path: '/service/application/user/profile/v1.0/detail',
    summary: 'Edit Profile Details',
    description:
      'Use this API to update details in the user profile. With a `register_token` and no session it finishes a ' +
      'registration and signs the new shopper in.',
    security: 'session?',
    request: { query: PlatformQuery, body: EditProfileRequestSchema },
    response: { 200: ProfileEditSuccess },
    errors: [
      'validation_failed',
      'not_authenticated',
      'register_token_invalid',
      'registration_closed',
      'registration_finished',
      'required_field_missing',
      'identifier_taken',
      'identifier_limit',
      'account_blocked',
      'account_deleted',
      'application_inactive',
      'too_many_requests',
    ],
    example: {
      request: { body: { first_name: 'Akash', last_name: 'Mane', gender: 'male' } },
      response: updateProfileExample.value,
    },
  }),
};
