/** The session cookie on the wire (rulings 8 and 9). Its value is made and checked by the `SessionTokens` port. */
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import type { Caller, CookieChange } from './handler.ts';

export const SESSION_COOKIE = 'f.session';

export function writeSessionCookie(c: Context, caller: Caller, change: CookieChange): void {
  const value = 'set' in change ? change.set : '';
  const maxAge = 'set' in change ? Math.max(0, Math.floor(change.maxAge)) : 0;
  setCookie(c, SESSION_COOKIE, value, {
    httpOnly: true,
    secure: caller.secure,
    sameSite: 'Lax',
    path: '/',
    maxAge,
  });
}
