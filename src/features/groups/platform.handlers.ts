import type { Handlers } from '../../http/handler.ts';
import type { groupsPlatform } from './platform.contract.ts';

export const groupsPlatformHandlers = {} satisfies Partial<Handlers<typeof groupsPlatform>>;
