/** The mock as MSW handlers, for a server of one's own, for tests in Node and for pages without a backend. */
import { http, HttpHandler, type HttpResponseResolver } from 'msw';
import { entriesOf } from '../src/http/operation.ts';
import { EVERYBODY } from './answers/book.ts';
import { createMock, mockTable, operationAt, type Mock, type MockOptions } from './app.ts';
import { placeOf, withoutBase, type PlaceOptions } from './place.ts';
import { CARRIER, inNode, inPage, inServer, type Answering } from './resolve.ts';

export interface HandlerOptions extends MockOptions, PlaceOptions {
  /** For a service worker, where cookies have to go another way. Found out when left out. */
  inPage?: boolean;
  /**
   * In Node: keep the cookies of answers and send them along, as a browser would. True when left out and something asks for a
   * session (`strict`, a scenario).
   */
  cookies?: boolean;
  /** Answer only operations that an answer was chosen for, as long as there is one. */
  onlyChosen?: boolean;
}

const entries = entriesOf(mockTable);

/** A page, and not a test that has a document in Node. */
const isPage = (): boolean => {
  const { document, process } = globalThis as {
    document?: object;
    process?: typeof globalThis.process;
  };
  return document !== undefined && process?.versions?.node === undefined;
};

interface Resolved {
  mock: Mock;
  resolver: HttpResponseResolver;
  /** Called by `server.resetHandlers()`. */
  reset(): void;
}

function resolved(options: HandlerOptions, place: ReturnType<typeof placeOf>): Resolved {
  const { cookies = Boolean(options.strict || options.scenarios) } = options;
  const page = options.inPage ?? isPage();
  const mock = createMock(page ? { ...options, cookieHeader: CARRIER } : options);
  const answer = async (request: Request): Promise<Response> =>
    mock.fetch(withoutBase(request, place(request) ?? ''));
  if (page) return { mock, resolver: inPage(answer), reset: () => mock.reset() };
  const { resolver, forget } = inNode(answer, cookies);
  return {
    mock,
    resolver,
    reset() {
      forget();
      mock.reset();
    },
  };
}

/** MSW resets handlers between tests; what the mock remembers goes with it. */
class MockHandler extends HttpHandler {
  readonly #reset: () => void;
  constructor(matches: (request: Request) => boolean, { resolver, reset }: Resolved) {
    super(/.+/, ({ request }) => matches(request), resolver);
    this.#reset = reset;
  }
  override reset(): void {
    super.reset();
    this.#reset();
  }
}

/**
 * One handler in front of the mock's own router: MSW tries handlers one by one, so fifty of them would make the last
 * operation twice as slow as the first. It answers documented paths, and unknown ones below the API's own prefixes with a 404
 * that names the nearest; other hosts, paths and handlers, and MSW's policy on unhandled requests, are left alone.
 *
 * @throws TypeError when `origin` is not an http address
 */
export function handlers(options: HandlerOptions = {}): HttpHandler[] {
  const place = placeOf(options);
  const made = resolved(options, place);
  const ours = (request: Request): boolean => {
    const path = place(request);
    if (path === undefined || !options.onlyChosen) return path !== undefined;
    const entry = operationAt(request.method, path);
    return entry !== undefined && made.mock.answers.has(EVERYBODY, entry.id);
  };
  return [new MockHandler(ours, made)];
}

/**
 * One handler per operation, by the names of the table, to take or to leave:
 * `server.use(handlersByOperation().application.loginWithOTP)`.
 */
export function handlersByOperation(options: HandlerOptions = {}): {
  [C in keyof typeof mockTable]: Record<keyof (typeof mockTable)[C], HttpHandler>;
} {
  const place = placeOf(options);
  const resolver = resolved(options, place);
  const groups: Record<string, Record<string, HttpHandler>> = {};
  for (const { client, operationId, id } of entries) {
    const matches = (request: Request): boolean => {
      const path = place(request);
      return path !== undefined && operationAt(request.method, path)?.id === id;
    };
    (groups[client] ??= {})[operationId] = new MockHandler(matches, resolver);
  }
  // Filled from the very table that the type is mapped over.
  return groups as ReturnType<typeof handlersByOperation>;
}

/** For the mock's own servers: whatever arrives there is for the mock. */
export const serverHandlers = (mock: Answering): HttpHandler[] => [
  http.all(() => true, inServer(mock)),
];
