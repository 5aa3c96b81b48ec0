/** How programs choose a scenario, begin it anew, and read what it has sent. */
import { Hono, type Context } from 'hono';
import * as z from 'zod';
import { errorResponse, type ApiFailure } from '../../src/http/errors.ts';
import { err } from '../../src/shared/result.ts';
import { requestIdOf } from '../../src/http/caller.ts';
import { invalid } from '../../src/http/parse.ts';
import { withStandardHeaders } from '../../src/http/server.ts';
import { controlRefusal } from '../control.ts';
import { preflight, shareWithPages } from '../cors.ts';
import type { ScenarioHost } from '../scenario-host.ts';

const Choice = z.strictObject({
  name: z.string().nullable(),
  for: z.enum(['browser', 'server']).default('browser'),
});

const PATHS = ['/_mock/scenario', '/_mock/reset', '/_dev/inbox'];

function scenarioRoutes(host: ScenarioHost): Hono {
  const routes = new Hono();
  const answer = (c: Context, response: Response): Response =>
    withStandardHeaders(response, requestIdOf(c.req.raw));
  const refuse = (c: Context, failed: ApiFailure): Response =>
    answer(c, errorResponse(failed, requestIdOf(c.req.raw)));
  const state = (c: Context): Response =>
    answer(
      c,
      Response.json({ scenario: host.chosen(c.req.raw) ?? null, scenarios: host.scenarios }),
    );

  routes.get('/_mock/scenario', (c) => state(c));

  routes.put('/_mock/scenario', async (c) => {
    const given: unknown = await c.req.json().catch(() => undefined);
    const parsed = Choice.safeParse(given);
    const names = host.scenarios.map(({ name }) => name);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const path = ['body', ...(issue?.path ?? [])].map(String).join('.');
      const message = `must be {"name": …}, one of ${names.join(', ')} or null, and "for" browser or server`;
      return refuse(c, invalid([{ path, message }]));
    }
    const { name, for: whom } = parsed.data;
    if (name !== null && !names.includes(name)) {
      return refuse(
        c,
        invalid([{ path: 'body.name', message: `is one of ${names.join(', ')}, or null` }]),
      );
    }
    const lines = host.choose(c.req.raw, name ?? undefined, whom);
    const body = { scenario: name, for: whom };
    const response = answer(c, Response.json(body));
    for (const line of lines) response.headers.append('set-cookie', line);
    return response;
  });

  routes.post('/_mock/reset', (c) => {
    host.reset(c.req.raw);
    return answer(c, Response.json({ scenario: host.chosen(c.req.raw) ?? null }));
  });

  routes.get('/_dev/inbox', async (c) => {
    if (host.chosen(c.req.raw) === undefined) {
      return refuse(c, err('not_found', { message: 'No scenario is chosen, so nothing is sent.' }));
    }
    // A `+` that was not encoded arrives as a blank.
    const to = c.req.query('to')?.replace(/^ /, '+');
    return answer(c, Response.json({ items: await host.inbox(c.req.raw, to) }));
  });

  routes.all('*', (c) => refuse(c, err('method_not_allowed')));

  return routes;
}

type Fetch = (request: Request, bytes?: Uint8Array) => Response | Promise<Response>;

/**
 * These routes in front of a mock.
 * @param allowedHosts beside those of this machine
 */
export function withScenarioRoutes(
  host: ScenarioHost,
  mock: Fetch,
  allowedHosts: readonly string[] = [],
): Fetch {
  const routes = scenarioRoutes(host);
  const ours = new Set(PATHS);
  return async (request, bytes) => {
    if (!ours.has(new URL(request.url).pathname)) return mock(request, bytes);
    const refused = controlRefusal(request, allowedHosts);
    if (refused) return refused;
    const response = preflight(request) ?? (await routes.fetch(request));
    shareWithPages(request, response);
    return response;
  };
}
