import * as z from 'zod';
import { text } from './fields.ts';

export const SessionListSuccess = z
  .object({ sessions: z.array(z.string()).optional().meta({ description: 'Session handles' }) })
  .meta({ id: 'SessionListSuccess' });

const SessionListResponseInfo = z
  .object({
    session_id: z.string().optional().meta({ description: '`sess:<handle>`' }),
    user_agent: z.string().optional(),
    ip: z.string().optional(),
    domain: z.string().optional(),
    expire_in: z.string().optional().meta({ description: 'Seconds left' }),
  })
  .meta({ id: 'SessionListResponseInfo' });

/** The documented schema; its example shows strings, which only the mock sends (D-7). */
export const SessionListResponseSchema = z
  .object({ items: z.array(SessionListResponseInfo).optional() })
  .meta({ id: 'SessionListResponseSchema' });

export const LogoutSuccess = z
  .object({ logout: z.boolean().optional() })
  .meta({ id: 'LogoutSuccess' });

/** `items` as documented, the others as in later versions (D-8). */
export const SessionDeleteResponseSchema = z
  .object({
    items: z
      .array(z.string())
      .optional()
      .meta({ description: '`sess:<handle>` of what has ended' }),
    user_id: z.string().optional(),
    session_id: z.string().optional(),
    session_ids: z.array(z.string()).optional(),
  })
  .meta({ id: 'SessionDeleteResponseSchema' });

export const CreateUserSessionRequestSchema = z
  .object({
    user_id: text(100),
    domain: text(253).meta({ description: 'One of the domains of the application' }),
    max_age: z
      .number()
      .int('must be a whole number')
      .min(60, 'must be at least 60')
      .optional()
      .meta({ description: 'Seconds; the configured life of a session when left out or longer' }),
  })
  .meta({ id: 'CreateUserSessionRequestSchema' });

export const CreateUserSessionResponseSchema = z
  .object({
    domain: z.string().optional(),
    max_age: z.number().optional(),
    secure: z.boolean().optional(),
    http_only: z.boolean().optional(),
    cookie: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Name of the cookie → its value' }),
  })
  .meta({ id: 'CreateUserSessionResponseSchema' });
