import type { Handlers } from '../../http/handler.ts';
import type { identifiersApplication } from './application.contract.ts';

export const identifiersApplicationHandlers = {} satisfies Partial<
  Handlers<typeof identifiersApplication>
>;
