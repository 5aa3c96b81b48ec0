/** A request through MSW: a project's own handlers first, then the mock. */
import { getResponse, isPassthroughResponse, type RequestHandler } from 'msw';
import type { Mock } from './app.ts';
import { serverHandlers } from './handlers.ts';

export interface Answered {
  response: Response;
  /** The own handler that answered, as MSW names it: `GET /service/…`. Undefined when the mock did. */
  handler?: string;
}

/** What answers in front of the mock; read anew for each request, because a file of them can change. */
export type OwnHandlers = () => readonly RequestHandler[];

const nameOf = ({ info }: RequestHandler): string => info.header;

/**
 * Sends requests through MSW's handlers.
 * @param own of the project; one that answers nothing or `passthrough()` leaves the request to the next
 */
export function driver(
  mock: Mock,
  own: OwnHandlers = () => [],
): (request: Request) => Promise<Answered> {
  const ours = serverHandlers(mock);
  return async (request) => {
    const context = { baseUrl: new URL(request.url).origin };
    // One by one, as MSW tries them too: `getResponse` does not tell which of several has answered.
    for (const handler of own()) {
      const response = await getResponse([handler], request, context);
      if (response && !isPassthroughResponse(response))
        return { response, handler: nameOf(handler) };
    }
    const response = await getResponse(ours, request, context);
    return { response: response ?? (await mock.fetch(request)) };
  };
}
