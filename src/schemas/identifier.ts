/** Emails and phones of a profile: what adds, names and removes them. */
import * as z from 'zod';
import { flag, PlatformQuery } from './fields.ts';
import { callingCode, email, phone } from './typed.ts';
import { UserSchema } from './user.ts';

export const EditEmailRequestSchema = z.object({ email }).meta({ id: 'EditEmailRequestSchema' });

export const EditMobileRequestSchema = z
  .object({ phone, country_code: callingCode.optional() })
  .meta({ id: 'EditMobileRequestSchema' });

export const SendVerificationLinkMobileRequestSchema = z
  .object({
    phone,
    country_code: callingCode.optional(),
    active: flag.optional(),
    primary: flag.optional(),
    verified: flag.optional(),
  })
  .meta({ id: 'SendVerificationLinkMobileRequestSchema' });

/** Read and then ignored: they describe the identifier, which its value names already (D-57). */
const described = (what: string) => {
  const saying = (yes: string, no: string) =>
    flag
      .optional()
      .meta({ description: `\`true\`: ${what} is ${yes}; \`false\`: it is ${no}. Ignored` });
  return {
    active: saying('active', 'inactive'),
    primary: saying('the primary (main) one', 'not the primary one'),
    verified: saying('verified', 'not verified yet'),
  };
};

export const DeleteMobileQuery = PlatformQuery.extend({
  ...described('the mobile number'),
  country_code: callingCode.optional().meta({
    description: 'Country code of the phone number, e.g. 91; that of the shop if left out',
  }),
  phone: phone.meta({ description: 'Phone number' }),
});

export const DeleteEmailQuery = PlatformQuery.extend({
  ...described('the email'),
  email: email.meta({ description: 'The email ID to delete' }),
});

export const VerifyMobileOTPSuccess = z
  .object({ user: UserSchema.optional(), verify_mobile_link: z.boolean().optional() })
  .meta({ id: 'VerifyMobileOTPSuccess' });

export const VerifyEmailOTPSuccess = z
  .object({ user: UserSchema.optional(), verify_email_link: z.boolean().optional() })
  .meta({ id: 'VerifyEmailOTPSuccess' });

export const SendMobileVerifyLinkSuccess = z
  .object({ user: UserSchema.optional(), verify_mobile_link: z.boolean().optional() })
  .meta({ id: 'SendMobileVerifyLinkSuccess' });

export const SendEmailVerifyLinkSuccess = z
  .object({ verify_email_link: z.boolean().optional() })
  .meta({ id: 'SendEmailVerifyLinkSuccess' });
