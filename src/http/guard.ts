/**
 * Who is calling, and may they? Runs before a byte of the body is read, in this order (D-24):
 * caller 401 → tenant 404 → scope 403 → origin 403 → session 401.
 */
import { getCookie } from 'hono/cookie';
import type { Context } from 'hono';
import type { Application, Ports, PortsFactory, RequestScope, Session, User } from '../ports.ts';
import { isOwnOrigin, originListed } from './caller.ts';
import { SESSION_COOKIE } from './cookies.ts';
import { failure, type Failure } from './errors.ts';
import type { Caller, CookieChange, Grant, Presented, SignedIn } from './handler.ts';
import type { Operation } from './operation.ts';

/** Rules of the domain, handed in so that http knows no feature. */
export interface GuardRules {
  /** The session when it is alive for an active user, else undefined. */
  judge(
    evidence: { session: Session | undefined; user: User | undefined; ended: boolean },
    application: Application,
    now: number,
  ): SignedIn | undefined;
  /** The renewed session when a rolling one is due, else undefined. */
  renew(session: Session, application: Application, now: number): Session | undefined;
  /** An address by its value: `text` is canonical. Undefined when it is none. */
  readAddress(text: string): { text: string; kind: string } | undefined;
  /** For the mock's scenarios: a developer's page may stand anywhere, and there is nothing to steal. */
  anyOrigin?: boolean;
}

const BEARER = /^Bearer\s+(\S+)$/i;

function bearerOf(request: Request): string | undefined {
  return BEARER.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** `base64(<application id>:<application token>)` → both parts. */
export function decodePair(encoded: string): [string, string] | undefined {
  try {
    const text = atob(encoded);
    const colon = text.indexOf(':');
    return colon > 0 ? [text.slice(0, colon), text.slice(colon + 1)] : undefined;
  } catch {
    return undefined;
  }
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
  readAddress: GuardRules['readAddress'],
): string | undefined {
  const server = readAddress(caller.ip)?.text;
  const listed = application.serverAddresses.some((one) => readAddress(one)?.text === server);
  if (server === undefined || !listed) return undefined;
  const named = readAddress(request.headers.get('x-storefront-client-ip')?.trim() ?? '');
  return named?.kind === 'public' ? named.text : undefined;
}

/** Reads the session that a cookie names, if it is alive, and renews a rolling one at most once an hour. */
async function readSession(
  cookie: string,
  ports: Ports,
  rule: GuardRules,
  application: Application,
): Promise<{ presented?: Presented; signedIn?: SignedIn; session?: CookieChange }> {
  const presented = await ports.sessionTokens.open(cookie);
  if (!presented) return {};
  const now = ports.clock.now();
  const evidence = await ports.sessions.find(presented.userId, presented.handle);
  const signedIn = rule.judge(evidence, application, now);
  if (!signedIn) return { presented };
  const renewed = rule.renew(signedIn.session, application, now);
  if (!renewed) return { presented, signedIn };
  ports.background(ports.sessions.put(renewed));
  const maxAge = (renewed.expiresAt - now) / 1000;
  const session = { set: cookie, maxAge };
  return { presented, signedIn: { ...signedIn, session: renewed }, session };
}

export type Guard = (c: Context, row: Operation, caller: Caller) => Promise<Grant | Failure>;

/** The guard of the real app. `factory` makes the stores of one application, `rule` holds what the domain decides. */
export function createGuard(factory: PortsFactory, rule: GuardRules): Guard {
  const { directory, tokens } = factory.service;

  const scopeOf = (
    c: Context,
    { requestId }: Caller,
    headers: Record<string, string>,
  ): RequestScope => ({
    requestId,
    waitUntil: (work) => c.executionCtx.waitUntil(work),
    bookmark: c.req.header('x-d1-bookmark'),
    setBookmark: (bookmark) => {
      headers['x-d1-bookmark'] = bookmark;
    },
  });

  async function storefront(c: Context, row: Operation, caller: Caller): Promise<Grant | Failure> {
    const pair = decodePair(bearerOf(c.req.raw) ?? '');
    const application = pair && (await directory.authenticate(...pair));
    if (!application) return failure('unauthorized');
    // At once: from here on only its own pages may read the answer, a refusal too.
    c.set('domains', application.domains);
    const cookie = getCookie(c, SESSION_COOKIE);
    if (!rule.anyOrigin && originRefused(c.req.raw, application, cookie !== undefined)) {
      return failure('origin_refused');
    }
    const ports = factory.of(application, scopeOf(c, caller, {}));
    const clientIp = shopperAddress(c.req.raw, caller, application, rule.readAddress);
    if (row.security === 'application') return { application, ports, clientIp };
    const found = cookie ? await readSession(cookie, ports, rule, application) : {};
    if (!found.signedIn && row.security === 'session') return failure('not_authenticated');
    return { application, ports, clientIp, ...found };
  }

  async function platform(c: Context, row: Operation, caller: Caller): Promise<Grant | Failure> {
    const claims = await tokens.verify(bearerOf(c.req.raw) ?? '');
    if (!claims) return failure('unauthorized');
    const { company_id = '', application_id = '' } = c.req.param();
    // A foreign company and a missing one get the same answer, so that nobody can count tenants.
    const application =
      claims.companyId === company_id
        ? await directory.application(company_id, application_id)
        : undefined;
    if (!application) return failure('not_found');
    if (row.scope && !claims.scopes.includes(row.scope)) {
      return failure('scope_missing', { meta: { scope: row.scope } });
    }
    const headers: Record<string, string> = {};
    const ports = factory.of(application, scopeOf(c, caller, headers));
    return { application, operator: claims, ports, headers };
  }

  return async (c, row, caller) => {
    if (row.security === 'none') return { ports: factory.service };
    return row.security === 'platform' ? platform(c, row, caller) : storefront(c, row, caller);
  };
}
