/** Ready for tests in Node: `beforeAll(() => server.listen())`, `afterEach(() => server.resetHandlers())`. */
import { setupServer } from 'msw/node';
import { handlers } from './index.ts';

export * from './index.ts';
export const server = setupServer(...handlers());
