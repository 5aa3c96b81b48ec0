/** Schemas that the documents name and that no operation of theirs exchanges, as they print them (D-93). */
import * as z from 'zod';

const message = (id: string) => z.object({ message: z.string().optional() }).meta({ id });

/** Errors: each response refers to the one of its status, and our body holds more (D-18). */
export const UnauthorizedSchema = message('UnauthorizedSchema');
export const NotFoundSchema = message('NotFoundSchema');
export const AuthenticationApiErrorSchema = message('AuthenticationApiErrorSchema');
export const AuthenticationInternalServerErrorSchema = message(
  'AuthenticationInternalServerErrorSchema',
);
export const UnauthenticatedSchema = z
  .object({ authenticated: z.boolean().optional() })
  .meta({ id: 'UnauthenticatedSchema' });

/** What `AuthSuccess` holds is a `UserSchema`. */
const AuthSuccessUser = z
  .object({
    first_name: z.string().optional(),
    last_name: z.string().optional(),
    debug: z
      .object({ platform: z.string().optional() })
      .meta({ id: 'AuthSuccessUserDebug' })
      .optional(),
    active: z.boolean().optional(),
    emails: z
      .object({
        email: z.string().optional(),
        verified: z.boolean().optional(),
        primary: z.boolean().optional(),
        active: z.boolean().optional(),
      })
      .meta({ id: 'AuthSuccessUserEmails' })
      .optional(),
  })
  .meta({ id: 'AuthSuccessUser' });

/** What `updateProfile` answers is a `ProfileEditSuccess`. */
const ProfileEditSuccessSchema = z
  .object({
    email: z.string().optional(),
    verify_email_otp: z.boolean().optional(),
    verify_email_link: z.boolean().optional(),
    verify_mobile_otp: z.boolean().optional(),
    user: z.string().optional(),
    register_token: z.string().optional(),
    user_exists: z.boolean().optional(),
  })
  .meta({ id: 'ProfileEditSuccessSchema' });

/** Those that nothing refers to, beside their namesakes. */
export const NAMED_ONLY = {
  AuthSuccess: { schema: AuthSuccessUser, io: 'output' },
  ProfileEditSuccess: { schema: ProfileEditSuccessSchema, io: 'output' },
} as const;
