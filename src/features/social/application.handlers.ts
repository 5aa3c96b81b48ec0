import type { Handlers } from '../../http/handler.ts';
import type { socialApplication } from './application.contract.ts';

export const socialApplicationHandlers = {} satisfies Partial<Handlers<typeof socialApplication>>;
