import { updateConfig } from '../../domain/operators/platform-config.ts';
import { configView } from '../../views/platform-config.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import type { configPlatform } from './platform.contract.ts';

export const configPlatformHandlers = {
  async getPlatformConfig({ application, reply }) {
    return reply(configView(application.config));
  },

  async updatePlatformConfig({ input, application, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const updated = await updateConfig(ports, application, input.body, by);
    return updated.ok ? reply(configView(updated.value)) : updated;
  },
} satisfies Handlers<typeof configPlatform>;
