/** The documented platform config. One schema serves both documents; it is their union (ruling 37). */
import * as z from 'zod';

const requiredField = (id: string) =>
  z.object({ is_required: z.boolean().optional(), level: z.string().optional() }).meta({ id });

export const RequiredFields = z
  .object({
    email: requiredField('PlatformEmail').optional(),
    mobile: requiredField('PlatformMobile').optional(),
  })
  .meta({ id: 'RequiredFields' });

export const RegisterRequiredFields = z
  .object({
    email: requiredField('RegisterRequiredFieldsEmail').optional(),
    mobile: requiredField('RegisterRequiredFieldsMobile').optional(),
  })
  .meta({ id: 'RegisterRequiredFields' });

/** `appId` is how the examples spell it; `app_id` is canonical (decision 5). */
const socialToken = (id: string) =>
  z.object({ app_id: z.string().optional(), appId: z.string().optional() }).meta({ id });

export const SocialTokens = z
  .object({
    facebook: socialToken('Facebook').optional(),
    account_kit: socialToken('Accountkit').optional(),
    google: socialToken('Google').optional(),
    apple: z
      .object({ app_id: z.string().optional(), redirect_uri: z.string().optional() })
      .meta({ id: 'Apple' })
      .optional(),
  })
  .meta({ id: 'SocialTokens' });

export const Social = z
  .object({
    account_kit: z.boolean().optional(),
    facebook: z.boolean().optional(),
    google: z.boolean().optional(),
    apple: z.boolean().optional(),
  })
  .meta({ id: 'Social' });

export const FlashCard = z
  .object({
    text: z.string().optional(),
    text_color: z.string().optional(),
    background_color: z.string().optional(),
  })
  .meta({ id: 'FlashCard' });

export const LookAndFeel = z
  .object({ card_position: z.string().optional(), background_color: z.string().optional() })
  .meta({ id: 'LookAndFeel' });

export const Login = z
  .object({ password: z.boolean().optional(), otp: z.boolean().optional() })
  .meta({ id: 'Login' });

export const MetaSchema = z
  .looseObject({ fynd_default: z.boolean().optional() })
  .meta({ id: 'MetaSchema' });

export const SessionExpiry = z
  .object({
    duration: z.number().optional(),
    type: z.string().optional().meta({ description: '`Minutes`, `Hours` or `Days`' }),
    is_rolling: z.boolean().optional(),
  })
  .meta({ id: 'SessionExpiry' });

export const DeleteAccountReasons = z
  .object({
    reason_text: z.string().optional(),
    reason_id: z.string().optional(),
    show_text_area: z.boolean().optional(),
  })
  .meta({ id: 'DeleteAccountReasons' });

export const DeleteAccountConsent = z
  .object({ consent_text: z.string().optional() })
  .meta({ id: 'DeleteAccountConsent' });

export const PlatformSchema = z
  .object({
    _id: z.string().optional(),
    name: z.string().optional(),
    active: z.boolean().optional(),
    display: z.string().optional(),
    subtext: z.string().optional(),
    mobile_image: z.string().optional(),
    desktop_image: z.string().optional(),
    meta: MetaSchema.optional(),
    look_and_feel: LookAndFeel.optional(),
    flash_card: FlashCard.optional(),
    login: Login.optional(),
    social: Social.optional(),
    social_tokens: SocialTokens.optional(),
    register: z.boolean().optional(),
    forgot_password: z.boolean().optional(),
    skip_captcha: z.boolean().optional(),
    skip_login: z.boolean().optional(),
    required_fields: RequiredFields.optional(),
    register_required_fields: RegisterRequiredFields.optional(),
    session_config: SessionExpiry.optional(),
    delete_account_reasons: z.array(DeleteAccountReasons).optional(),
    delete_account_day: z.number().optional(),
    delete_account_consent: DeleteAccountConsent.optional(),
    created_at: z.string().optional(),
    updated_at: z.string().optional(),
    __v: z.number().optional(),
  })
  .meta({ id: 'PlatformSchema' });

/** What every server sends of it. */
export const CONFIG_KEYS = [
  '_id',
  'name',
  'active',
  'display',
  'subtext',
  'mobile_image',
  'desktop_image',
  'login',
  'social',
  'social_tokens',
  'register',
  'forgot_password',
  'skip_captcha',
  'skip_login',
  'required_fields',
  'register_required_fields',
] as const;

/** The same schema with every object closed. One that says itself that it takes more stays open. */
function closed<S extends z.ZodType>(schema: S): S {
  const changed = (): z.ZodType => {
    if (schema instanceof z.ZodOptional) return closed(schema.unwrap() as z.ZodType).optional();
    if (schema instanceof z.ZodArray) return z.array(closed(schema.element as z.ZodType));
    if (!(schema instanceof z.ZodObject) || schema.def.catchall) return schema;
    const shape = Object.entries(schema.shape);
    const inner = shape.map(([key, value]) => [key, closed(value as z.ZodType)] as const);
    return z.strictObject(Object.fromEntries(inner)).meta(schema.meta() ?? {});
  };
  // Input and output are those of the schema that went in; it only refuses more.
  return changed() as S;
}

/** What changes a configuration: any part of it, and nothing that it does not know. */
export const PlatformSchemaChange = closed(PlatformSchema);
