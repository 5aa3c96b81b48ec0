/** A customer as an operator writes one. */
import { MAX_IDENTIFIERS } from '../shared/bounds.ts';
import * as z from 'zod';
import { flag, metaMap, text } from './fields.ts';
import { birthDate, callingCode, email, gender, name, phone, username } from './typed.ts';
import { UserSchema } from './user.ts';

export const CreateUserRequestSchema = z
  .object({
    phone_number: phone.optional().meta({
      description:
        'With `+` and country code, else a number of the country of the shop; may be left out beside an email',
    }),
    username: username.optional().meta({ description: 'Made of the phone or email if left out' }),
    email: email.optional(),
    first_name: name.optional(),
    last_name: name.optional(),
    gender: gender.optional(),
    dob: birthDate.optional(),
    external_id: text(200).optional(),
    rr_id: text(200).optional(),
    meta: metaMap.optional(),
  })
  .meta({ id: 'CreateUserRequestSchema' });

const UserEmails = z
  .object({
    email,
    primary: flag.optional(),
    verified: flag.optional(),
    active: flag.optional(),
  })
  .meta({ id: 'UserEmails' });

const UserPhoneNumbers = z
  .object({
    phone,
    country_code: callingCode.optional(),
    primary: flag.optional(),
    verified: flag.optional(),
    active: flag.optional(),
  })
  .meta({ id: 'UserPhoneNumbers' });

/** Lists replace those of the customer. */
export const UpdateUserRequestSchema = z
  .object({
    first_name: name.optional(),
    last_name: name.optional(),
    gender: gender.optional(),
    dob: birthDate.optional(),
    external_id: text(200).optional(),
    rr_id: text(200).optional(),
    meta: metaMap.optional(),
    emails: z
      .array(UserEmails)
      .max(MAX_IDENTIFIERS, `must be at most ${MAX_IDENTIFIERS}`)
      .optional(),
    phone_numbers: z
      .array(UserPhoneNumbers)
      .max(MAX_IDENTIFIERS, `must be at most ${MAX_IDENTIFIERS}`)
      .optional(),
  })
  .meta({ id: 'UpdateUserRequestSchema' });

export const CreateUserResponseSchema = z
  .object({ user: UserSchema.optional() })
  .meta({ id: 'CreateUserResponseSchema' });
