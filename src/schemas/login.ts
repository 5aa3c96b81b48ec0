/** Answers of sign-ins, and the code of a link. */
import * as z from 'zod';
import { token } from './fields.ts';
import { UserSchema } from './user.ts';

/** Without a session it carries a `register_token`: a required identifier is still to be proven (D-49). */
export const LoginSuccess = z
  .object({
    user: UserSchema.optional(),
    request_id: z.string().optional(),
    register_token: z.string().optional(),
  })
  .meta({ id: 'LoginSuccess' });

/** `code` came in a link, by mail or SMS. */
export const CodeRequestBodySchema = z
  .object({ code: token })
  .meta({ id: 'CodeRequestBodySchema' });
