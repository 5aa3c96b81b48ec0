/** Answers that say no more than that it worked. */
import * as z from 'zod';

/** `{ success: true }` under one of its documented names. */
export const success = (id: string) => z.object({ success: z.boolean().optional() }).meta({ id });

/** Of updatePassword, verifyEmail and verifyMobile alike. */
export const VerifyEmailSuccess = z
  .object({ message: z.string().optional() })
  .meta({ id: 'VerifyEmailSuccess' });
