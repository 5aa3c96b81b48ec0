/** What resets a password, by link and by code alike. */
import * as z from 'zod';
import { captcha, digits, password, token } from './fields.ts';

export const ForgotPasswordRequestSchema = z
  .object({ code: token, password })
  .meta({ id: 'ForgotPasswordRequestSchema' });

export const ResetPasswordSuccess = z
  .object({ status: z.string().optional() })
  .meta({ id: 'ResetPasswordSuccess' });

export const SendResetPasswordMobileRequestSchema = z
  .object({ mobile: digits, country_code: digits.optional(), captcha_code: captcha.optional() })
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
