/** A request through MSW: a project's own handlers first, then the mock. */
import { getResponse, isPassthroughResponse, type RequestHandler } from 'msw';
import { preflight, shareWithPages } from './cors.ts';
import { serverHandlers } from './handlers.ts';
import type { Answering } from './resolve.ts';

export interface Answered {
  response: Response;
  /** The own handler that answered, as MSW names it: `GET /service/…`. Undefined when the mock did. */
  handler?: string;
}

/** The project's handlers, which answer before the mock; read for each request, because their file can change. */
export type OwnHandlers = () => readonly RequestHandler[];

/** A page of another origin is to read what its own project's handlers answer, too. */
function readable(request: Request, response: Response): Response {
  if (response.type === 'error') return response;
  // What came from `fetch` has headers that cannot be set.
  const own = new Response(response.body, response);
  shareWithPages(request, own);
  return own;
}

/**
 * What MSW asks of every request, answered without work. It copies a request before it looks at it, so that its life-cycle
 * events can show it: `getResponse` has no such events, so the first copy asked for is the request itself, later ones are
 * copies. And it asks for the credentials mode, for which the Node server would make a whole Request out of its light one.
 */
function prepared(request: Request): Request {
  const copy = request.clone.bind(request);
  let spared = false;
  return Object.defineProperties(request, {
    credentials: { value: 'same-origin' },
    clone: {
      value() {
        if (spared) return copy();
        spared = true;
        return request;
      },
    },
  });
}

const nameOf = ({ info }: RequestHandler): string => info.header;

/**
 * Sends requests through MSW's handlers.
 * @param mock answers the requests that no own handler takes: the mock, or a real server
 * @param own of the project; one that answers nothing or `passthrough()` leaves the request to the next
 */
export function driver(
  mock: Answering,
  own: OwnHandlers = () => [],
): (request: Request) => Promise<Answered> {
  const ours = serverHandlers(mock);
  return async (request) => {
    const asked = preflight(request);
    if (asked) {
      shareWithPages(request, asked);
      return { response: asked };
    }
    const first = own();
    const context = first.length === 0 ? {} : { baseUrl: new URL(request.url).origin };
    // One by one, as MSW tries them too: `getResponse` does not tell which of several has answered.
    for (const handler of first) {
      const response = await getResponse([handler], request, context);
      if (response && !isPassthroughResponse(response)) {
        return { response: readable(request, response), handler: nameOf(handler) };
      }
    }
    const given = first.length === 0 ? prepared(request) : request;
    const response = await getResponse(ours, given, context);
    return { response: response ?? (await mock.fetch(request)) };
  };
}
