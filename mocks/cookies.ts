/** Cookies of a request, where its own cannot be changed. */

/** The same request with another `Cookie` header, which a Request of a page cannot hold. */
export function withCookies(request: Request, cookie: string): Request {
  const headers = new Headers(request.headers);
  headers.set('cookie', cookie);
  return Object.defineProperty(request, 'headers', { value: headers });
}
