/**
 * Who is calling, and may they? Runs before a byte of the body is read, in this order (D-24):
 * caller 401 → tenant 404 → scope 403 → origin 403 → session 401.
 */
import type { Context } from 'hono';
import { readAddress } from './domain/client-address.ts';
import { findSession } from './domain/session/find-session.ts';
import { decodePair, isOwnOrigin, originListed } from './http/caller.ts';
import { readBookmarkCookie, readSessionCookies } from './http/cookies.ts';
import type { ApiFailure } from './http/errors.ts';
import type { Caller, Grant, Guard, SignedIn } from './http/handler.ts';
import type { Operation } from './http/operation.ts';
import type { Application, Ports, PortsFactory, RequestScope } from './ports/index.ts';
import { err } from './shared/result.ts';
import { SECOND_MS } from './shared/time.ts';

export interface GuardOptions {
  /** For the mock's scenarios: a developer's page may stand anywhere, and there is nothing to steal. */
  anyOrigin?: boolean;
}

const BEARER = /^Bearer\s+(\S+)$/i;

function bearerOf(request: Request): string | undefined {
  return BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
}

/**
 * Stops a foreign page from using a shopper's cookie, and from getting one set: whatever names an `Origin` names a listed
 * one, with a cookie or without. A browser that sends a cookie but no `Origin` says at least that the page is foreign. A
 * request with neither header is no browser's, and the Authorization header forces a preflight on every one that is.
 */
function originRefused(request: Request, application: Application, hasCookie: boolean): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null) {
    return !originListed(origin, application.domains) && !isOwnOrigin(origin, request);
  }
  return hasCookie && request.headers.get('sec-fetch-site') === 'cross-site';
}

/**
 * A server-rendered storefront speaks for its shoppers: a listed server's word for the address is believed.
 * Not for one of its own network, which is its proxy's or its own, nor for what is no address: then its own counts.
 */
function shopperAddress(
  request: Request,
  caller: Caller,
  application: Application,
): string | undefined {
  const server = readAddress(caller.ip)?.text;
  const listed = application.serverAddresses.some((one) => readAddress(one)?.text === server);
  if (server === undefined || !listed) return undefined;
  const named = readAddress(request.headers.get('x-storefront-client-ip')?.trim() ?? '');
  return named?.kind === 'public' ? named.text : undefined;
}

type Found = Pick<Grant, 'presented' | 'session' | 'notice'> & { signedIn?: SignedIn };

/** Whether a row only reads, and takes part in no decision on a credential: a replica may say whose session it is. */
export const onlyReads = ({ security, method }: Pick<Operation, 'security' | 'method'>): boolean =>
  security === 'session' && method === 'get';

/**
 * The session of a request; a rolling one is renewed at most once an hour.
 * @param isRead whether the nearest copy of D1 may say yes. Its no may be old, and a renewal writes: the primary decides both
 */
async function readSession(
  cookies: readonly string[],
  ports: Ports,
  application: Application,
  isRead: boolean,
): Promise<Found> {
  const now = ports.clock.now();
  if (isRead && ports.nearestSessions) {
    const near = await findSession(cookies, ports, application, ports.nearestSessions, now);
    const { presented, alive } = near;
    if (presented.length === 0) return { presented };
    // Of a second user the copy may not know yet.
    const isOne = presented.every(({ userId }) => userId === alive?.signedIn.user.id);
    if (alive && isOne && !alive.renewed) return { presented, signedIn: alive.signedIn };
  }
  const { presented, notice, alive } = await findSession(
    cookies,
    ports,
    application,
    ports.sessions,
    now,
  );
  if (!alive) return { presented, notice };
  const { cookie, signedIn, renewed } = alive;
  if (!renewed) return { presented, signedIn };
  ports.background(ports.sessions.put(renewed));
  const maxAgeSeconds = (renewed.expiresAt - now) / SECOND_MS;
  const session = { set: cookie, maxAgeSeconds };
  return { presented, signedIn: { ...signedIn, session: renewed }, session };
}

/**
 * The guard of the real app.
 * @returns the grant of a request, or why it is refused: `unauthorized`, `not_found`, `scope_missing`, `origin_refused`
 *   or `not_authenticated`
 */
export function createGuard(
  factory: PortsFactory,
  { anyOrigin = false }: GuardOptions = {},
): Guard {
  const { accessNames, directory, tokens } = factory.service;

  const scopeOf = (
    c: Context,
    { requestId }: Caller,
  ): Pick<RequestScope, 'requestId' | 'waitUntil'> => ({
    requestId,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });

  async function storefront(
    c: Context,
    row: Operation,
    caller: Caller,
  ): Promise<Grant | ApiFailure> {
    const pair = decodePair(bearerOf(c.req.raw) ?? '');
    const application = pair && (await directory.authenticate(pair.name, pair.secret));
    if (!application) return err('unauthorized');
    // At once: from here on only its own pages may read the answer, a refusal too.
    c.set('domains', application.domains);
    const cookies = readSessionCookies(c.req.header('cookie') ?? '');
    if (!anyOrigin && originRefused(c.req.raw, application, cookies.length > 0)) {
      return err('origin_refused');
    }
    const isRead = onlyReads(row);
    const changes: { bookmark?: string } = {};
    const ports = factory.portsFor(application, {
      ...scopeOf(c, caller),
      // Read where it is asked for: most requests open no D1 session.
      get bookmark() {
        return readBookmarkCookie(c.req.header('cookie') ?? '');
      },
      acceptLanguage: c.req.header('accept-language'),
      tellChanges: !isRead,
      setBookmark(bookmark) {
        // They sort by age, and round trips may end in any order.
        if (bookmark > (changes.bookmark ?? '')) changes.bookmark = bookmark;
      },
    });
    const own = ports.nearestSessions && !isRead ? { changes } : {};
    const clientIp = shopperAddress(c.req.raw, caller, application);
    if (row.security === 'application') return { application, ports, clientIp, ...own };
    const found = await readSession(cookies, ports, application, isRead);
    if (!found.signedIn && row.security === 'session') {
      return err('not_authenticated', { internal: found.notice });
    }
    return { application, ports, clientIp, ...found, ...own };
  }

  async function platform(c: Context, row: Operation, caller: Caller): Promise<Grant | ApiFailure> {
    const claims = await tokens.verify(bearerOf(c.req.raw) ?? '');
    if (!claims) return err('unauthorized');
    const { company_id = '', application_id = '' } = c.req.param();
    // A foreign company and a missing one get the same answer, so that tenants cannot be counted.
    const application =
      claims.companyId === company_id
        ? await directory.application(company_id, application_id)
        : undefined;
    if (!application) return err('not_found');
    if (row.scope && !claims.scopes.includes(row.scope)) {
      return err('scope_missing', { meta: { scope: row.scope } });
    }
    const assertion = c.req.header('cf-access-jwt-assertion');
    const person = assertion === undefined ? undefined : await accessNames?.nameOf(assertion);
    const headers: Record<string, string> = {};
    const ports = factory.portsFor(application, {
      ...scopeOf(c, caller),
      bookmark: c.req.header('x-d1-bookmark'),
      setBookmark: (bookmark) => {
        headers['x-d1-bookmark'] = bookmark;
      },
    });
    return { application, operator: { ...claims, person }, ports, headers };
  }

  return async (c, row, caller) => {
    if (row.security === 'none') return { ports: factory.service };
    return row.security === 'platform' ? platform(c, row, caller) : storefront(c, row, caller);
  };
}
