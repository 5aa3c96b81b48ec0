/** Bodies and answers of the operations that send and verify one-time codes. */
import * as z from 'zod';
import { captcha, code, text, token } from './fields.ts';
import { callingCode, email, phone } from './typed.ts';
import { UserSchema } from './user.ts';

export const SendOtpRequestSchema = z
  .object({
    mobile: phone,
    country_code: callingCode.optional(),
    captcha_code: captcha.optional(),
    android_hash: text(100).optional(),
  })
  .meta({ id: 'SendOtpRequestSchema' });

export const SendMobileOtpRequestSchema = z
  .object({
    mobile: phone,
    country_code: callingCode.optional(),
    action: text(100).optional().meta({ description: 'Free text; a `token` makes it a resend' }),
    token: token.optional().meta({ description: 'The `resend_token` of the first answer' }),
    android_hash: text(100).optional(),
    force: text(100).optional(),
    captcha_code: captcha.optional(),
  })
  .meta({ id: 'SendMobileOtpRequestSchema' });

export const VerifyOtpRequestSchema = z
  .object({
    request_id: token,
    otp: code,
    register_token: token.optional(),
  })
  .meta({ id: 'VerifyOtpRequestSchema' });

export const SendEmailOtpRequestSchema = z
  .object({
    email,
    action: text(100).optional().meta({ description: 'Free text; a `token` makes it a resend' }),
    token: token.optional().meta({ description: 'The `resend_email_token` of the first answer' }),
    register_token: token.optional(),
    captcha_code: captcha.optional(),
  })
  .meta({ id: 'SendEmailOtpRequestSchema' });

export const SendMobileForgotOtpRequestSchema = SendMobileOtpRequestSchema.pick({
  mobile: true,
  country_code: true,
  action: true,
  token: true,
  android_hash: true,
  captcha_code: true,
}).meta({ id: 'SendMobileForgotOtpRequestSchema' });

export const SendEmailForgotOtpRequestSchema = SendEmailOtpRequestSchema.pick({
  email: true,
  action: true,
  token: true,
  captcha_code: true,
}).meta({ id: 'SendEmailForgotOtpRequestSchema' });

export const VerifyMobileForgotOtpRequestSchema = VerifyOtpRequestSchema.pick({
  request_id: true,
  otp: true,
}).meta({ id: 'VerifyMobileForgotOtpRequestSchema' });

/** There is no request_id: the newest live code of the address is meant. */
export const VerifyEmailOtpRequestSchema = z
  .object({
    email,
    otp: code,
    action: text(100).optional(),
    register_token: token.optional(),
  })
  .meta({ id: 'VerifyEmailOtpRequestSchema' });

export const VerifyEmailForgotOtpRequestSchema = VerifyEmailOtpRequestSchema.pick({
  email: true,
  otp: true,
}).meta({ id: 'VerifyEmailForgotOtpRequestSchema' });

const entityNamed = (what: string) => ({
  mobile: phone.optional().meta({ description: `The mobile number ${what}` }),
  country_code: callingCode.optional(),
  email: email.optional().meta({ description: `The email ID ${what}` }),
});

const ENTITY_SEND = {
  action: text(100).optional().meta({ description: 'Free text; a `token` makes it a resend' }),
  token: token.optional().meta({ description: 'The resend token of the first answer' }),
  android_hash: text(100).optional(),
};

/** The SDK publishes no schema of these four bodies: they take what the operations beside them take (D-101). */
export const SendPrimaryOtpRequestSchema = z
  .object({ ...entityNamed('that has to be proven; it may be left out'), ...ENTITY_SEND })
  .meta({ id: 'SendPrimaryOtpRequestSchema' });

export const SendUpdateOtpRequestSchema = z
  .object({ ...entityNamed('that is to be primary'), ...ENTITY_SEND })
  .meta({ id: 'SendUpdateOtpRequestSchema' });

const ENTITY_CODE = {
  otp: code,
  request_id: token
    .optional()
    .meta({ description: 'Of a code that went to a mobile number; needed for that' }),
  action: text(100).optional(),
};

export const VerifyPrimaryOtpRequestSchema = z
  .object({ ...entityNamed('that the code went to; it may be left out'), ...ENTITY_CODE })
  .meta({ id: 'VerifyPrimaryOtpRequestSchema' });

export const VerifyUpdateOtpRequestSchema = z
  .object({ ...entityNamed('that the code went to'), ...ENTITY_CODE })
  .meta({ id: 'VerifyUpdateOtpRequestSchema' });

/** The answer of every operation that sends a code. */
const otpSent = {
  success: z.boolean().optional(),
  request_id: z.string().optional(),
  message: z.string().optional(),
  mobile: z.string().optional(),
  country_code: z.string().optional(),
  resend_timer: z.number().optional().meta({ description: 'Seconds until a resend is allowed' }),
  resend_token: z.string().optional(),
  register_token: z.string().optional(),
};
/** Fields that say which identifiers are still to be proven, by code or by link. */
const proofsWanted = {
  verify_mobile_otp: z.boolean().optional(),
  verify_email_otp: z.boolean().optional(),
  verify_email_link: z.boolean().optional(),
  email: z.string().optional(),
  resend_email_token: z.string().optional(),
};

export const OtpSuccess = z.object(otpSent).meta({ id: 'OtpSuccess' });

export const SendOtpSuccess = z
  .object({
    ...otpSent,
    email: z.string().optional(),
    resend_email_token: z.string().optional(),
  })
  .meta({ id: 'SendOtpSuccess' });

/** The SDK publishes its name alone. */
export const VerifyPrimaryOTPSuccess = z
  .object({ success: z.boolean().optional() })
  .meta({ id: 'VerifyPrimaryOTPSuccess' });

export const EmailOtpSuccess = z
  .object({ success: z.boolean().optional(), resend_email_token: z.string().optional() })
  .meta({ id: 'EmailOtpSuccess' });

export const SendOtpResponse = z
  .object({
    ...otpSent,
    /** The examples' spelling; sent beside the canonical one (D-5). */
    resendToken: z.string().optional(),
    email: z.string().optional(),
    resend_email_token: z.string().optional(),
    verify_email_otp: z.boolean().optional(),
    verify_mobile_otp: z.boolean().optional(),
    user_exists: z.boolean().optional(),
  })
  .meta({ id: 'SendOtpResponse' });

export const RegisterFormSuccess = z
  .object({
    ...otpSent,
    email: z.string().optional(),
    resend_email_token: z.string().optional(),
    verify_email_otp: z.boolean().optional(),
    verify_mobile_otp: z.boolean().optional(),
    user_exists: z.boolean().optional(),
    /** The examples' spelling; sent beside the canonical one (D-5). */
    userExists: z.boolean().optional(),
  })
  .meta({ id: 'RegisterFormSuccess' });

export const VerifyOtpSuccess = z
  .object({
    ...otpSent,
    ...proofsWanted,
    user: UserSchema.optional(),
    user_exists: z.boolean().optional(),
    verify_mobile_link: z.boolean().optional(),
  })
  .omit({ success: true, message: true })
  .meta({ id: 'VerifyOtpSuccess' });

export const ProfileEditSuccess = z
  .object({
    ...otpSent,
    ...proofsWanted,
    user: UserSchema.optional(),
    user_exists: z.boolean().optional(),
  })
  .meta({ id: 'ProfileEditSuccess' });
