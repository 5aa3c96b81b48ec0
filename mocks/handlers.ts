/** The mock as MSW handlers, for a server of one's own, for tests in Node and for pages without a backend. */
import { http, HttpResponse, type HttpHandler, type HttpResponseResolver } from 'msw';
import { entriesOf } from '../src/http/operation.ts';
import { createMock, mockTable, type MockOptions } from './app.ts';
import { isCut } from './chaos.ts';
import { pathsOf } from './match.ts';
import { pageResolver } from './page.ts';

export interface HandlerOptions extends MockOptions {
  /** Answer requests to this origin only, such as `https://shop.example`. */
  origin?: string;
  /** For a service worker: cookies work there too, and what the mock does not know goes on to the network. */
  inPage?: boolean;
}

const entries = entriesOf(mockTable);

function resolverOf({ inPage, origin: _, ...options }: HandlerOptions): HttpResponseResolver {
  if (inPage) return pageResolver(options);
  const mock = createMock(options);
  // MSW narrows what `json()` returns, which nothing here relies on.
  return async ({ request }) => {
    const response = await mock.fetch(request as Request);
    return isCut(response) ? HttpResponse.error() : response;
  };
}

const trimmed = (origin: string): string => origin.replace(/\/$/, '');

const KNOWN_PATHS = pathsOf(entries);

/**
 * One handler in front of the mock's own router. MSW tries handlers one by one, so fifty of them would make the last
 * operation twice as slow as the first. Without `origin` it answers every request there is, unknown paths with a 404;
 * in a page it leaves those alone, because they are the page's own files.
 */
export function handlers(options: HandlerOptions = {}): HttpHandler[] {
  const { origin = '', inPage = false } = options;
  const isOurs = ({ request }: { request: Request }): boolean => {
    const url = new URL(request.url);
    return KNOWN_PATHS.test(url.pathname) && (!origin || url.origin === trimmed(origin));
  };
  const all = origin ? `${trimmed(origin)}/*` : '*';
  return [http.all(inPage ? isOurs : all, resolverOf(options))];
}

/**
 * One handler per operation, by the names of the table, to take or to leave:
 * `server.use(handlersByOperation({ origin }).application.loginWithOTP)`.
 * The patterns are paths only: pages resolve them against their own address, Node needs `origin`.
 */
export function handlersByOperation(options: HandlerOptions = {}): {
  [C in keyof typeof mockTable]: Record<keyof (typeof mockTable)[C], HttpHandler>;
} {
  const resolver = resolverOf(options);
  const groups: Record<string, Record<string, HttpHandler>> = {};
  for (const { client, operationId, row } of entries) {
    const pattern = trimmed(options.origin ?? '') + row.path.replaceAll(/\{(\w+)\}/g, ':$1');
    (groups[client] ??= {})[operationId] = http[row.method](pattern, resolver);
  }
  // Filled from the very table that the type is mapped over.
  return groups as ReturnType<typeof handlersByOperation>;
}
