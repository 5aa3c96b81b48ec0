/** The documented user and its identifiers on the wire. Absent when empty, never null (D-9). */
import * as z from 'zod';

const Email = z
  .object({
    email: z.string().optional(),
    primary: z.boolean().optional(),
    verified: z.boolean().optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'Email' });

const PhoneNumber = z
  .object({
    phone: z.string().optional().meta({ description: 'National digits' }),
    country_code: z.number().optional(),
    primary: z.boolean().optional(),
    verified: z.boolean().optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'PhoneNumber' });

const Debug = z
  .object({ source: z.string().optional(), platform: z.string().optional() })
  .meta({ id: 'Debug' });

const MetaMap = z.record(z.string(), z.unknown());

const UserConsent = z
  .object({
    privacy_policy: z
      .object({ value: z.boolean().optional(), updated_at: z.string().optional() })
      .meta({ id: 'PrivacyPolicyConsentSchema' })
      .optional(),
  })
  .meta({ id: 'UserConsent' });

/** As a form sends it: the time is ours. */
const ConsentObject = z
  .object({
    privacy_policy: z
      .object({ value: z.boolean().optional() })
      .meta({ id: 'PrivacyPolicyConsentRequestSchema' })
      .optional(),
  })
  .meta({ id: 'UserConsentRequestSchema' });

/** An object in later documents; themes of before send whether their box is ticked. */
export const UserConsentRequestSchema = z
  .preprocess(
    (given: z.input<typeof ConsentObject> | boolean) =>
      typeof given === 'boolean' ? { privacy_policy: { value: given } } : given,
    ConsentObject,
  )
  .meta({
    description: 'A boolean, which themes send, is read as `privacy_policy.value`.',
    'x-also-accepts': ['boolean'],
  });

export const UserSchema = z
  .object({
    _id: z.string().optional(),
    id: z.string().optional(),
    user_id: z.string().optional(),
    application_id: z.string().optional(),
    username: z.string().optional(),
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    gender: z.string().optional(),
    dob: z.string().optional().meta({ description: '`YYYY-MM-DDT00:00:00.000Z`' }),
    emails: z.array(Email).optional(),
    phone_numbers: z.array(PhoneNumber).optional(),
    active: z.boolean().optional(),
    account_type: z.string().optional(),
    profile_pic_url: z.string().optional(),
    roles: z.array(z.string()).optional(),
    meta: MetaMap.optional(),
    external_id: z.string().optional(),
    rr_id: z.string().optional(),
    consent: UserConsent.optional(),
    debug: Debug.optional(),
    has_old_password_hash: z.boolean().optional(),
    archive: z.boolean().optional(),
    status: z.enum(['active', 'blocked', 'archived', 'deleted']).optional(),
    deleted_on: z.string().optional(),
    created_at: z.string().optional(),
    updated_at: z.string().optional(),
    __v: z.number().optional(),
  })
  .meta({ id: 'UserSchema' });

export const UserObjectSchema = z
  .object({ user: UserSchema.optional() })
  .meta({ id: 'UserObjectSchema' });
