import type { Handlers } from '../../http/handler.ts';
import type { configPlatform } from './platform.contract.ts';

export const configPlatformHandlers = {
  async getPlatformConfig({ application, reply }) {
    return reply(application.config);
  },
} satisfies Partial<Handlers<typeof configPlatform>>;
