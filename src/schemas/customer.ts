/** A customer as an operator writes one. */
import { MAX_IDENTIFIERS } from '../shared/bounds.ts';
import * as z from 'zod';
import { digits, email, metaMap, name, text, typedText } from './fields.ts';
import { UserSchema } from './user.ts';

const username = typedText(64);

export const CreateUserRequestSchema = z
  .object({
    phone_number: digits.optional().meta({
      description:
        'With `+` and country code, else a number of the country of the shop; may be left out beside an email',
    }),
    username: username.optional().meta({ description: 'Made of the phone or email if left out' }),
    email: email.optional(),
    first_name: name.optional(),
    last_name: name.optional(),
    gender: text(20).optional(),
    dob: text(40).optional(),
    external_id: text(200).optional(),
    rr_id: text(200).optional(),
    meta: metaMap.optional(),
  })
  .meta({ id: 'CreateUserRequestSchema' });

const UserEmails = z
  .object({
    email: email.optional(),
    primary: z.boolean().optional(),
    verified: z.boolean().optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'UserEmails' });

const UserPhoneNumbers = z
  .object({
    phone: digits.optional(),
    country_code: digits.optional(),
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
    dob: text(40).optional(),
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
