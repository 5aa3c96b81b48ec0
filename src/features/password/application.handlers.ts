import type { Handlers } from '../../http/handler.ts';
import type { passwordApplication } from './application.contract.ts';

export const passwordApplicationHandlers = {} satisfies Partial<
  Handlers<typeof passwordApplication>
>;
