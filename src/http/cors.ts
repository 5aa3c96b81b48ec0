/**
 * CORS for storefronts (D-27): credentialed, for the exact origins of an application's domains. A preflight carries no
 * credentials, so it is answered for any application that lists the host; the answer itself is readable only where the
 * application that was called lists it. Operators' paths have none.
 */
import type { Context } from 'hono';
import { originListed } from './caller.ts';
import type { Security } from './operation.ts';

export interface CorsRule {
  /** Whether some application lists the host. */
  listsHost(host: string): Promise<boolean>;
}

const STOREFRONT: ReadonlySet<Security> = new Set<Security>(['application', 'session', 'session?']);
/** Whether pages of a shop may call rows of this security. */
export const isStorefront = (security: Security): boolean => STOREFRONT.has(security);

const EXPOSED = 'x-request-id, retry-after';
const PREFLIGHT_SECONDS = '600';

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).hostname : undefined;

/** The answer of a preflight; without allowance when no application lists the origin, so that the browser stops there. */
export async function preflight(c: Context, methods: string[], rule: CorsRule): Promise<Response> {
  const origin = c.req.header('origin') ?? '';
  const host = hostOf(origin);
  const headers = new Headers({ vary: 'origin, access-control-request-headers' });
  if (host !== undefined && originListed(origin, [host]) && (await rule.listsHost(host))) {
    headers.set('access-control-allow-origin', origin);
    headers.set('access-control-allow-credentials', 'true');
    headers.set('access-control-allow-methods', methods.join(', '));
    headers.set('access-control-max-age', PREFLIGHT_SECONDS);
    const asked = c.req.header('access-control-request-headers');
    if (asked !== undefined) headers.set('access-control-allow-headers', asked);
  }
  return new Response(null, { status: 204, headers });
}

/** Lets the page read the answer, when the application lists its origin. */
export function allowOrigin(
  headers: Headers,
  origin: string | null,
  domains: readonly string[],
): void {
  headers.append('vary', 'origin');
  if (origin === null || !originListed(origin, domains)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-allow-credentials', 'true');
  headers.set('access-control-expose-headers', EXPOSED);
}
