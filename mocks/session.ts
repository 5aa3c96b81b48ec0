/** The session cookie of the mock, so that pages see what a sign-in and a sign-out do to a browser. */
import { DAY_MS, SECOND_MS } from '../src/shared/time.ts';
import { parse } from 'hono/utils/cookie';
import { SESSION_COOKIE } from '../src/http/cookies.ts';
import type { CookieChange } from '../src/http/handler.ts';
import type { Entry } from '../src/http/operation.ts';
import createUserSession from './examples/platform/createUserSession.json' with { type: 'json' };

/** The documented value; any other would pass as well. */
const VALUE = decodeURIComponent(createUserSession.cookie[SESSION_COOKIE]);
const SESSION_LIFE_SECONDS = (30 * DAY_MS) / SECOND_MS;

/**
 * A storefront row that demands no session and answers a stored user has signed that user in; a row that answers
 * `logout` has ended the session. A user who is signed in already stays so.
 */
export function sessionAfter({ client, row }: Entry, request: Request): CookieChange | undefined {
  const answer: { logout?: boolean; user?: { _id?: string } } = row.example.response;
  if (answer.logout) return { clear: true };
  const signsIn = client === 'application' && row.security !== 'session' && answer.user?._id;
  const cookies = parse(request.headers.get('cookie') ?? '', SESSION_COOKIE);
  if (!signsIn || cookies[SESSION_COOKIE]) return undefined;
  return { set: VALUE, maxAgeSeconds: SESSION_LIFE_SECONDS };
}
