/** Set-Cookie as a browser takes it, and what the documents say of the session's. */
import { Cookie, CookieJar } from 'tough-cookie';
import { DEVICE_COOKIE, SESSION_COOKIE } from '../../http/cookies.ts';
import type { Operation } from '../../http/operation.ts';
import type { Breach } from './strict.ts';

/** The cookies of one browser. */
export class Browser {
  readonly #jar = new CookieJar();

  /** For a request to the URL; empty when there are none. */
  header(url: string): string {
    return this.#jar.getCookieStringSync(url);
  }

  /** Takes what a browser would take; the rest is lost, as it would be. */
  take(url: string, lines: readonly string[]): void {
    for (const line of lines) this.#jar.setCookieSync(line, url, { ignoreError: true });
  }

  hasSession(url: string): boolean {
    return this.#jar.getCookiesSync(url).some(({ key }) => key === SESSION_COOKIE);
  }
}

const ends = (cookie: Cookie): boolean =>
  cookie.value === '' ||
  cookie.TTL() === 0 ||
  (typeof cookie.maxAge === 'number' && cookie.maxAge <= 0);

/** How one cookie of ours breaks what every one of them is. */
function* attributes(cookie: Cookie, url: URL): Generator<string> {
  if (!cookie.httpOnly) yield 'lacks HttpOnly, so that scripts can read it';
  if (cookie.path !== '/') yield `is for the path ${cookie.path ?? 'of the request'}, not for /`;
  const { domain } = cookie;
  const host = url.hostname;
  if (domain !== null && domain !== host && !host.endsWith(`.${domain}`)) {
    yield `is for the domain ${domain}, which is not that of the server: browsers refuse it`;
  }
  const sameSite = cookie.sameSite ?? 'nothing';
  if (sameSite !== 'lax' && sameSite !== 'strict') yield `says ${sameSite} for SameSite, not Lax`;
  if (url.protocol === 'https:' && !cookie.secure) yield 'lacks Secure';
}

/** An answer that signs in: a stored user, and nothing that is still to be proven. */
const signsIn = (body: Record<string, unknown>): boolean => {
  const user = body['user'] as { _id?: unknown } | undefined;
  return Boolean(user?._id) && !('register_token' in body) && body['user_exists'] !== false;
};

export interface Visit {
  /** Of the request. */
  url: string;
  /** The request carried a session. */
  signedIn: boolean;
}

/**
 * What is wrong with the cookies of an answer.
 * @param success the body of a success; undefined for an error, which changes no session
 */
export function cookieBreaches(
  row: Operation,
  headers: Headers,
  success: Record<string, unknown> | undefined,
  { url, signedIn }: Visit,
): Breach[] {
  const found: Breach[] = [];
  const tell = (message: string): void => void found.push({ field: 'header set-cookie', message });
  const cookies = headers.getSetCookie().flatMap((line) => {
    const cookie = Cookie.parse(line);
    if (!cookie) tell(`cannot be read: ${line.slice(0, 60)}`);
    return cookie ? [cookie] : [];
  });
  for (const cookie of cookies) {
    if (cookie.key !== SESSION_COOKIE && cookie.key !== DEVICE_COOKIE) continue;
    for (const message of attributes(cookie, new URL(url))) tell(`${cookie.key} ${message}`);
  }
  const session = cookies.filter(({ key }) => key === SESSION_COOKIE);
  const sets = session.some((cookie) => !ends(cookie));
  const clears = session.some(ends);
  const expected = success && row.cookie;
  if (expected === 'sets' && !signedIn && signsIn(success ?? {}) && !sets) {
    tell(`sets no ${SESSION_COOKIE}, though the shopper is signed in`);
  }
  if (expected === 'renews' && !sets) tell(`sets no new ${SESSION_COOKIE}`);
  if (expected === 'clears' && !clears)
    tell(`leaves ${SESSION_COOKIE} as it is, though the session ends`);
  if (expected === 'clears' && sets) tell(`sets a new ${SESSION_COOKIE}, though the session ends`);
  const storefront = row.security === 'session' || row.security === 'session?';
  if (session.length > 0 && !storefront)
    tell(`changes ${SESSION_COOKIE}, which is none of its business`);
  return found;
}
