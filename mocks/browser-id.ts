/** Identifies the browser of a request by a cookie, under which its choices are kept. */
import { DAY_MS, SECOND_MS } from '../src/shared/time.ts';
import { generateCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';

const BROWSER_COOKIE = 'mock.browser';
const BROWSER_ID = /^[0-9a-f-]{36}$/;
/** A year; what belongs to it goes long before. */
const COOKIE_LIFE_SECONDS = (365 * DAY_MS) / SECOND_MS;

export interface Who {
  /** Empty for all clients that keep no cookies. */
  id: string;
  /** The request came without the cookie: the answer has to set it. */
  isNew: boolean;
}

function known({ headers }: Request): string | undefined {
  const given = parse(headers.get('cookie') ?? '', BROWSER_COOKIE)[BROWSER_COOKIE];
  return given !== undefined && BROWSER_ID.test(given) ? given : undefined;
}

/**
 * A browser, by its cookie; a new one, when a browser comes without; or all who keep no cookies together, such as curl or the
 * SDK in Node, so that a login of several requests works there too. A page on another site is one of those: its cookies do
 * not travel (SameSite=Lax).
 */
export function identifyBrowser(request: Request): Who {
  const id = known(request);
  if (id !== undefined) return { id, isNew: false };
  const site = request.headers.get('sec-fetch-site');
  const keepsCookies = site !== null && site !== 'cross-site';
  return keepsCookies ? { id: crypto.randomUUID(), isNew: true } : { id: '', isNew: false };
}

/**
 * The browser that a choice "for the browser" is for. A client without the cookie gets one, whatever it is: a test that chooses by
 * Playwright's or Cypress's own client shares its cookies with the page, and no other client's choice changes.
 */
export function identifyChooser(request: Request): Who {
  const id = known(request);
  return id === undefined ? { id: crypto.randomUUID(), isNew: true } : { id, isNew: false };
}

export const browserCookie = (id: string): string =>
  generateCookie(BROWSER_COOKIE, id, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    maxAge: COOKIE_LIFE_SECONDS,
  });
