/**
 * The mock inside a page. A service worker answers there, so no cookie passes by itself: browsers take `Set-Cookie` off
 * every Response and `Cookie` off every Request. MSW keeps a jar of its own; this is the way into it and out of it.
 */
import { HttpResponse, type HttpResponseResolver } from 'msw';
import { createMock, type MockOptions } from './app.ts';
import { isCut } from './chaos.ts';

/** Takes cookies from the app to MSW; no page ever sees it. */
const CARRIER = 'x-mock-set-cookie';

/** Several lines of one header come joined. Ours have no `Expires`, the one attribute with a comma. */
const linesOf = (joined: string | null): string[] => joined?.split(', ') ?? [];

/** What may stand in a cookie as it is (RFC 6265); MSW hands some values over decoded. */
const COOKIE_OCTETS = /^[\w!#$%&'()*+\-./:<=>?@[\]^`{|}~]*$/;

const cookieText = (cookies: Record<string, string>): string =>
  Object.entries(cookies)
    .map(([name, value]) => [name, COOKIE_OCTETS.test(value) ? value : encodeURIComponent(value)])
    .map((pair) => pair.join('='))
    .join('; ');

export function pageResolver(options: MockOptions): HttpResponseResolver {
  const mock = createMock({ ...options, cookieHeader: CARRIER });
  return async ({ request, cookies }) => {
    const given = new Headers(request.headers);
    given.set('cookie', cookieText(cookies));
    // Only a Headers object of one's own may hold cookies, so it takes the place of the request's.
    const asked = Object.defineProperty(request.clone(), 'headers', { value: given });
    const response = await mock.fetch(asked as Request);
    if (isCut(response)) return HttpResponse.error();
    const headers = new Headers(response.headers);
    for (const line of linesOf(headers.get(CARRIER))) headers.append('set-cookie', line);
    headers.delete(CARRIER);
    return new HttpResponse(response.body, { status: response.status, headers });
  };
}
