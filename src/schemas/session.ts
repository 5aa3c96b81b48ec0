import * as z from 'zod';

export const SessionListSuccess = z
  .object({ sessions: z.array(z.string()).optional().meta({ description: 'Session handles' }) })
  .meta({ id: 'SessionListSuccess' });

export const SessionListResponseInfo = z
  .object({
    session_id: z.string().optional().meta({ description: '`sess:<handle>`' }),
    user_agent: z.string().optional(),
    ip: z.string().optional(),
    domain: z.string().optional(),
    expire_in: z.string().optional().meta({ description: 'Seconds left' }),
  })
  .meta({ id: 'SessionListResponseInfo' });

/** The documented schema; its example shows strings, which only the mock sends (decision 7). */
export const SessionListResponseSchema = z
  .object({ items: z.array(SessionListResponseInfo).optional() })
  .meta({ id: 'SessionListResponseSchema' });

export const LogoutSuccess = z
  .object({ logout: z.boolean().optional() })
  .meta({ id: 'LogoutSuccess' });
