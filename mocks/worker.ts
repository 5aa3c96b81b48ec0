/** Entry of the mock as a Worker (`wrangler dev --env mock`). The real entry never imports MSW. */
import { getResponse } from 'msw';
import { createMock } from './app.ts';
import { serverHandlers } from './handlers.ts';

const mock = createMock();
const handlers = serverHandlers(mock);

export default {
  async fetch(request: Request): Promise<Response> {
    const { origin: baseUrl } = new URL(request.url);
    return (await getResponse(handlers, request, { baseUrl })) ?? mock.fetch(request);
  },
};
