/** The session cookie on the wire (rulings 8 and 9). Its value is made and checked by the `SessionTokens` port. */
import { generateCookie } from 'hono/cookie';
import type { Caller, CookieChange } from './handler.ts';

export const SESSION_COOKIE = 'f.session';

/** The `Set-Cookie` line of a change. */
export function sessionCookieLine(caller: Caller, change: CookieChange): string {
  const value = 'set' in change ? change.set : '';
  const maxAge = 'set' in change ? Math.max(0, Math.floor(change.maxAge)) : 0;
  return generateCookie(SESSION_COOKIE, value, {
    httpOnly: true,
    secure: caller.secure,
    sameSite: 'Lax',
    path: '/',
    maxAge,
  });
}
