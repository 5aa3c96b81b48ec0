/** Ready for pages: `await worker.start()`, once `npx msw init public/` has put MSW's script beside them. */
import { setupWorker } from 'msw/browser';
import { handlers } from './index.ts';

export * from './index.ts';
export const worker = setupWorker(...handlers({ inPage: true }));
