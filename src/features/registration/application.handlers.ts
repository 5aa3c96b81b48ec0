import type { Handlers } from '../../http/handler.ts';
import type { registrationApplication } from './application.contract.ts';

export const registrationApplicationHandlers = {} satisfies Partial<
  Handlers<typeof registrationApplication>
>;
