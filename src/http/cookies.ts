/** Cookies on the wire. Their values are made and checked by `SessionTokens` and `DeviceTokens`. */
import { DAY_MS, SECOND_MS } from '../shared/time.ts';
import { generateCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';
import type { Caller, CookieChange } from './handler.ts';

export const SESSION_COOKIE = 'f.session';

/** Says that this browser has signed a user in before; buys its own budget of failed logins, and nothing else. */
export const DEVICE_COOKIE = 'f.device';
const DEVICE_LIFE_SECONDS = (400 * DAY_MS) / SECOND_MS;

/** D1's bookmark behind the shopper's last change, with which a replica shows it (D-107). */
const BOOKMARK_COOKIE = 'f.bookmark';
/** A replica that is older than this is not asked, with a bookmark or without; the rest is for clocks. */
const BOOKMARK_LIFE_SECONDS = 150;

/** The bookmark of a `Cookie` header. Its form is for D1's adapter to check. */
export const readBookmarkCookie = (header: string): string | undefined =>
  parse(header, BOOKMARK_COOKIE)[BOOKMARK_COOKIE];

/** Of every cookie: no script reads it, and no page of another site sends it along with a form. */
const optionsOf = (caller: Caller) =>
  ({ httpOnly: true, secure: caller.secure, sameSite: 'Lax', path: '/' }) as const;

/** The `Set-Cookie` line of a bookmark. */
export const bookmarkCookieLine = (caller: Caller, bookmark: string): string =>
  generateCookie(BOOKMARK_COOKIE, bookmark, {
    ...optionsOf(caller),
    maxAge: BOOKMARK_LIFE_SECONDS,
  });

/**
 * The values of every `f.session` in a `Cookie` header, in its order: a page on a subdomain can set one beside ours, which
 * the browser may send first.
 */
export function readSessionCookies(header: string): string[] {
  const values = header
    .split(';')
    // Most pairs of a shop are others' and need no parser.
    .filter((pair) => pair.includes(SESSION_COOKIE))
    .map((pair) => parse(pair, SESSION_COOKIE)[SESSION_COOKIE] ?? '')
    .filter((value) => value !== '');
  return [...new Set(values)];
}

/** The `Set-Cookie` lines of a change, the session's first. */
export function sessionCookieLines(caller: Caller, change: CookieChange): string[] {
  const value = 'set' in change ? change.set : '';
  const maxAge = 'set' in change ? Math.max(0, Math.floor(change.maxAgeSeconds)) : 0;
  const options = optionsOf(caller);
  const session = generateCookie(SESSION_COOKIE, value, { ...options, maxAge });
  const device = 'set' in change ? change.device : undefined;
  if (device === undefined) return [session];
  return [
    session,
    generateCookie(DEVICE_COOKIE, device, { ...options, maxAge: DEVICE_LIFE_SECONDS }),
  ];
}
