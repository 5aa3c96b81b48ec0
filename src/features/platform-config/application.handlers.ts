import { configView } from '../../views/platform-config.ts';
import type { Handlers } from '../../http/handler.ts';
import type { configApplication } from './application.contract.ts';

export const configApplicationHandlers = {
  async getPlatformConfig({ input, application, fail, reply }) {
    const { name } = input.query;
    const known = name === undefined || name === application.config.name || name === application.id;
    return known ? reply(configView(application.config)) : fail('not_found');
  },
} satisfies Handlers<typeof configApplication>;
