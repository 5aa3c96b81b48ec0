/**
 * Rows → one Hono app. Both the real app and the mock are built here, so they share routes, validation and errors;
 * they differ in the guard and in the handlers alone.
 */
import { Hono, type Context } from 'hono';
import { getPath } from 'hono/utils/url';
import { readBody } from './body.ts';
import { callerOf } from './caller.ts';
import { bookmarkCookieLine, sessionCookieLines } from './cookies.ts';
import { allowOrigin, isStorefront, preflight, type CorsRule } from './cors.ts';
import { droppedCookieNote } from './dropped-cookie.ts';
import { errorResponse, isFailure, type ApiFailure } from './errors.ts';
import { err } from '../shared/result.ts';
import type { AnyHandler, Caller, Grant, Guard } from './handler.ts';
import { FixedPathRouter } from './fixed-paths.ts';
import { errorForLog, framesOf, maskPath, type Log } from './log.ts';
import { entriesOf, successOf, type Entry, type Table } from './operation.ts';
import type { Meter } from '../ports/index.ts';
import { readTraceparent } from '../values/traceparent.ts';
import { invalid, validated, validators } from './parse.ts';

export interface ServerEnv {
  Variables: {
    caller: Caller;
    entry: Entry | undefined;
    failure: ApiFailure | undefined;
    /** For the log: what was strange about a request that was answered all the same. */
    notice: string | undefined;
    /** Set by the guard of a row that lets the request through; there in every handler. */
    grant: Grant;
    /** Of the application that was called; set by the guard as soon as it knows, before it refuses anything. */
    domains: readonly string[] | undefined;
  };
}
type ServerContext = Context<ServerEnv>;

export interface ServerOptions {
  table: Table;
  /** The handler of an entry. */
  handlerOf(entry: Entry): AnyHandler;
  guard: Guard;
  log: Log;
  /** Lets storefronts' pages call across origins; the mock has a rule of its own. */
  cors?: CorsRule;
  /** A real deployment, whose browsers are to come by https only. */
  production?: boolean;
  /** Is told of each request. */
  meter?: Meter | undefined;
  /** Says in the header `Server-Timing` how long a request took; for development, since it tells who measures what. */
  timing?: boolean;
  /** The dependency that failed, for the log; undefined when the error is no outage. */
  isOutage(error: unknown): string | undefined;
  /** Whether that is because the application is being moved; left out where none can be. */
  isMoving?(error: unknown): boolean;
  /** Of numbers without one where no application says it, as in the mock: digits. */
  callingCode?: string;
  /** The header that carries cookies out. In a page no Response can hold `set-cookie`, so the mock uses another one there. */
  cookieHeader?: string;
  /** Body → what is sent. Parses with the row's schema unless told otherwise (the mock's two documented exceptions). */
  shape?(entry: Entry, body: object): object;
}

/** Seconds: longer than most of the moments in which nobody may write. */
const RETRY_AFTER_MOVE = 5;

/** Parsing cuts every undeclared field, so that a stored hash can never leave by accident. */
const parseShape = (entry: Entry, body: object): object => successOf(entry.row).schema.parse(body);

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The response with headers that can be set; one from elsewhere (an asset, a redirect) may have immutable ones. */
function writable(response: Response, requestId: string): Response {
  try {
    response.headers.set('x-request-id', requestId);
    return response;
  } catch {
    return writable(new Response(response.body, response), requestId);
  }
}

/** Browsers keep it for a host with all its ports: on a developer's machine it would break every other http server. */
const HSTS = 'max-age=31536000; includeSubDomains';

/** Whether the answer demands https of browsers: one of a real deployment to a request by https. */
export const isHttpsOnly = (request: Request, production: boolean): boolean =>
  // Of a request the address is as the parser writes it.
  production && request.url.startsWith('https:');

/**
 * The headers that every answer carries, those of assets and redirects included.
 * @param httpsOnly see `isHttpsOnly`; the mock never says so
 */
export function withStandardHeaders(
  response: Response,
  requestId: string,
  httpsOnly = false,
): Response {
  const answer = writable(response, requestId);
  if (httpsOnly) answer.headers.set('strict-transport-security', HSTS);
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!answer.headers.has(name)) answer.headers.set(name, value);
  }
  return answer;
}

/**
 * A path as it is routed. Several slashes in front of an API path, or one behind it, are the same operation (D-88): themes set
 * the SDK's `domain` with a slash at its end.
 */
export function routedPath(path: string): string {
  if (!path.startsWith('//') && !path.endsWith('/')) return path;
  const plain = path.replace(/^\/+/, '/').replace(/\/$/, '');
  return plain.startsWith('/service/') ? plain : path;
}

/** `/a/{b}` → `/a/:b` */
const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

function respondFailure(c: ServerContext, failure: ApiFailure): Response {
  c.set('failure', failure);
  return errorResponse(failure, c.get('caller').requestId);
}

/** `platform` is the caller's own application id, or any other text, which is ignored. */
function platformMismatch(query: unknown, grant: Grant): ApiFailure | undefined {
  const { platform } = (query ?? {}) as { platform?: unknown };
  if (!grant.application || typeof platform !== 'string') return undefined;
  if (!/^[0-9a-f]{24}$/i.test(platform) || platform === grant.application.id) return undefined;
  return invalid([{ path: 'query.platform', message: 'is not the id of this application' }]);
}

/** Fixed paths before those with parameters: `customers/list` must not be taken for a `customers/{user_id}`. */
function byPrecedence(a: Entry, b: Entry): number {
  return a.row.path.split('{').length - b.row.path.split('{').length;
}

/**
 * An app that serves every row of the table. Nothing is thrown: outages are answered with 503, all other errors
 * with 500.
 */
export function createServer(options: ServerOptions): Hono<ServerEnv> {
  const { table, handlerOf, guard, log, isOutage, isMoving, shape = parseShape } = options;
  const {
    cookieHeader = 'set-cookie',
    cors,
    production = false,
    callingCode = '',
    meter,
    timing,
  } = options;
  const app = new Hono<ServerEnv>({
    getPath: (request) => routedPath(getPath(request)),
    router: new FixedPathRouter(),
  });
  const entries = entriesOf(table).toSorted(byPrecedence);

  app.use(async (c, next) => {
    const started = Date.now();
    const caller = callerOf(c.req.raw, production);
    c.set('caller', caller);
    await next();
    const httpsOnly = isHttpsOnly(c.req.raw, production);
    const marked = withStandardHeaders(c.res, caller.requestId, httpsOnly);
    // Hono copies what it is given, so it is given only what it has not.
    if (marked !== c.res) c.res = marked;
    // Of a refusal too: it may have changed something before.
    const bookmark = c.get('grant')?.changes?.bookmark;
    if (bookmark) c.res.headers.append(cookieHeader, bookmarkCookieLine(caller, bookmark));
    await shareWithPage(c);
    const failure = c.get('failure');
    const waitMs = Date.now() - started;
    if (timing) c.res.headers.set('server-timing', `total;dur=${waitMs}`);
    meter?.({
      operation: c.get('entry')?.id,
      applicationId: applicationOf(c),
      status: c.res.status,
      code: failure?.code,
      waitMs,
    });
    log({
      level: c.res.status >= 500 ? 'error' : 'info',
      message: 'request',
      request_id: caller.requestId,
      traceparent: readTraceparent(c.req.raw.headers.get('traceparent')),
      operation: c.get('entry')?.id,
      method: c.req.method,
      path: c.get('entry')?.row.path ?? maskPath(new URL(c.req.url).pathname),
      status: c.res.status,
      duration_ms: waitMs,
      code: failure?.code,
      internal: failure?.internal ?? c.get('notice') ?? forDeveloper(c),
    });
  });

  /** Undefined when the guard refused the request, or there is none. */
  const applicationOf = (c: ServerContext): string | undefined =>
    (c.get('grant') as Grant | undefined)?.application?.id;

  /** What a developer whose login does not stick has to know. */
  const forDeveloper = (c: ServerContext): string | undefined =>
    cors && !production ? droppedCookieNote(c.req.raw, c.res) : undefined;

  /** CORS headers of a storefront's answer; errors that came before the application was known are shared too. */
  async function shareWithPage(c: ServerContext): Promise<void> {
    const entry = c.get('entry');
    const origin = c.req.header('origin') ?? null;
    if (!cors || !entry || !isStorefront(entry.row.security)) return;
    const host = origin !== null && URL.canParse(origin) ? new URL(origin).hostname : undefined;
    const known = c.get('domains');
    const listed = known ?? (host !== undefined && (await cors.listsHost(host)) ? [host] : []);
    allowOrigin(c.res.headers, origin, listed);
  }

  async function answer(c: ServerContext, entry: Entry): Promise<Response> {
    const { row } = entry;
    const grant = c.get('grant');
    c.set('notice', grant.notice);
    const input = validated(c, grant.application?.defaultCountryCode ?? callingCode);
    if (isFailure(input)) return respondFailure(c, input);
    const foreign = platformMismatch(input.query, grant);
    if (foreign) return respondFailure(c, foreign);
    const result = await handlerOf(entry)({
      ...grant,
      input,
      caller: c.get('caller'),
      request: c.req.raw,
      reply: (body, extra) => ({ body, ...extra }),
      fail: err,
    });
    if (isFailure(result)) return respondFailure(c, result);
    const session = result.session ?? grant.session;
    if (session) {
      for (const line of sessionCookieLines(c.get('caller'), session)) {
        c.header(cookieHeader, line, { append: true });
      }
    }
    for (const [name, value] of Object.entries(grant.headers ?? {})) c.header(name, value);
    const { status } = successOf(row);
    return c.body(JSON.stringify(shape(entry, result.body)), status as 200, {
      'content-type': 'application/json; charset=UTF-8',
    });
  }

  for (const entry of entries) {
    const { row } = entry;
    app.on(
      row.method.toUpperCase(),
      honoPath(row.path),
      async (c, next) => {
        c.set('entry', entry);
        const grant = await guard(c, row, c.get('caller'));
        if (isFailure(grant)) return respondFailure(c, grant);
        c.set('grant', grant);
        if (grant.clientIp !== undefined)
          c.set('caller', { ...c.get('caller'), ip: grant.clientIp });
        const bad = row.request.body ? await readBody(c, row) : undefined;
        if (bad) return respondFailure(c, bad);
        return next();
      },
      ...validators(row, (c, failure) => respondFailure(c as ServerContext, failure)),
      async (c) => answer(c, entry),
    );
  }

  const methods = Map.groupBy(entries, (entry) => honoPath(entry.row.path));
  for (const [path, rows] of methods) {
    const verbs = rows.map(({ row }) => row.method.toUpperCase());
    // Hono answers HEAD wherever GET is.
    const allow = verbs.flatMap((verb) => (verb === 'GET' ? [verb, 'HEAD'] : [verb])).join(', ');
    if (cors && rows.some(({ row }) => isStorefront(row.security))) {
      app.options(path, async (c) => preflight(c, verbs, cors));
    }
    app.all(path, (c) => {
      const response = respondFailure(c, err('method_not_allowed'));
      response.headers.set('allow', allow);
      return response;
    });
  }

  app.notFound((c) => respondFailure(c, err('not_found')));
  app.onError((error, c) => {
    const outage = isOutage(error);
    const internal = outage
      ? `${outage}: ${errorForLog(error.cause)}`
      : { error: errorForLog(error), frames: framesOf(error) };
    if (isMoving?.(error)) {
      return respondFailure(
        c,
        err('application_moving', { internal, retryAfterSeconds: RETRY_AFTER_MOVE }),
      );
    }
    return respondFailure(c, err(outage ? 'unavailable' : 'internal_error', { internal }));
  });
  return app;
}
