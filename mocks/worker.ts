/** Entry of the mock as a Worker (`wrangler dev --env mock`). The real entry never imports MSW. */
import { getResponse } from 'msw';
import { handlers } from './handlers.ts';

const mocked = handlers();

export default {
  async fetch(request: Request): Promise<Response> {
    const { origin: baseUrl } = new URL(request.url);
    const response = await getResponse(mocked, request, { baseUrl });
    return response ?? new Response('Not found', { status: 404 });
  },
};
