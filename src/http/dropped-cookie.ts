/** Cookies that a browser will not keep, told to developers: the login answers 200 and signs nobody in. */

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).hostname : undefined;

const isSameSite = (a: string, b: string): boolean =>
  a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);

/**
 * A sentence for a cookie that is set for a page on another site than the server's: cookies are SameSite=Lax, and to a
 * browser `localhost` and `127.0.0.1` are two sites.
 * @returns undefined when no cookie is set, or the browser keeps it
 */
export function droppedCookieNote(request: Request, response: Response): string | undefined {
  const origin = request.headers.get('origin');
  if (origin === null || response.headers.getSetCookie().length === 0) return undefined;
  const [page, here] = [hostOf(origin), new URL(request.url).hostname];
  if (page !== undefined && isSameSite(page, here)) return undefined;
  const better = page === undefined ? '' : ` Call http://${page}:… instead.`;
  return `The browser drops this cookie: the page ${origin.slice(0, 100)} is on another site than ${here}.${better}`;
}
