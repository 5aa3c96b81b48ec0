/** A customer as an operator writes one. */
import { MAX_IDENTIFIERS } from '../shared/bounds.ts';
import * as z from 'zod';
import { metaMap, name, text, typedText } from './fields.ts';
import { callingCode, email, phone } from './typed.ts';
import { UserSchema } from './user.ts';

const username = typedText(64);

export const CreateUserRequestSchema = z
  .object({
    phone_number: phone.meta({
      description: 'With `+` and country code, else a number of the country of the shop',
    }),
    username,
    email: email.optional(),
    first_name: name.optional(),
    last_name: name.optional(),
    gender: text(20).optional(),
    meta: metaMap.optional(),
  })
  .meta({ id: 'CreateUserRequestSchema' });

const UserEmails = z
  .object({
    email,
    primary: z.boolean().optional(),
    verified: z.boolean().optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'UserEmails' });

const UserPhoneNumbers = z
  .object({
    phone,
    country_code: callingCode.optional(),
    primary: z.boolean().optional(),
    verified: z.boolean().optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'UserPhoneNumbers' });

/** Lists replace those of the customer. */
export const UpdateUserRequestSchema = z
  .object({
    first_name: name.optional(),
    last_name: name.optional(),
    gender: text(20).optional(),
    external_id: text(200).optional(),
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
