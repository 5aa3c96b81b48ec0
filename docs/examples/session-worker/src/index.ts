/** A Worker of the shop that knows who is signed in: by the binding, and by a session token. */
import {
  sessionKeys,
  sessionsErrorCode,
  SessionTokenError,
  verifySessionToken,
  type SessionKeys,
  type SessionsBinding,
} from 'vestibule/session';

interface Env {
  SESSIONS: SessionsBinding;
  VESTIBULE: Fetcher;
  APPLICATION: string;
  VESTIBULE_URL: string;
}

const nobody = () => Response.json({ error: 'not signed in' }, { status: 401 });
const tryLater = () => Response.json({ error: 'try again later' }, { status: 503 });

/** For pages of the shop's own domain, where the browser sends the session cookie. True at this very moment. */
async function byBinding(request: Request, env: Env): Promise<Response> {
  const shopper = await env.SESSIONS.getShopper(request.headers);
  if (!shopper) return nobody();
  return Response.json({ user: shopper.user.id, name: shopper.user.first_name });
}

/** Kept for as long as this isolate lives: tokens are verified without a call. */
let keys: SessionKeys | undefined;

/** For services that get no cookie. True when the token was issued, up to five minutes ago. */
async function byToken(request: Request, env: Env): Promise<Response> {
  const [, token] = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '') ?? [];
  if (token === undefined) return nobody();
  keys ??= sessionKeys(env.VESTIBULE_URL, {
    fetch: async (url, init) => env.VESTIBULE.fetch(url, init),
  });
  const claims = await verifySessionToken(token, { keys, application: env.APPLICATION });
  return Response.json({ user: claims.userId, phone: claims.phoneNumbers[0] });
}

/** Signs the shopper out everywhere this session is used, such as when an order looks stolen. */
async function endSession(request: Request, env: Env): Promise<Response> {
  const shopper = await env.SESSIONS.getShopper(request.headers);
  if (!shopper) return nobody();
  const ended = await env.SESSIONS.end(shopper.user.id, shopper.session.handle);
  return Response.json({ ended });
}

const ROUTES: Readonly<Record<string, (request: Request, env: Env) => Promise<Response>>> = {
  'GET /orders': byBinding,
  'GET /orders/by-token': byToken,
  'POST /orders/end-session': endSession,
};

export default {
  async fetch(request, env) {
    const route = ROUTES[`${request.method} ${new URL(request.url).pathname}`];
    if (!route) return new Response('not found', { status: 404 });
    try {
      return await route(request, env);
    } catch (error) {
      // An outage is no reason to sign anybody out.
      if (sessionsErrorCode(error) === 'unavailable') return tryLater();
      if (!(error instanceof SessionTokenError)) throw error;
      return error.reason === 'keys_unavailable' ? tryLater() : nobody();
    }
  },
} satisfies ExportedHandler<Env>;
