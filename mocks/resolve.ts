/**
 * The mock as what MSW calls for an answer. Cookies need help wherever MSW stands between the two: in a page browsers take
 * `Set-Cookie` off every Response and `Cookie` off every Request, and Node's `fetch` keeps none at all.
 */
import { HttpResponse, type HttpResponseResolver } from 'msw';
import { createJar } from '../src/http/client.ts';
import { isCut } from './chaos.ts';
import { withCookies } from './cookies.ts';

/** Takes cookies from the app to MSW in a page; no page ever sees it. */
export const CARRIER = 'x-mock-set-cookie';

/** Whatever answers a request: the mock, or a real server behind a proxy. */
export interface Answering {
  fetch(request: Request): Promise<Response>;
}

type Answer = (request: Request) => Promise<Response>;

/** Several lines of one header come joined. Ours have no `Expires`, the one attribute with a comma. */
const linesOf = (joined: string | null): string[] => joined?.split(', ') ?? [];

/** What may stand in a cookie as it is (RFC 6265); MSW hands some values over decoded. */
const COOKIE_OCTETS = /^[\w!#$%&'()*+\-./:<=>?@[\]^`{|}~]*$/;

const cookieText = (cookies: Record<string, string>): string =>
  Object.entries(cookies)
    .map(([name, value]) => [name, COOKIE_OCTETS.test(value) ? value : encodeURIComponent(value)])
    .map((pair) => pair.join('='))
    .join('; ');

/** For a page. MSW keeps a jar of its own there; this is the way into it and out of it. */
export function inPage(answer: Answer): HttpResponseResolver {
  return async ({ request, cookies }) => {
    // The copy is MSW's narrowed Request too, which only narrows what `json()` returns.
    const asked = withCookies(request.clone() as Request, cookieText(cookies));
    const response = await answer(asked);
    if (isCut(response)) return HttpResponse.error();
    const headers = new Headers(response.headers);
    for (const line of linesOf(headers.get(CARRIER))) headers.append('set-cookie', line);
    headers.delete(CARRIER);
    return new HttpResponse(response.body, { status: response.status, headers });
  };
}

/** For tests in Node. @param jar whether what logins set is sent along later, as a browser would */
export function inNode(
  answer: Answer,
  jar: boolean,
): { resolver: HttpResponseResolver; forget(): void } {
  const jars = new Map<string, ReturnType<typeof createJar>>();
  const jarOf = (request: Request) => {
    const { origin } = new URL(request.url);
    const found = jars.get(origin) ?? createJar();
    jars.set(origin, found);
    return found;
  };
  return {
    forget: () => jars.clear(),
    resolver: async ({ request }) => {
      // MSW narrows what `json()` returns, which nothing here relies on.
      let asked = request as Request;
      const kept = jar ? jarOf(asked) : undefined;
      const cookie = kept?.header();
      // A test that sends cookies of its own means these.
      if (cookie && !request.headers.has('cookie')) asked = withCookies(asked, cookie);
      const response = await answer(asked);
      kept?.store(response.headers);
      return isCut(response) ? HttpResponse.error() : response;
    },
  };
}

/** For the server, which cuts connections itself and leaves cookies to browsers. */
export const inServer =
  (mock: Answering): HttpResponseResolver =>
  async ({ request }) =>
    mock.fetch(request as Request);
