/** The documented platform config. One schema serves both documents; it is their union (D-21). */
import * as z from 'zod';
import { MAX_DELETE_DAYS } from '../shared/bounds.ts';
import { flag, integer, multilineText, text } from './fields.ts';
import { imageAddress, redirectAddress } from './typed.ts';

const requiredField = (id: string) =>
  z.object({ is_required: z.boolean().optional(), level: z.string().optional() }).meta({ id });

const RequiredFields = z
  .object({
    email: requiredField('PlatformEmail').optional(),
    mobile: requiredField('PlatformMobile').optional(),
  })
  .meta({ id: 'RequiredFields' });

const RegisterRequiredFields = z
  .object({
    email: requiredField('RegisterRequiredFieldsEmail').optional(),
    mobile: requiredField('RegisterRequiredFieldsMobile').optional(),
  })
  .meta({ id: 'RegisterRequiredFields' });

/** `appId` is how the examples spell it; `app_id` is canonical (D-5). */
const socialToken = (id: string) =>
  z.object({ app_id: z.string().optional(), appId: z.string().optional() }).meta({ id });

const SocialTokens = z
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

const Social = z
  .object({
    account_kit: z.boolean().optional(),
    facebook: z.boolean().optional(),
    google: z.boolean().optional(),
    apple: z.boolean().optional(),
  })
  .meta({ id: 'Social' });

const FlashCard = z
  .object({
    text: z.string().optional(),
    text_color: z.string().optional(),
    background_color: z.string().optional(),
  })
  .meta({ id: 'FlashCard' });

const LookAndFeel = z
  .object({ card_position: z.string().optional(), background_color: z.string().optional() })
  .meta({ id: 'LookAndFeel' });

const Login = z
  .object({ password: z.boolean().optional(), otp: z.boolean().optional() })
  .meta({ id: 'Login' });

const MetaSchema = z
  .looseObject({ fynd_default: z.boolean().optional() })
  .meta({ id: 'MetaSchema' });

const SessionExpiry = z
  .object({
    duration: z.number().optional(),
    type: z.string().optional().meta({ description: '`Minutes`, `Hours` or `Days`' }),
    is_rolling: z.boolean().optional(),
  })
  .meta({ id: 'SessionExpiry' });

const DeleteAccountReasons = z
  .object({
    reason_text: z.string().optional(),
    reason_id: z.string().optional(),
    show_text_area: z.boolean().optional(),
  })
  .meta({ id: 'DeleteAccountReasons' });

const DeleteAccountConsent = z
  .object({ consent_text: z.string().optional() })
  .meta({ id: 'DeleteAccountConsent' });

export const PlatformSchema = z
  .object({
    _id: z.string().optional(),
    name: z.string().optional(),
    active: z.boolean().optional(),
    display: z.string().optional(),
    subtext: z.string().optional(),
    mobile_image: z.string().optional().meta({ description: 'https address, or empty' }),
    desktop_image: z.string().optional().meta({ description: 'https address, or empty' }),
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

/** Keys that are in every answer. */
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

/** Of any other text: ids, names, colours. Every storefront request carries the whole configuration. */
const SHORT = text(200);
const NO_DAYS = `must be a whole number from 0 to ${MAX_DELETE_DAYS}`;
const oneOf = (values: readonly string[], problem: string) =>
  SHORT.refine((typed) => values.includes(typed), problem).meta({ enum: values });

/** Fields that are not just short texts: texts for shoppers, addresses, and words and numbers of which some mean nothing. */
const FIELDS: Readonly<Record<string, z.ZodType>> = {
  display: multilineText(500),
  subtext: multilineText(1_000),
  text: multilineText(500),
  reason_text: multilineText(500),
  consent_text: multilineText(5_000),
  mobile_image: imageAddress,
  desktop_image: imageAddress,
  redirect_uri: redirectAddress,
  level: oneOf(['hard', 'soft'], 'must be hard or soft'),
  // Of a session's life: no other object has a type.
  type: oneOf(['Minutes', 'Hours', 'Days'], 'must be Minutes, Hours or Days'),
  duration: z.number().positive('must be between one minute and 365 days'),
  delete_account_day: integer((number) => number.min(0, NO_DAYS).max(MAX_DELETE_DAYS, NO_DAYS)),
};
const MAX_ITEMS = 100;

const NO_OWN_IDS = 'must each have a reason_id of their own';
/** Whether a shopper's reason can be told from the others. */
function haveOwnIds(reasons: unknown[]): boolean {
  const ids = reasons.map((reason) => (reason as { reason_id?: string }).reason_id);
  return ids.every(Boolean) && new Set(ids).size === ids.length;
}

/**
 * The same schema with every object closed and every text and list bounded. An object that says itself that it takes more
 * stays open; the whole is bounded where it is merged.
 * @param name of the field that the schema is for
 */
function writable<S extends z.ZodType>(schema: S, name = ''): S {
  const changed = (): z.ZodType => {
    if (schema instanceof z.ZodOptional) {
      return writable(schema.unwrap() as z.ZodType, name).optional();
    }
    const own = FIELDS[name] ?? (schema instanceof z.ZodString ? SHORT : undefined);
    if (own) return own.meta({ ...own.meta(), ...schema.meta() });
    if (schema instanceof z.ZodBoolean) return flag;
    if (schema instanceof z.ZodArray) {
      const items = z.array(writable(schema.element as z.ZodType, name));
      const list = items.max(MAX_ITEMS, `must have at most ${MAX_ITEMS} items`);
      return name === 'delete_account_reasons' ? list.refine(haveOwnIds, NO_OWN_IDS) : list;
    }
    if (!(schema instanceof z.ZodObject) || schema.def.catchall) return schema;
    const shape = Object.entries(schema.shape);
    const inner = shape.map(([key, value]) => [key, writable(value as z.ZodType, key)] as const);
    return z.strictObject(Object.fromEntries(inner)).meta(schema.meta() ?? {});
  };
  // Input and output are those of the schema that went in; it only refuses more.
  return changed() as S;
}

/** A change of a configuration: any part of it; unknown keys are refused. */
export const PlatformSchemaChange = writable(PlatformSchema);
