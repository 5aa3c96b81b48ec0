/** What resets a password, by link and by code alike. */
import * as z from 'zod';
import { captcha, token } from './fields.ts';
import { callingCode, newPassword, phone } from './typed.ts';

export const ForgotPasswordRequestSchema = z
  .object({ code: token, password: newPassword })
  .meta({ id: 'ForgotPasswordRequestSchema' });

export const ResetPasswordSuccess = z
  .object({ status: z.string().optional() })
  .meta({ id: 'ResetPasswordSuccess' });

export const SendResetPasswordMobileRequestSchema = z
  .object({ mobile: phone, country_code: callingCode.optional(), captcha_code: captcha.optional() })
  .meta({ id: 'SendResetPasswordMobileRequestSchema' });

export const VerifyForgotOtpSuccess = z
  .object({
    success: z.boolean().optional(),
    forgot_token: z
      .string()
      .optional()
      .meta({ description: 'The `code` of resetForgotPassword, for ten minutes and once' }),
  })
  .meta({ id: 'VerifyForgotOtpSuccess' });
