/**
 * Any page of a developer may call the mock with credentials: it holds nothing that could be stolen. Headers are set on the
 * answer itself, because a middleware that sets them beforehand makes Hono build each answer twice.
 */
import { CHAOS_HEADER } from './chaos.ts';
import { SCENARIO_HEADER } from './scenarios/contract.ts';

/** A method as HTTP writes one (RFC 9110); anything else is not repeated in a header. */
const METHOD = /^[\w!#$%&'*+\-.^`|~]{1,40}$/;
const OWN = ['preference-applied', CHAOS_HEADER, SCENARIO_HEADER, 'x-mock-answer'];
const EXPOSED = ['x-request-id', 'retry-after', 'allow', 'www-authenticate', ...OWN].join(', ');

/** Lets the page that asked read the answer. */
export function shareWithPages(request: Request, { headers }: Response): void {
  if (!/\borigin\b/i.test(headers.get('vary') ?? '')) headers.append('vary', 'origin');
  const origin = request.headers.get('origin');
  if (origin === null) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-allow-credentials', 'true');
  headers.set('access-control-expose-headers', EXPOSED);
}

/** The answer of a preflight, which allows whatever was asked for; undefined for any other request. */
export function preflight(request: Request): Response | undefined {
  const { headers: asked, method } = request;
  const verb = asked.get('access-control-request-method');
  if (method !== 'OPTIONS' || verb === null) return undefined;
  // A method that is not documented too: the page is to read the 405 that names the right one.
  const headers = new Headers(METHOD.test(verb) ? { 'access-control-allow-methods': verb } : {});
  const wanted = asked.get('access-control-request-headers');
  if (wanted !== null) headers.set('access-control-allow-headers', wanted);
  headers.append('vary', 'access-control-request-method, access-control-request-headers');
  return new Response(null, { status: 204, headers });
}
