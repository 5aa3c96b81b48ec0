/** Ready for tests in Node: `beforeAll(() => server.listen())`, `afterEach(() => server.resetHandlers())`. */
import { setupServer } from 'msw/node';
import { handlers } from './handlers.ts';

export const server = setupServer(...handlers());
